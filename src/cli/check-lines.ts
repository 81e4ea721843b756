/** How an artifact was proved, for `--verbose`: eight lines for the checks, then where everything came from. */
import type { CheckName } from '../errors.ts';
import type { ArtifactResult, EvidenceOrigin } from '../result.ts';
import { rootWords } from '../trust/root-age.ts';
import { printable } from './printable.ts';
import { size } from './sizes.ts';
import { symbol, type TextStyle, wrapped } from './style.ts';

/** The labels of people, and the checks of a proof that stand behind each. */
const LABELS: readonly (readonly [label: string, checks: readonly CheckName[]])[] = [
  ['file', ['digest']],
  ['evidence', ['material']],
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
    ...LABELS.map(([label, checks]) => checkLine(label, checks, artifact, style)),
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
  const absent = style.terminal?.unicode === true ? '- ' : '-  ';
  const mark = style.terminal === undefined ? 'ok ' : symbol(style, 'done');
  return line(`  ${passed ? mark : absent}`, label, text, style);
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

function origins({ source, trustedRoot, evidence }: ArtifactResult): readonly (readonly [string, string])[] {
  return [
    ...(source === undefined ? [] : [['from', source] as const]),
    ['evidence', evidenceText(evidence)],
    ['trusted root', rootWords(trustedRoot)],
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
