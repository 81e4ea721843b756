import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/http/client.ts';
import { HttpSource } from '../../../src/source/http-source.ts';
import { InterruptedError, UnavailableError } from '../../../src/errors.ts';
import type { ProgressEvent } from '../../../src/progress.ts';
import { askInTurn, type SourceAnswer } from '../../../src/source/in-turn.ts';

function failed(source: string, message: string, found?: string): UnavailableError {
  const details = { next: `look at ${source}`, ...(found === undefined ? {} : { found }) };
  return new UnavailableError('network', message, details);
}

const nobody = createHttpClient();

interface Asked {
  /** What came of it: what was found, or the error. */
  readonly outcome: unknown;
  readonly asked: readonly string[];
  readonly events: readonly ProgressEvent[];
}

const LACKING = { kind: 'lacking', reason: 'it has none' } as const;

/** Servers with what each has: a text, nothing, or an error. */
async function ask(servers: Readonly<Record<string, string | Error | undefined>>): Promise<Asked> {
  const asked: string[] = [];
  const events: ProgressEvent[] = [];
  const report = (event: ProgressEvent): void => void events.push(event);
  const sources = Object.keys(servers).map((url) => new HttpSource(url, nobody));
  const outcome: unknown = await askInTurn(sources, report, async (source) => {
    const url = Object.keys(servers)[sources.findIndex((one) => one === source)] ?? '';
    asked.push(url);
    const has = servers[url];
    if (has instanceof Error) throw has;
    const answer: SourceAnswer<string> = has === undefined ? LACKING : { kind: 'found', found: has };
    return answer;
  }).catch((error: unknown) => error);
  return { outcome, asked, events };
}

describe('servers that are asked in turn', () => {
  it('are asked until one has it, and each change is told, without passwords', async () => {
    const { outcome, asked, events } = await ask({
      'https://me:secret@a': undefined,
      'https://b': failed('https://b', 'no answer'),
      'https://c': 'found',
      'https://d': 'not asked',
    });
    expect(outcome).toBe('found');
    expect(asked).toEqual(['https://me:secret@a', 'https://b', 'https://c']);
    expect(events).toEqual([
      { kind: 'next-source', from: 'https://a', to: 'https://b', reason: 'it has none' },
      { kind: 'next-source', from: 'https://b', to: 'https://c', reason: 'no answer' },
    ]);
  });

  it('have it not, where each of them says so', async () => {
    expect((await ask({ 'https://a': undefined, 'https://b': undefined })).outcome).toBeUndefined();
  });

  it('are nobody, which is an error', async () => {
    expect((await ask({})).outcome).toMatchObject({ name: 'RequestError', code: 'usage' });
  });

  it('end with whatever is no failure of theirs', async () => {
    const interrupted = new InterruptedError();
    const { outcome, asked } = await ask({ 'https://a': interrupted, 'https://b': 'not asked' });
    expect(outcome).toBe(interrupted);
    expect(asked).toEqual(['https://a']);
  });
});

describe('the error of several servers', () => {
  it('is the only one itself', async () => {
    const only = failed('https://a', 'no');
    expect((await ask({ 'https://a': only })).outcome).toBe(only);
  });

  it('says once what was wanted, and names each source with its reason', async () => {
    const { outcome } = await ask({
      'https://a': failed('https://a', 'could not fetch it: refused (https://a/it, 1 attempt)'),
      'https://b/': failed('https://b/', 'could not fetch it: HTTP 503 (https://b/it, 6 attempts)'),
      'https://c': failed('https://c', 'could not fetch it: no answer (https://c/it, 6 attempts)'),
    });
    expect(outcome).toMatchObject({
      code: 'network',
      message:
        'could not fetch it: refused (https://a/it, 1 attempt); then HTTP 503 (https://b/it, 6 attempts); ' +
        'then no answer (https://c/it, 6 attempts)',
      next: 'look at https://c',
    });
  });

  it('adds the source to a reason that does not name it, without its password', async () => {
    const { outcome } = await ask({
      'https://me:secret@a': failed('https://me:secret@a', 'the marker cannot be used', 'a poem'),
      'https://b': failed('https://b', 'could not fetch the marker: refused (https://b/it, 1 attempt)'),
    });
    expect(outcome).toHaveProperty(
      'message',
      'the marker cannot be used (https://a has a poem); then could not fetch the marker: refused (https://b/it, 1 attempt)',
    );
  });

  it('names those that answered and have nothing', async () => {
    const { outcome } = await ask({
      'https://b': undefined,
      'https://a': failed('https://a', 'could not fetch it: refused (https://a/it, 1 attempt)'),
      'https://me:secret@c': undefined,
    });
    expect(outcome).toHaveProperty(
      'message',
      'could not fetch it: refused (https://a/it, 1 attempt); not found at https://b, https://c',
    );
  });
});
