/** Rows as a Markdown table whose columns also line up in a terminal. */
import type { Figures, Row } from './row.ts';

const HEAD = [
  'Row',
  'k8s-verify',
  'Reference',
  'Result',
  'Target',
  'Verdict',
  'CPU, ours / reference',
  'Peak memory, ours / reference',
];

export function renderTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  const [head = '', ...body] = cells.map(line);
  return [head, rule, ...body].join('\n');
}

function cellsOf({ name, ours, reference, result, target, verdict }: Row): readonly string[] {
  return [
    name,
    ours === undefined ? '' : duration(ours.seconds),
    reference === undefined ? '' : `${reference.name}: ${duration(reference.seconds)}`,
    result,
    target,
    verdict,
    pair(ours, reference, ({ cpuSeconds }) => (cpuSeconds === undefined ? undefined : duration(cpuSeconds))),
    pair(ours, reference, ({ peakBytes }) =>
      peakBytes === undefined ? undefined : `${(peakBytes / 1e6).toFixed(0)} MB`,
    ),
  ];
}

export function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  const ms = seconds * 1000;
  return ms >= 10 || ms === 0 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(2)} ms`;
}

function pair(
  ours: Figures | undefined,
  reference: Figures | undefined,
  tell: (figures: Figures) => string | undefined,
): string {
  const [left, right] = [ours, reference].map((side) => (side === undefined ? undefined : tell(side)));
  if (left === undefined) return '';
  return right === undefined ? left : `${left} / ${right}`;
}
