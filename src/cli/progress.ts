/** What a run tells while it runs, on stderr: a table on a terminal, plain lines elsewhere. */
import { rootWords } from '../trust/root-age.ts';
import type { ProgressEvent, Report } from '../progress.ts';
import type { TrustedRootReport } from '../result.ts';
import { noteText } from './output-text.ts';
import { printable } from './printable.ts';
import { duration, size } from '../text/sizes.ts';
import { paint, type TextStyle, wrapped } from './style.ts';

/** Where lines go. */
export type WriteLine = (line: string) => void;

export interface Progress {
  readonly report: Report;
  /** Ends the display; lines that are still waiting are written. Safe to call twice. */
  finish(): void;
}

/** For `--quiet`. */
export function quietProgress(): Progress {
  return { report: () => undefined, finish: () => undefined };
}

/** How often downloads say how far they are, where there is no table. */
const LINE_INTERVAL_MS = 30_000;

/** Plain lines, without control characters other than the colours that were asked for. */
export function lineProgress(write: WriteLine, style: TextStyle, now: () => number = Date.now): Progress {
  const transfers = new Map<string, Extract<ProgressEvent, { readonly kind: 'download' }>>();
  let last: number | undefined;
  const report: Report = (event) => {
    if (event.kind !== 'download') {
      const line = eventLine(event, style);
      if (line !== undefined) write(line);
      return;
    }
    transfers.set(event.artifact, event);
    last ??= now();
    if (now() - last < LINE_INTERVAL_MS) return;
    last = now();
    const running = [...transfers.values()].filter(({ received, total }) => received !== total);
    if (running.length > 0) write(`${running.map(howFar).join('; ')}\n`);
  };
  return { report, finish: () => undefined };
}

function howFar({
  artifact,
  received,
  total,
}: Extract<ProgressEvent, { readonly kind: 'download' }>): string {
  return `${printable(artifact)}: ${size(received)}${total === undefined ? '' : ` of ${size(total)}`}`;
}

/** What is told in a line, and not in a row. */
export type LineEvent = Exclude<ProgressEvent, { readonly kind: 'download' }>;

/** Undefined where there is nothing to say, or not without `--verbose`. */
export function eventLine(event: LineEvent, style: TextStyle): string | undefined {
  switch (event.kind) {
    case 'resolved':
      if (!style.verbose) return undefined;
      return `${printable(event.requested)} is ${printable(event.version)} (${printable(event.source)})\n`;
    case 'retry':
      return warning(
        'again:',
        `attempt ${event.attempt + 1} in ${duration(event.delayMs / 1000)}: ${event.reason} (${event.url})`,
        style,
      );
    case 'next-source':
      return warning('next source:', `${event.to}, because ${event.from} failed: ${event.reason}`, style);
    case 'resume':
      if (!style.verbose) return undefined;
      return `${printable(event.artifact)}: ${
        event.offset === 0 ? 'starting anew' : `going on after ${size(event.offset)}`
      }\n`;
    case 'trusted-root':
      return style.verbose ? trustedRootLines(event.trustedRoot, style) : undefined;
    case 'check':
    case 'expected-signers':
      return undefined;
    case 'note':
      return noteText(event, style);
    case 'detail':
      return style.verbose ? `${paint(style, 'dim', printable(event.message))}\n` : undefined;
  }
}

function warning(label: string, text: string, style: TextStyle): string {
  return `${paint(style, 'yellow', label)} ${wrapped(printable(text), label.length + 1, style, 2)}\n`;
}

function trustedRootLines(root: TrustedRootReport, style: TextStyle): string {
  const left = (root.ignored ?? []).map(
    (part) => `trusted root: left out, since it is not known here: ${part}`,
  );
  return [`trusted root: ${rootWords(root)}`, ...left]
    .map((line) => `${paint(style, 'dim', printable(line))}\n`)
    .join('');
}
