/** What a scan says to people. */
import { exitCodeFor } from '../exit-codes.ts';
import type { ScanCounts } from '../report/report-data.ts';
import { columnsOf, padColumns } from '../text/columns.ts';
import { countsText } from './counts-text.ts';
import { exitLine, isRefusal } from './disk-state.ts';
import { blockLines, headlineOf, lastLines } from './error-text.ts';
import type { Invocation } from './invocation.ts';
import { printable } from './printable.ts';
import type { ToldProgram } from './scan-said.ts';
import { aboutProgram, type FailedProgram, type ScanTally } from './scan-result.ts';
import { symbol, type TextStyle } from './style.ts';
import { thisPlatform } from './success-text.ts';

/**
 * One line for each program, and how many are genuine.
 *
 * @param counts undefined where the failure says it.
 */
export function scanTable(
  programs: readonly ToldProgram[],
  counts: ScanCounts | undefined,
  style: TextStyle,
): string {
  const rows = programs.map((one) => [printable(one.path), whatItIs(one), wordsOf(one)] as const);
  const widths = [0, 1].map((column) =>
    Math.min(60, Math.max(4, ...rows.map((row) => columnsOf(row[column] ?? '')))),
  );
  const lineOf = ([path, is, verdict]: readonly string[]): string =>
    `${padColumns(path ?? '', widths[0] ?? 0)}  ${padColumns(is ?? '', widths[1] ?? 0)}  ${verdict ?? ''}`;
  const lines = rows.map((row, index) => `${mark(programs[index], style)}${lineOf(row)}`);
  const header = programs.length === 0 ? [] : [`  ${lineOf(['FILE', 'IS', 'VERDICT'])}`];
  return [
    ...header,
    ...lines,
    ...(counts === undefined || counts.found === 0 ? [] : [verdictsOf(counts)]),
    '',
  ]
    .map((line) => line.trimEnd())
    .join('\n');
}

function mark(program: ToldProgram | undefined, style: TextStyle): string {
  if (program?.exitCode === 0) return symbol(style, 'done');
  return program !== undefined && isRefusal(program.exitCode) ? symbol(style, 'failed') : '- ';
}

function whatItIs({ component, version, platform, verdict, exitCode, ...program }: ToldProgram): string {
  const says = exitCode === 0 || verdict === 'other-builder' ? [] : ['says'];
  const where = platform === undefined || platform === thisPlatform() ? [] : [platform];
  const running = program.isRunning ? [program.isDeleted ? '(running, file gone)' : '(running)'] : [];
  if (component === undefined) return running.join(' ');
  return [...says, component, ...(version === undefined ? [] : [version]), ...where, ...running].join(' ');
}

function wordsOf({ verdict, exitCode, allowed }: ToldProgram): string {
  // A statement by the release signer does not say that the file was released.
  if (verdict === 'genuine' || verdict === 'attested') return verdict;
  const also = allowed === undefined ? '' : `, allowed: ${printable(allowed)}`;
  return `${verdict === 'refused' ? refusedWords(exitCode) : WORDS[verdict]}${also}`;
}

const WORDS = {
  unsigned: 'not signed',
  'not-allowed': 'not allowed by the policy',
  'not-judged': 'not judged',
  'other-builder': "another builder's",
  unreadable: 'cannot be read',
  missing: 'cannot be read',
  inconsistent: 'not judged',
} as const;

function refusedWords(code: number): string {
  if (code === 12) return 'not what was signed';
  if (code === 15) return 'another signer';
  return code === 19 ? 'another file of Kubernetes' : 'refused';
}

/** With what was let pass, at the end. */
function verdictsOf(counts: ScanCounts): string {
  const text = countsText(counts, [
    [counts.otherBuilder, 'other-builder'],
    [counts.refused, 'refused'],
    [counts.unsigned, 'unsigned'],
    [counts.notAllowed, 'not-allowed'],
    [counts.notJudged, 'not-judged'],
    [counts.unreadable, 'unreadable'],
  ]);
  return counts.allowed === 0 ? text : `${text} (${counts.allowed} allowed, not proved)`;
}

/** The first failure of each kind in full, of the others what they are, and the exit code once. */
export function scanFailureText(
  { failures, counts }: ScanTally,
  worst: FailedProgram,
  style: TextStyle,
  invocation: Invocation,
): string {
  const told = new Set<string>();
  const lines = failures.flatMap((program) => {
    const { error } = program;
    const about = aboutProgram(invocation, program);
    if (told.has(error.code)) return [headlineOf(error, style, about)];
    told.add(error.code);
    return blockLines(error, style, about);
  });
  const refused = failures.filter(({ error }) => isRefusal(exitCodeFor(error)));
  const state =
    refused.length === 0
      ? `${verdictsOf(counts)}.`
      : `${verdictsOf(counts)}. Do not use ${refused.map(({ path }) => path).join(', ')}.`;
  return `${[...lines, ...lastLines(state, exitLine(worst.error.code, exitCodeFor(worst.error)), style)].join('\n')}\n`;
}
