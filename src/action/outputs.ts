/** What later steps and people get: the outputs, and the table on the job's page. */
import { setOutput, summary } from '@actions/core';
import type { ProvenLogEntry } from '../proof/verdict.ts';
import { type ArtifactResult, type RunResult, successReport } from '../result.ts';
import { rootWords } from '../trust/root-age.ts';

const PUBLIC_LOG = 'https://rekor.sigstore.dev';

/** The outputs of action.yml, as texts; several values stand one a line, in the order of the components. */
export function outputsOf(result: RunResult): Readonly<Record<string, string>> {
  const lines = (value: (artifact: ArtifactResult) => string | undefined): string =>
    result.artifacts.map((artifact) => value(artifact) ?? '').join('\n');
  const kubectl = result.artifacts.find((artifact) => artifact.component === 'kubectl');
  return {
    'kubectl-path': kubectl?.path ?? '',
    version: lines((artifact) => artifact.version),
    paths: lines((artifact) => artifact.path),
    sha256: lines((artifact) => artifact.sha256),
    signer: lines(signerOf),
    'log-index': lines((artifact) => artifact.logEntries[0]?.logIndex),
    'bundle-paths': lines((artifact) => artifact.bundlePath),
    result: JSON.stringify(successReport('install', result)),
  };
}

export function writeOutputs(result: RunResult): void {
  for (const [name, value] of Object.entries(outputsOf(result))) setOutput(name, value);
}

function signerOf({ signer }: ArtifactResult): string {
  return signer.kind === 'managed-key' ? `key sha256:${signer.sha256}` : signer.subjectAlternativeName;
}

const HEADINGS = ['Component', 'Version', 'SHA-256', 'Signed by', 'Log entry', 'Trusted root'];

/** Adds the table to the job's summary, where the runner has one; `now` is what ages count to. */
export async function writeSummary(result: RunResult, now: Date): Promise<void> {
  if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '') return;
  summary.addHeading('Verified Kubernetes release artifacts', 3);
  const rows = result.artifacts.map((artifact) => row(artifact, now));
  summary.addTable([HEADINGS.map((data) => ({ data, header: true })), ...rows]);
  for (const line of trustedRootLines(result)) summary.addRaw(`${line}\n`, true);
  await summary.write();
}

/** `@actions/core` does not escape cells, so foreign text is escaped here. */
function row(artifact: ArtifactResult, now: Date): string[] {
  const { signedAt, trustedRoot } = artifact;
  const logEntries = artifact.logEntries.map(logLink);
  return [
    escapeHtml(artifact.component ?? ''),
    escapeHtml(artifact.version ?? ''),
    `<code>${escapeHtml(artifact.sha256)}</code>`,
    escapeHtml(`${signerOf(artifact)}${signedAt === undefined ? '' : ` at ${signedAt}`}`),
    logEntries.join(' ') || 'none',
    escapeHtml(rootWords(trustedRoot, now)),
  ];
}

/**
 * Links to the public log's page for the entry, or to the API of another Rekor v1 log. A log with neither is only
 * named.
 */
function logLink({ logUrl, logIndex, integratedTime }: ProvenLogEntry): string {
  const index = escapeHtml(logIndex);
  const elsewhere = escapeHtml(logUrl);
  if (logUrl === PUBLIC_LOG) return `<a href="https://search.sigstore.dev/?logIndex=${index}">${index}</a>`;
  // Rekor v2 has no time and serves only tiles of its tree, not entries.
  if (integratedTime === undefined || !/^https?:/.test(logUrl)) return `${index} in ${elsewhere}`;
  return `<a href="${elsewhere}/api/v1/log/entries?logIndex=${index}">${index}</a> in ${elsewhere}`;
}

function trustedRootLines(result: RunResult): readonly string[] {
  const roots = result.artifacts.map(({ trustedRoot }) => {
    return `Trusted root: ${escapeHtml(rootWords(trustedRoot))}, <code>sha256:${escapeHtml(trustedRoot.sha256)}</code>`;
  });
  return [...new Set(roots)];
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', ' ');
}
