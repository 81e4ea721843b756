/** The job's page: what was proved, or why it failed, as Markdown. Nothing foreign is markup in it. */
import { basename } from 'node:path';
import { summary } from '@actions/core';
import type { ProvenLogEntry } from '../proof/log-entry.ts';
import type { ArtifactResult, RunResult } from '../result.ts';
import { replaceUnprintable } from '../text/unprintable.ts';
import type { Failure } from './failure.ts';
import { logWarning } from './log.ts';
import { signerOf } from './outputs.ts';

const PUBLIC_LOG = 'https://rekor.sigstore.dev';
const HEADINGS = ['Program', 'Version', 'Platform', 'SHA-256', 'Signed', 'Log entry'];

/** Adds to the job's page, where the runner has one. A page that cannot be written fails no step. */
export async function writeSummary(markdown: string): Promise<void> {
  if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '') return;
  try {
    await summary.addRaw(markdown).write();
  } catch (error) {
    logWarning('summary', `the job's summary could not be written: ${String(error)}`);
  }
}

/**
 * What was proved.
 *
 * @param options what a command of k8s-verify needs to prove the same, as words of a shell: another signer, another root.
 */
export function successSummary({ artifacts }: RunResult, options: readonly string[] = []): string {
  const command = ['k8s-verify verify', fileOf(artifacts), ...options].join(' ');
  const digests = artifacts.map(({ sha256, component = 'file' }) => `${code(sha256)} ${plain(component)}`);
  const lines = [
    '### ✓ Kubernetes programs, proven by k8s-verify',
    '',
    tableRow(HEADINGS),
    `|${'---|'.repeat(HEADINGS.length)}`,
    ...artifacts.map((artifact) => tableRow(cellsOf(artifact))),
    '',
    ...signerLines(artifacts),
    '',
    '<details><summary>Check it yourself</summary>',
    '',
    `    ${command}`,
    '',
    `Full digests: ${digests.join(', ')}`,
    '',
    '</details>',
  ];
  return `${lines.join('\n')}\n`;
}

/** The first program, as a shell finds it; anything that is no program, by its name. */
function fileOf([first]: readonly ArtifactResult[]): string {
  const { component = '', path: file = '' } = first ?? {};
  const name = basename(file);
  return name === component || name === `${component}.exe`
    ? `"$(command -v ${plain(component)})"`
    : word(name);
}

/** A bar would end a cell, and a backslash would take a bar's own away; no name or address of ours has either. */
function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll(/[|\\]/g, ' ')).join(' | ')} |`;
}

function cellsOf(artifact: ArtifactResult): readonly string[] {
  const { component = '', version = '', platform = '', sha256, signedAt = '', logEntries } = artifact;
  return [
    plain(component),
    plain(version),
    plain(platform),
    code(`${sha256.slice(0, 8)}…${sha256.slice(-6)}`),
    plain(signedAt.slice(0, 10)),
    logEntries.map(logLink).join(' ') || 'none',
  ];
}

/** Links to the public log's page for the entry, or to the API of another Rekor v1 log. A log with neither is only named. */
function logLink({ logUrl, logIndex, integratedTime }: ProvenLogEntry): string {
  if (logUrl === PUBLIC_LOG)
    return `[${plain(logIndex)}](https://search.sigstore.dev/?logIndex=${plain(logIndex)})`;
  const url = urlOf(logUrl);
  // Rekor v2 has no time and serves only tiles of its tree, not entries.
  if (integratedTime === undefined || url === undefined) return `${plain(logIndex)} in ${code(logUrl)}`;
  return `[${plain(logIndex)}](<${url}/api/v1/log/entries?logIndex=${plain(logIndex)}>) in ${code(logUrl)}`;
}

/** An address with nothing in it that Markdown could take for its own. */
function urlOf(text: string): string | undefined {
  if (!/^https?:/.test(text) || !URL.canParse(text)) return undefined;
  const { href } = new URL(text);
  return /^[\w.:/~%@-]+$/.test(href) ? href.replace(/\/$/, '') : undefined;
}

/** Once for each signer and trusted root. */
function signerLines(artifacts: readonly ArtifactResult[]): readonly string[] {
  const lines = artifacts.map((artifact) => {
    const { signer } = artifact;
    const vouched = signer.kind === 'managed-key' ? '' : `, vouched for by ${code(signer.issuer)}`;
    return `Signed by ${code(signerOf(artifact))}${vouched}. Trusted root${rootOf(artifact)}.`;
  });
  return [...new Set(lines)].flatMap((line, index) => (index === 0 ? [line] : ['', line]));
}

/** Its age is that of the whole root, not of a key in it; a root from a file says nothing of that. */
function rootOf({ trustedRoot }: ArtifactResult): string {
  const { asOf, path } = trustedRoot;
  if (asOf !== undefined) return ` of ${asOf.slice(0, 10)}`;
  return path === undefined ? ' as given' : `: ${code(path)}`;
}

/**
 * Why the step failed, as the command says it.
 *
 * @param help the address of docs/exit-codes.md, where it is known.
 */
export function failureSummary(failure: Failure, help: string | undefined): string {
  const { exitCode, refused, program, sentence, facts, state, next } = failure;
  const heading =
    program === undefined
      ? 'k8s-verify did nothing'
      : `${plain(program)} was ${refused ? 'refused' : 'not installed'}`;
  const lines = [
    `k8s-verify: ${refused ? 'refused' : 'error'}: ${sentence}`,
    ...facts.map(([label, text]) => `  ${label.padEnd(6)} ${text}`),
    `  next   ${next}`,
    `${state} Exit code ${exitCode}`,
  ].map((line) => replaceUnprintable(line, () => ' '));
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  const page = help === undefined ? 'docs/exit-codes.md says' : `[docs/exit-codes.md](${help}) says`;
  return `### ✗ ${heading}\n\n${fence}text\n${lines.join('\n')}\n${fence}\n\n${page} what exit code ${exitCode} means.\n`;
}

/** A code span: its own marks are longer than any in the text. */
function code(text: string): string {
  const words = replaceUnprintable(text, () => ' ');
  const marks = '`'.repeat(longestRun(words) + 1);
  const space = marks.length > 1 ? ' ' : '';
  return `${marks}${space}${words}${space}${marks}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}

/** Text of ours, and numbers. What else a server or a file put there is left out. */
function plain(text: string): string {
  return text.replaceAll(/[^\w.+/ -]/g, '');
}

/** A word of a shell that means itself. */
export function word(text: string): string {
  const shown = replaceUnprintable(text, () => ' ');
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", String.raw`'\''`)}'`;
}
