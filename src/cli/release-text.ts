/** What an audit of a release says to people. */
import { countsText } from './counts-text.ts';
import { basename } from 'node:path';
import { counted } from '../text/counted.ts';
import { listed } from '../text/listed.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import type { K8sVerifyError } from '../errors.ts';
import { exitCodeFor } from '../exit-codes.ts';
import type { Comparison, ReleaseAudit, ReleaseFile, ReleaseFileKind } from '../release-result.ts';
import { checkLines } from './check-lines.ts';
import { exitLine, isRefusal } from './disk-state.ts';
import { blockLines, headlineOf, lastLines } from './error-text.ts';
import type { Invocation } from './invocation.ts';
import { printable } from './printable.ts';
import { shownPath } from './result-path.ts';
import { symbol, type TextStyle, wrapped } from './style.ts';

const KINDS: readonly (readonly [ReleaseFileKind, string])[] = [
  ['binary', 'binaries'],
  ['image', 'images'],
  ['tarball', 'tarballs'],
  ['document', 'documents'],
];

/** The summary of the whole release, on a terminal. */
export function auditTable(audit: ReleaseAudit, style: TextStyle): string {
  const said = (text: string): string => `  ${wrapped(printable(text), 6, style)}`;
  return linesOf([
    ...(audit.error === undefined
      ? [`${symbol(style, 'done')}${wrapped(printable(headline(audit)), 2, style)}`]
      : [printable(headline(audit))]),
    ...signedLines(audit).map(said),
    ...kindLines(audit),
    ...comparedLines(audit).map(said),
    ...othersLines(audit).map(said),
    ...writtenLines(audit).map(said),
  ]);
}

/** In a pipe stdout has a line for each file; this is for the person who waits. */
export function auditSummary(audit: ReleaseAudit, style: TextStyle): string {
  const proved = style.verbose ? audit.results.flatMap((one) => proofLines(one, style)) : [];
  const compared = style.verbose ? audit.compared.map(({ source, detail }) => `${source}: ${detail}`) : [];
  if (style.terminal !== undefined) return linesOf([...proved, ...compared.map(printable)]);
  const own = audit.error === undefined ? [[headline(audit), ...comparedLines(audit)].join('; ')] : [];
  const others = [...own, ...compared, ...othersLines(audit), ...writtenLines(audit)];
  return linesOf([...proved, ...others.map(printable)]);
}

/** How a file was proved, as of an install; nothing of one that is not. */
function proofLines(file: ReleaseFile, style: TextStyle): readonly string[] {
  const { sha256, bundleSha256, evidence, signer, trustedRoot, checks } = file;
  if (sha256 === undefined || bundleSha256 === undefined || evidence === undefined) return [];
  if (signer === undefined || trustedRoot === undefined || checks === undefined) return [];
  const { component, version, platform, name, logEntries, notes, signedAt } = file;
  return checkLines(
    {
      outcome: 'verified',
      claim: 'genuine',
      component,
      version,
      ...(platform === undefined ? {} : { platform }),
      ...(name === undefined ? {} : { name }),
      ...(signedAt === undefined ? {} : { signedAt }),
      sha256,
      bundleSha256,
      evidence,
      signer,
      logEntries,
      trustedRoot,
      checks,
      notes,
    },
    style,
  );
}

function headline({ release, summary, results }: ReleaseAudit): string {
  const { found, genuine } = summary;
  const [first] = results;
  if (genuine === found && found === 1) return `Kubernetes ${release}: ${first?.path ?? ''} is genuine`;
  const files = genuine === found ? `all ${found}` : `${genuine} of ${found}`;
  return `Kubernetes ${release}: ${files} signed files are genuine`;
}

