/** What a person sees of running downloads: a row for each, as much of it as the terminal is wide. */
import { duration, size } from '../text/sizes.ts';

/** One download. Its rate is that of the last seconds. */
export class Transfer {
  readonly label: string;
  received: number;
  total: number | undefined;
  readonly #samples: { readonly at: number; readonly received: number }[];

  /** @param at in milliseconds, as all times here. */
  constructor(label: string, at: number, received: number, total: number | undefined) {
    this.label = label;
    this.received = received;
    this.total = total;
    this.#samples = [{ at, received }];
  }

  get isDone(): boolean {
    return this.total !== undefined && this.received >= this.total;
  }

  advance(at: number, received: number, total: number | undefined): void {
    this.received = received;
    this.total = total ?? this.total;
    const last = this.#samples.at(-1);
    // It starts anew.
    if (last !== undefined && received < last.received) this.#samples.length = 0;
    if (last === undefined || at - last.at >= SAMPLE_MS || this.#samples.length === 0) {
      this.#samples.push({ at, received });
    }
    while (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
  }

  /** Bytes a second. */
  rate(now: number): number {
    const [first] = this.#samples;
    if (first === undefined || now <= first.at) return 0;
    return ((this.received - first.received) / (now - first.at)) * 1000;
  }
}

const SAMPLE_MS = 500;
const MAX_SAMPLES = 10;

/** The terminal, as it is now. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Whether it shows more than ASCII. */
  readonly unicode: boolean;
}

const MOST_ROWS = 8;

/** The rows of the table. Each fits the terminal with a column to spare; where nothing fits, rows are empty. */
export function tableRows(transfers: readonly Transfer[], screen: Screen, now: number): readonly string[] {
  const most = Math.max(Math.min(MOST_ROWS, screen.rows - 2), 1);
  const shown = chosen(transfers, most);
  const cells = shown.map((transfer) => cellsOf(transfer, now));
  const width = screen.columns - 1;
  const named = cells.map(withNameAlone);
  const areNames = new Set(named.map(({ label }) => label)).size === named.length;
  const rows = [
    ...FORMS.map((form) => alignedRows(cells, form, screen)),
    ...(areNames ? [alignedRows(named, NARROWEST, screen)] : []),
  ].find((all) => all.every((row) => row.length <= width));
  const left = transfers.length - shown.length;
  const all = [...(rows ?? shortest(cells, width)), ...(left === 0 ? [] : [`  + ${left} more`])];
  return all.map((row) => row.slice(0, Math.max(width, 0)));
}

/** In their order; where there are too many, those that are done go first. */
function chosen(transfers: readonly Transfer[], most: number): readonly Transfer[] {
  if (transfers.length <= most) return transfers;
  const running = transfers.filter(({ isDone }) => !isDone);
  const done = transfers.filter(({ isDone }) => isDone);
  const kept = new Set([...running, ...done].slice(0, most));
  return transfers.filter((transfer) => kept.has(transfer));
}

interface Cells {
  readonly label: string;
  /** 0 to 1; undefined where the server does not say how long the file is. */
  readonly share: number | undefined;
  readonly percent: string;
  readonly amount: string;
  readonly rate: string;
  readonly left: string;
}

function cellsOf(transfer: Transfer, now: number): Cells {
  const { label, received, total } = transfer;
  const rate = transfer.rate(now);
  const speed = rate > 0 ? `${size(rate)}/s` : '';
  if (total === undefined || total <= 0) {
    return { label, share: undefined, percent: '', amount: size(received), rate: speed, left: '' };
  }
  const share = Math.min(received / total, 1);
  // Whole seconds: a figure that changes faster cannot be read.
  const left = rate > 0 && share < 1 ? duration(Math.max((total - received) / rate, 1)) : '';
  const percent = `${Math.floor(share * 100)} %`;
  return { label, share, percent, amount: amountOf(received, total), rate: speed, left };
}

/** `24.9 of 51.5 MB`, in one unit where that says enough. */
function amountOf(received: number, total: number): string {
  const [done, all] = [size(received), size(total)];
  const unit = all.slice(all.indexOf(' '));
  return `${done.endsWith(unit) ? done.slice(0, -unit.length) : done} of ${all}`;
}

/** Which columns a row has. */
interface Form {
  /** In columns; 0 for none. */
  readonly bar: number;
  readonly columns: readonly ('percent' | 'amount' | 'rate' | 'left')[];
}

const NARROWEST: Form = { bar: 0, columns: ['percent', 'rate', 'left'] };

/** From the widest to the narrowest. How fast and how long are what a person waits for: they go last. */
const FORMS: readonly Form[] = [
  { bar: 20, columns: ['percent', 'amount', 'rate', 'left'] },
  { bar: 10, columns: ['percent', 'amount', 'rate', 'left'] },
  { bar: 0, columns: ['percent', 'amount', 'rate', 'left'] },
  { bar: 10, columns: ['percent', 'rate', 'left'] },
  NARROWEST,
];

/** `kubectl` of `kubectl v1.30.2`. */
function withNameAlone(cells: Cells): Cells {
  return { ...cells, label: cells.label.split(' ', 1)[0] ?? cells.label };
}

function alignedRows(cells: readonly Cells[], form: Form, screen: Screen): readonly string[] {
  const labels = widest(cells.map(({ label }) => label));
  const widths = form.columns.map((name) => widest(cells.map((cell) => cell[name])));
  return cells.map((cell) => {
    const bar = form.bar === 0 ? [] : [barOf(cell.share, form.bar, screen)];
    const values = form.columns.map((name, index) => cell[name].padStart(widths[index] ?? 0));
    return `  ${[cell.label.padEnd(labels), ...bar, ...values].join('  ')}`.trimEnd();
  });
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}

/** By number: V8 holds a program of plain ASCII in half the memory. */
const FULL = String.fromCodePoint(0x2588);
const EMPTY = String.fromCodePoint(0x2591);

function barOf(share: number | undefined, width: number, { unicode }: Screen): string {
  const inner = unicode ? width : width - 2;
  if (share === undefined) return ' '.repeat(width);
  const filled = Math.round(share * inner);
  if (unicode) return FULL.repeat(filled) + EMPTY.repeat(inner - filled);
  return `[${'#'.repeat(filled)}${'-'.repeat(inner - filled)}]`;
}

/** The name is cut for the figures; where not even these fit, there is as much of them as there is room. */
function shortest(cells: readonly Cells[], width: number): readonly string[] {
  const figures = cells.map(({ percent, amount, rate, left }) =>
    [percent === '' ? amount : percent, rate, left].filter((one) => one !== '').join('  '),
  );
  const room = width - widest(figures) - 4;
  return cells.map(({ label }, index) => {
    const own = figures[index] ?? '';
    return room < 4 ? own : `  ${label.slice(0, room).padEnd(room)}  ${own}`;
  });
}
