/** The table of running downloads on a terminal, by cli-progress. */
import type { MultiBar } from 'cli-progress';
import type { Report } from '../progress.ts';
import { printable } from './printable.ts';
import { eventLine, type Progress } from './progress.ts';
import { type Screen, tableRows, Transfer } from './progress-table.ts';
import type { TextStyle } from './style.ts';
import { thisPlatform } from './success-text.ts';

const CLEAR_TO_END_OF_LINE = '\u001b[K';
const CLEAR_LINE = '\u001b[2K';
const DOWN = '\u001b[1B';
const SAVE_CURSOR = '\u001b7';
const RESTORE_CURSOR = '\u001b8';
const WRAP = '\u001b[?7h';
const NO_WRAP = '\u001b[?7l';
const up = (lines: number): string => `\u001b[${lines}A`;

const QUIET_MS = 300;

/** The part of a terminal that is used. */
export type TerminalStream = NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number };

export interface TerminalFacts {
  /** Whether it breaks long lines anew when it becomes narrower, as most do. */
  readonly reflows: boolean;
  /** Nothing is drawn before: a run that is done by then shows its result alone. Default 300 ms. */
  readonly quietMs?: number;
  /** Default: the machine's clock, in milliseconds. */
  readonly now?: () => number;
}

/** A row for each download, and the lines above them. The code that draws is loaded with the first drawing. */
export function terminalProgress(
  stream: TerminalStream,
  style: TextStyle,
  { reflows, quietMs = QUIET_MS, now = Date.now }: TerminalFacts,
): Progress {
  const transfers = new Map<string, Transfer>();
  let ended = false;
  let table: Table | undefined;
  const draw = async (): Promise<void> => {
    const { MultiBar: Bars } = (await import('cli-progress')).default;
    if (ended) return;
    table = new Table(Bars, stream, style, { transfers, reflows, now });
    if (transfers.size > 0) table.show();
  };
  const timer = setTimeout(() => void draw(), quietMs).unref();
  const finish = (): void => {
    process.removeListener('exit', finish);
    clearTimeout(timer);
    ended = true;
    table?.end();
  };
  // Gives the cursor back however the process ends.
  process.on('exit', finish);
  const report: Report = (event) => {
    if (event.kind === 'download') {
      const { artifact, received, total } = event;
      const known = transfers.get(artifact);
      if (known === undefined)
        transfers.set(artifact, new Transfer(shortLabel(artifact), now(), received, total));
      else known.advance(now(), received, total);
      table?.show();
      return;
    }
    const line = eventLine(event, style);
    if (line === undefined) return;
    if (table?.isShown === true) table.print(line);
    else stream.write(line);
  };
  return { report, finish };
}

/** The platform is told where it is not this machine's. */
function shortLabel(artifact: string): string {
  const own = ` ${thisPlatform()}`;
  return printable(artifact.endsWith(own) ? artifact.slice(0, -own.length) : artifact);
}

interface Drawn {
  readonly transfers: ReadonlyMap<string, Transfer>;
  readonly reflows: boolean;
  readonly now: () => number;
}

/** cli-progress draws at its own pace; what stands in a row is looked up when it is drawn. */
class Table {
  readonly #bars: MultiBar;
  readonly #stream: TerminalStream;
  readonly #unicode: boolean;
  readonly #of: Drawn;
  #rows: readonly string[] = [];
  /** As they are on the screen. */
  #drawn: readonly string[] = [];
  #slots = 0;

  constructor(Bars: typeof MultiBar, stream: TerminalStream, { terminal }: TextStyle, of: Drawn) {
    this.#stream = stream;
    this.#unicode = terminal?.unicode === true;
    this.#of = of;
    this.#bars = new Bars({
      stream,
      format: (_options, _params, slot: { readonly index?: number }) => this.#rows[slot.index ?? 0] ?? '',
      clearOnComplete: true,
      hideCursor: true,
      // The name does not change, and what is in a row may have been cleared.
      forceRedraw: true,
      // Interruption is the command's business; it ends the display too.
      gracefulExit: false,
      // A row takes one line even while the terminal is narrower than it has told: some tell late.
      linewrap: false,
    });
    this.#bars.on('update-pre', () => this.#lookUp());
    this.#bars.on('redraw-pre', () => this.#mendBrokenLines());
  }

  get isShown(): boolean {
    return this.#bars.isActive;
  }

  /** Draws from now on; before the first download there is nothing to draw. */
  show(): void {
    if (!this.isShown) this.#lookUp();
  }

  /** Prints lines above the table. They replace rows on the screen, which may have been longer. */
  print(lines: string): void {
    this.#bars.log(`${WRAP}${lines.replaceAll('\n', `${CLEAR_TO_END_OF_LINE}\n`)}${NO_WRAP}`);
  }

  end(): void {
    if (!this.isShown) return;
    this.#bars.update();
    this.#bars.stop();
  }

  #lookUp(): void {
    this.#drawn = this.#rows;
    this.#rows = tableRows([...this.#of.transfers.values()], this.#screen(), this.#of.now());
    for (; this.#slots < this.#rows.length; this.#slots += 1) this.#bars.create(1, 0, { index: this.#slots });
  }

  #screen(): Screen {
    const { columns = 0, rows = 0 } = this.#stream;
    return { columns: columns === 0 ? 80 : columns, rows: rows === 0 ? 24 : rows, unicode: this.#unicode };
  }

  /** cli-progress has moved the cursor up by a line for each row; a narrower terminal may have broken rows into more. */
  #mendBrokenLines(): void {
    if (!this.#of.reflows) return;
    const { columns } = this.#screen();
    const broken = this.#drawn.reduce(
      (sum, { length }) => sum + Math.max(Math.ceil(length / columns), 1) - 1,
      0,
    );
    if (broken === 0) return;
    // Line by line: a terminal that is asked to clear the whole screen may keep what was on it in its history.
    const clear = `${CLEAR_LINE}${DOWN}`.repeat(this.#drawn.length + broken);
    this.#stream.write(`${up(broken)}${SAVE_CURSOR}${clear}${RESTORE_CURSOR}`);
  }
}