/** `signed 2026-09-15 14:02 to 14:31 UTC by krel-staging@...`; each signer in a line of its own. */
function signedLines({ results }: ReleaseAudit): readonly string[] {
  const groups = Map.groupBy(
    results.filter(({ signer }) => signer !== undefined),
    ({ signer }) =>
      signer?.kind === 'certificate-identity'
        ? signer.subjectAlternativeName
        : `the key with SHA-256 ${signer?.sha256 ?? ''}`,
  );
  return Array.from(groups, ([signer, files]) => {
    const count = groups.size === 1 ? '' : `${files.length} `;
    return `${count}signed ${timesOf(files)}by ${signer}`;
  });
}

function timesOf(files: readonly ReleaseFile[]): string {
  const times = files.flatMap(({ signedAt }) => signedAt ?? []).toSorted();
  const [first, last] = [times[0], times.at(-1)].map((time) => time?.slice(0, 16).replace('T', ' '));
  if (first === undefined || last === undefined) return '';
  if (first === last) return `${first} UTC `;
  const isOneDay = first.slice(0, 10) === last.slice(0, 10);
  return `${first} to ${isOneDay ? last.slice(11) : last} UTC `;
}

const COLUMNS = ['FILES', 'GENUINE', 'REFUSED', 'NOT JUDGED', 'OTHER'] as const;

/** The last column is of what is missing, not signed, inconsistent or not allowed; only where there is any. */
function kindLines({ results, summary }: ReleaseAudit): readonly string[] {
  const rows = KINDS.flatMap(([kind, name]) => {
    const files = results.filter((one) => one.kind === kind);
    if (files.length === 0) return [];
    const numbers = (['genuine', 'refused', 'not-judged'] as const).map(
      (verdict) => files.filter((one) => one.verdict === verdict).length,
    );
    const others = files.length - numbers.reduce((sum, number) => sum + number, 0);
    return [{ name, numbers: [files.length, ...numbers, others] }];
  });
  const { found, genuine, refused, notJudged } = summary;
  const shown = genuine + refused + notJudged === found ? COLUMNS.length - 1 : COLUMNS.length;
  const line = (name: string, cells: readonly (string | number)[]): string => {
    const padded = cells.map((cell, index) => String(cell).padStart(COLUMNS[index]?.length ?? 0));
    return `  ${name.padEnd(9)}  ${padded.slice(0, shown).join('  ')}`;
  };
  return [line('KIND', COLUMNS), ...rows.map(({ name, numbers }) => line(name, numbers))];
}

/** `SHA256SUMS, SHA512SUMS and provenance.json agree`, and a line for each that does not. */
function comparedLines({ compared, results }: ReleaseAudit): readonly string[] {
  const records = compared.filter(({ source }) => source !== 'table of components');
  const agreeing = records.filter(({ outcome }) => outcome === 'agrees').map(nameOf);
  const others = records.filter(({ outcome }) => outcome !== 'agrees' && outcome !== 'differs');
  return [
    ...(agreeing.length === 0 ? [] : [`${listed(agreeing)} ${agreeing.length === 1 ? 'agrees' : 'agree'}`]),
    ...others.map((one) => `${nameOf(one)}: ${WORDS[one.outcome]}${deepHint(one, results)}`),
  ];
}

/** A list of SHA-512 alone can be held against the bytes of what is proved; without that no harm is done. */
function deepHint({ source, outcome }: Comparison, results: readonly ReleaseFile[]): string {
  const isMeasured = results.some(({ bytes }) => bytes !== undefined);
  const helps = outcome === 'not-comparable' && source === 'SHA512SUMS' && !isMeasured;
  return helps && results.some(({ proved }) => proved)
    ? '; --deep compares it with the files themselves'
    : '';
}

/** What others recorded, in their words: never a proof. */
function othersLines({ corroborated }: ReleaseAudit): readonly string[] {
  return corroborated.map(({ file, detail, differs }) => {
    const which = differs.length === 0 ? '' : ` (${differs.map(({ path }) => path).join(', ')})`;
    return `${file}, no proof: ${detail}${which}`;
  });
}

