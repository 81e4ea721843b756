import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type TerminalFacts, terminalProgress } from '../../../src/cli/terminal-progress.ts';
import type { ProgressEvent } from '../../../src/progress.ts';

const STYLE = { color: false, verbose: false, terminal: { columns: 80, unicode: true } } as const;
const ESC = '\u001b';
const NOTE: ProgressEvent = { kind: 'note', code: 'older-bundle-left', text: 'fine' };

function download(received: number, artifact = 'a'): ProgressEvent {
  return { kind: 'download', artifact, received, total: 10 };
}

interface Terminal {
  readonly stream: PassThrough & { columns: number; rows: number };
  readonly screen: () => string;
  /** Resolves once that has been drawn since the last call. */
  readonly drawn: (text: string) => Promise<string>;
}

function terminal(): Terminal {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns: 80, rows: 24 });
  const chunks: string[] = [];
  stream.on('data', (chunk: string) => chunks.push(chunk));
  return {
    stream,
    screen: () => chunks.join(''),
    async drawn(text) {
      while (!chunks.join('').includes(text)) await once(stream, 'data');
      return chunks.splice(0).join('');
    },
  };
}

const AT_ONCE: TerminalFacts = { reflows: true, quietMs: 0, now: () => 0 };

describe('the table on a terminal', () => {
  it('is not drawn for a run that is soon done', async () => {
    const { stream, screen } = terminal();
    const progress = terminalProgress(stream, STYLE, { ...AT_ONCE, quietMs: 100_000 });
    progress.report(NOTE);
    progress.report(download(1));
    progress.report(NOTE);
    progress.finish();
    progress.finish();
    stream.end();
    await once(stream, 'end');
    expect(screen()).toBe('! fine\n! fine\n');
  });

  it('leaves nothing of itself behind a line, and ends without a trace', async () => {
    const { stream, screen, drawn } = terminal();
    const progress = terminalProgress(stream, STYLE, AT_ONCE);
    progress.report(NOTE);
    progress.report(download(1));
    expect((await drawn('10 %')).startsWith(`! fine\n${ESC}[?25l${ESC}[?7l`)).toBe(true);
    progress.report(NOTE);
    progress.report(download(10));
    progress.finish();
    progress.finish();
    stream.end();
    await once(stream, 'end');
    expect(screen()).toContain(`${ESC}[?7h! fine${ESC}[K\n${ESC}[?7l`);
    expect(screen()).toContain('100 %  10 of 10 bytes');
    expect(screen().endsWith(`${ESC}[?25h${ESC}[?7h${ESC}[1G${ESC}[0J`)).toBe(true);
  });

  it('clears what a terminal that became narrower has broken into more lines', async () => {
    const { stream, drawn } = terminal();
    const progress = terminalProgress(stream, STYLE, AT_ONCE);
    for (const name of ['kubeadm', 'kubectl', 'kubelet']) progress.report(download(5, `${name} v1.36.2`));
    const wide = await drawn('50 %  5 of 10 bytes');
    await drawn('50 %  5 of 10 bytes');
    expect(wide).toContain('█');
    stream.columns = 42;
    // Three rows of 63 columns took two lines each.
    const cleared = await drawn(`${ESC}8`);
    expect(cleared).toContain(`${ESC}[3A${ESC}7${`${ESC}[2K${ESC}[1B`.repeat(6)}${ESC}8`);
    // A terminal may keep a screen that is cleared whole in its history.
    expect(cleared).not.toContain(`${ESC}[J`);
    progress.finish();
  });

  it('clears nothing above itself on a terminal that leaves long lines as they are', async () => {
    const { stream, screen, drawn } = terminal();
    const progress = terminalProgress(stream, STYLE, { ...AT_ONCE, reflows: false });
    progress.report(download(5, 'kubectl v1.36.2'));
    await drawn('50 %');
    stream.columns = 42;
    await drawn('kubectl v1.36.2  50 %');
    expect(screen()).not.toContain(`${ESC}[2K`);
    progress.finish();
  });
});
