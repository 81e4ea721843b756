/** How an artifact was proved, for `--verbose`: a line for each check and one for the name, then where everything came from. */
import type { CheckName } from '../errors.ts';
import type { NameSource } from '../names/bind-name.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import type { ArtifactResult, EvidenceOrigin } from '../result.ts';
import { rootWords } from '../trust/root-age.ts';
import { printable } from './printable.ts';
import { size } from '../text/sizes.ts';
import { symbol, type TextStyle, wrapped } from './style.ts';

/** Told where it is not as it should be: whence it came is told below. */
const MATERIAL = 'evidence';

/** The labels of people, and the checks of a proof that stand behind each. */
const LABELS: readonly (readonly [label: string, checks: readonly CheckName[]])[] = [
  ['file', ['digest']],
  [MATERIAL, ['material']],
  ['signature', ['signature']],
  ['certificate', ['chain']],
  ['recorded', ['sct', 'entry']],
  ['in the log', ['inclusionProof', 'checkpoint']],
  ['time', ['time', 'set']],
  ['signer', ['identity']],
];

const LABEL_WIDTH = 13;

export function checkLines(artifact: ArtifactResult, style: TextStyle): readonly string[] {
  const { component, version, platform, path, sha256 } = artifact;
  const name = [component, version, platform].filter((part) => part !== undefined).join(' ');
  return [
    printable(name === '' ? (path ?? `sha256:${sha256}`) : name),
    ...LABELS.filter((one) => one[0] !== MATERIAL || artifact.checks.material.outcome !== 'passed').map(
      ([label, checks]) => checkLine(label, checks, artifact, style),
    ),
    ...nameLines(artifact, style),
    ...origins(artifact).map(([label, text]) => line('  ', label, text, style)),
  ];
}

function checkLine(
  label: string,
  names: readonly CheckName[],
  { checks }: ArtifactResult,
  style: TextStyle,
): string {
  const outcomes = names.map((name) => checks[name]);
  const passed = outcomes.some(({ outcome }) => outcome === 'passed');
  const text = readable(outcomes.map(({ detail }) => detail).join('; '), style);
  return line(`  ${mark(passed, style)}`, label, text, style);
}

function mark(passed: boolean, style: TextStyle): string {
  if (!passed) return style.terminal?.unicode === true ? '- ' : '-  ';
  return style.terminal === undefined ? 'ok ' : symbol(style, 'done');
}

/** No line where there are no bytes of one file, and so no name. */
function nameLines({ name, version, sha256 }: ArtifactResult, style: TextStyle): readonly string[] {
  if (name === undefined) return [];
  const { bound, by, manifestSha256 } = name;
  const isListed = manifestSha256 !== undefined && manifestSha256 !== sha256;
  const sources: Readonly<Record<NameSource, string>> = {
    'release-manifest': isListed
      ? `${MANIFEST_NAME} of ${version ?? 'its release'}, itself proved, lists it`
      : 'the file says it itself',
    binary: 'the file says it itself',
    lockfile: 'the lockfile has its digest',
    sha256: 'you demanded its digest',
  };
  const text = bound ? by.map((one) => sources[one]).join('; ') : 'nothing signed says what the file is';
  return [line(`  ${mark(bound, style)}`, 'name', text, style)];
}

/** Times, sizes and digests as they are read on this stream. A program needs digests whole. */
function readable(text: string, { terminal }: TextStyle): string {
  const plain = text.replaceAll(/\b(\d+) bytes\b/g, (_, bytes: string) => size(Number(bytes)));
  const time = /(\d{4}-\d\d-\d\d)T([\d:]{8})(?:\.000)?Z/g;
  if (terminal === undefined) return plain.replaceAll(time, '$1T$2Z');
  return plain.replaceAll(time, '$1 $2 UTC').replaceAll(/\b([0-9a-f]{16})[0-9a-f]{48,}\b/g, '$1...');
}

/** The text of every line begins in the same column. */
function line(begin: string, label: string, text: string, style: TextStyle): string {
  const column = (style.terminal?.unicode === true ? 4 : 5) + LABEL_WIDTH;
  const shown = begin === '  ' ? 2 : column - LABEL_WIDTH;
  return `${begin}${`${label} `.padEnd(column - shown)}${wrapped(printable(text), column, style)}`;
}

function origins({
  source,
  trustedRoot,
  evidence,
  keptEvidence: kept,
}: ArtifactResult): readonly (readonly [string, string])[] {
  // What came from there is told once.
  const isTold = evidence.kind === 'bundle' && evidence.location === kept;
  return [
    ...(source === undefined ? [] : [['from', source] as const]),
    ['evidence', evidenceText(evidence)],
    ['trusted root', rootWords(trustedRoot)],
    ...(kept === undefined || isTold ? [] : [['evidence kept', kept] as const]),
  ];
}

function evidenceText(evidence: EvidenceOrigin): string {
  switch (evidence.kind) {
    case 'bundle':
      return `bundle ${evidence.location}`;
    case 'detached':
      return `signature and certificate at ${evidence.location}, completed by ${evidence.log}`;
    case 'release-manifest':
      return `release manifest ${evidence.location}: ${evidence.reason}`;
    case 'log-search':
      return `another entry of ${evidence.log}: ${evidence.reason}`;
  }
}
