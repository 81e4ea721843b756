/** What a run tells while it runs, on stderr: bars on a terminal, plain lines elsewhere. */
import { rootWords } from '../trust/root-age.ts';
import type { MultiBar, SingleBar } from 'cli-progress';
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

/** How often a long download says how far it is, where there is no bar. */
const LINE_INTERVAL_MS = 30_000;

/** Plain lines, without control characters other than the colours that were asked for. */
export function lineProgress(write: WriteLine, style: TextStyle, now: () => number = Date.now): Progress {
  const lastLine = new Map<string, number>();
  const lineOf = (event: LineEvent): string | undefined => eventLine(event, style);
  const report: Report = (event) => {
    if (event.kind !== 'download') {
      const line = lineOf(event);
      if (line !== undefined) write(line);
      return;
    }
    const last = lastLine.get(event.artifact);
    if (last === undefined) lastLine.set(event.artifact, now());
    if (last === undefined || now() - last < LINE_INTERVAL_MS) return;
    lastLine.set(event.artifact, now());
    const total = event.total === undefined ? '' : ` of ${size(event.total)}`;
    write(`${printable(event.artifact)}: ${size(event.received)}${total}\n`);
  };
  return { report, finish: () => undefined };
}

const CLEAR_TO_END_OF_LINE = '\u001b[K';

/** The part of a terminal that is used. */
export type TerminalStream = NodeJS.WritableStream & { readonly columns?: number };

/** One bar for each download, and the lines above them. */
export async function barProgress(stream: TerminalStream, style: TextStyle): Promise<Progress> {
  const { MultiBar: Bars } = (await import('cli-progress')).default;
  const bars: MultiBar = new Bars({
    stream,
    format: (options, params, payload) => barLine(options.barsize ?? 8, params, payload),
    barsize: Math.min(Math.max((stream.columns ?? 80) - 72, 8), 24),
    clearOnComplete: true,
    hideCursor: true,
    // Interruption is the command's business; it ends the display too.
    gracefulExit: false,
    emptyOnZero: true,
    // Cuts bars to the width of the terminal; other lines may wrap.
    linewrap: true,
  });
  const running = new Map<string, SingleBar>();
  const lineOf = (event: LineEvent): string | undefined => eventLine(event, style);
  const finish = (): void => {
    process.removeListener('exit', finish);
    if (!bars.isActive) return;
    bars.update();
    bars.stop();
  };
  // Gives the cursor back however the process ends.
  process.on('exit', finish);
  const report: Report = (event) => {
    if (event.kind === 'download') {
      advance(bars, running, event);
      return;
    }
    const line = lineOf(event);
    if (line === undefined) return;
    // A line replaces a bar on the screen, which may have been longer.
    if (bars.isActive) bars.log(line.replaceAll('\n', `${CLEAR_TO_END_OF_LINE}\n`));
    else stream.write(line);
  };
  return { report, finish };
}

function advance(
  bars: MultiBar,
  running: Map<string, SingleBar>,
  event: Extract<ProgressEvent, { readonly kind: 'download' }>,
): void {
  const bar = running.get(event.artifact);
  if (bar === undefined) {
    const payload = { artifact: printable(event.artifact), from: event.received };
    running.set(event.artifact, bars.create(event.total ?? 0, event.received, payload));
    return;
  }
  if (event.total !== undefined && event.total !== bar.getTotal()) bar.setTotal(event.total);
  bar.update(event.received);
}

interface BarState {
  readonly value: number;
  readonly total: number;
  readonly startTime: number;
}

/** `kubectl v1.26.0 linux/amd64 [#####-----] 45.1 % of 48.0 MB  11.2 MB/s  3 s left`. */
export function barLine(width: number, state: BarState, payload: unknown, now: number = Date.now()): string {
  const { artifact, from } = readPayload(payload);
  const seconds = Math.max((now - state.startTime) / 1000, 0.001);
  const rate = Math.max(state.value - from, 0) / seconds;
  const speed = `${size(rate)}/s`;
  if (state.total <= 0) return `${artifact}  ${size(state.value)}  ${speed}`;
  const share = Math.min(state.value / state.total, 1);
  const filled = Math.round(share * width);
  const bar = `${'#'.repeat(filled)}${'-'.repeat(width - filled)}`;
  const left = rate > 0 && share < 1 ? `  ${duration((state.total - state.value) / rate)} left` : '';
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `${artifact} [${bar}] ${percent} % of ${size(state.total)}  ${speed}${left}`;
}

function readPayload(payload: unknown): { readonly artifact: string; readonly from: number } {
  const fields: object = typeof payload === 'object' && payload !== null ? payload : {};
  return {
    artifact: 'artifact' in fields ? String(fields.artifact) : '',
    from: 'from' in fields ? Number(fields.from) : 0,
  };
}

type LineEvent = Exclude<ProgressEvent, { readonly kind: 'download' }>;

function eventLine(event: LineEvent, style: TextStyle): string | undefined {
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
