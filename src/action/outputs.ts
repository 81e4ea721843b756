/** What later steps get: the outputs of action.yml. */
import { setOutput } from '@actions/core';
import { type ArtifactResult, type RunResult, successReport } from '../result.ts';

/** As texts; several values stand one a line, in the order of the components. */
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
    'signed-at': lines((artifact) => artifact.signedAt),
    'log-index': lines((artifact) => artifact.logEntries[0]?.logIndex),
    'bundle-paths': lines((artifact) => artifact.bundlePath),
    'cache-hit': String(result.artifacts.every(({ outcome }) => outcome === 'kept')),
    result: JSON.stringify(successReport('install', result)),
  };
}

export function writeOutputs(result: RunResult): void {
  for (const [name, value] of Object.entries(outputsOf(result))) setOutput(name, value);
}

export function signerOf({ signer }: ArtifactResult): string {
  return signer.kind === 'managed-key' ? `key sha256:${signer.sha256}` : signer.subjectAlternativeName;
}
