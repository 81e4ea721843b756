/** What the steps after this one get: outputs, and the table on the job's page. */
import { setOutput, summary } from '@actions/core';
import type { ArtifactResult, RunResult } from '../result.ts';

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
    result: JSON.stringify(result),
  };
}

export function writeOutputs(result: RunResult): void {
  for (const [name, value] of Object.entries(outputsOf(result))) setOutput(name, value);
}

function signerOf({ signer }: ArtifactResult): string {
  return signer.kind === 'managed-key' ? `key sha256:${signer.sha256}` : signer.subjectAlternativeName;
}

const HEADINGS = ['Component', 'Version', 'Platform', 'SHA-256', 'Signed by', 'Signed at', 'Log entry'];

/** Adds the table to the job's summary, where the runner has one. */
export async function writeSummary(result: RunResult): Promise<void> {
  if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '') return;
  summary.addHeading('Verified Kubernetes release artifacts', 3);
  summary.addTable([HEADINGS.map((data) => ({ data, header: true })), ...result.artifacts.map(row)]);
  for (const line of trustedRootLines(result)) summary.addRaw(`${line}\n`, true);
  await summary.write();
}

/** `@actions/core` writes cells as they are, so whatever came from outside is escaped here. */
function row(artifact: ArtifactResult): string[] {
  const logEntries = artifact.logEntries.map(({ logUrl, logIndex }) => logLink(logUrl, logIndex));
  return [
    escapeHtml(artifact.component ?? ''),
    escapeHtml(artifact.version ?? ''),
    escapeHtml(artifact.platform ?? 'any'),
    `<code>${escapeHtml(artifact.sha256)}</code>`,
    escapeHtml(signerOf(artifact)),
    escapeHtml(artifact.signedAt ?? 'not told'),
    logEntries.join(' ') || 'none',
  ];
}

/** The public log has a page for each entry; any other one is named. */
function logLink(logUrl: string, logIndex: string): string {
  const index = escapeHtml(logIndex);
  return logUrl === PUBLIC_LOG
    ? `<a href="https://search.sigstore.dev/?logIndex=${index}">${index}</a>`
    : `${index} in ${escapeHtml(logUrl)}`;
}

function trustedRootLines(result: RunResult): readonly string[] {
  const roots = result.artifacts.map(({ trustedRoot }) => {
    const where = trustedRoot.kind === 'file' ? trustedRoot.path : `${trustedRoot.kind} ${trustedRoot.name}`;
    return `Trusted root: ${escapeHtml(where)}, <code>sha256:${escapeHtml(trustedRoot.sha256)}</code>`;
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