/** Where it is, and what is not in it. */
function writtenLines({ written }: ReleaseAudit): readonly string[] {
  if (written === undefined) return [];
  const { directory, files, leftOut } = written;
  if (files.length === 0) return [`wrote nothing to ${shownPath(directory)}: no file is proved`];
  const [named, more] = [leftOut.slice(0, MOST_FAILURES), leftOut.length - MOST_FAILURES];
  const left = named.map(({ path, verdict }) => `${path} (${verdict})`).join(', ');
  return [
    `wrote ${counted(files.length, 'file')} to ${shownPath(directory)}: ${listed(kindsOf(files))}`,
    ...(named.length === 0 ? [] : [`left out there: ${left}${more > 0 ? `, and ${more} more` : ''}`]),
  ];
}

/** What was written, of what can be. */
function kindsOf(files: readonly string[]): readonly string[] {
  const names = files.map((path) => basename(path));
  const kinds = [
    ['SHA256SUMS', names.includes('SHA256SUMS')],
    ['bundles', names.some((name) => name.endsWith('.sigstore.json'))],
    ['the release manifest', names.includes(MANIFEST_NAME)],
  ] as const;
  return kinds.flatMap(([kind, isThere]) => (isThere ? [kind] : []));
}

function nameOf({ source }: Comparison): string {
  return source === '.sha256' ? 'each .sha256' : source;
}

const WORDS: Readonly<Record<Comparison['outcome'], string>> = {
  agrees: 'agrees',
  differs: 'differs',
  incomplete: 'lacks some of the files',
  'not-published': 'no source has it',
  'not-fetched': 'could not be fetched, and was not compared',
  'not-readable': 'cannot be read',
  'not-comparable': 'not compared, since nothing else here has such digests',
};

/** `118 of 120 genuine, 1 refused, 1 missing`. */
function verdictsOf({ summary }: ReleaseAudit): string {
  return countsText(summary, [
    [summary.refused, 'refused'],
    [summary.unsigned, 'unsigned'],
    [summary.notAllowed, 'not-allowed'],
    [summary.notJudged, 'not-judged'],
    [summary.inconsistent, 'inconsistent'],
    [summary.missing, 'missing'],
  ]);
}

/** So many of one kind are told one by one; all of them are in the result. */
const MOST_FAILURES = 20;

/** The first failure of each kind in full, of the others what they are, and the exit code once. */
export function auditFailureText(
  audit: ReleaseAudit,
  worst: K8sVerifyError,
  style: TextStyle,
  invocation: Invocation,
): string {
  const failures = [...audit.results, ...audit.compared].flatMap(({ error }) => error ?? []);
  const told = new Map<string, number>();
  const lines = failures.flatMap((error) => {
    const count = told.get(error.code) ?? 0;
    told.set(error.code, count + 1);
    if (count === 0) return blockLines(error, style, invocation);
    return count < MOST_FAILURES ? [headlineOf(error, style, invocation)] : [];
  });
  const left = failures.length - Math.min(failures.length, lines.length);
  const rest = [...told.values()].reduce((sum, count) => sum + Math.max(0, count - MOST_FAILURES), 0);
  const refused = audit.results.filter(({ error }) => error !== undefined && isRefusal(exitCodeFor(error)));
  const state = `${verdictsOf(audit)}.${doNotUse(refused)}`;
  return linesOf([
    ...lines,
    ...(rest === 0 || left < 0 ? [] : [`and ${rest} more, all of them in --json`]),
    ...lastLines(state, exitLine(worst.code, exitCodeFor(worst)), style),
  ]);
}

function doNotUse(refused: readonly ReleaseFile[]): string {
  const [first] = refused;
  if (first === undefined) return '';
  if (refused.length > 3) return ` Do not use the ${refused.length} files that are refused.`;
  return ` Do not use ${refused.map(({ path }) => path).join(', ')}.`;
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
