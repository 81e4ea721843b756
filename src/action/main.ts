/** The GitHub Action: runs once, and ends with the exit code of its reason. */
import { addPath, getInput, setSecret } from '@actions/core';
import { exitCodeFor } from '../exit-codes.ts';
import { leaveOutNodeWarnings } from '../http/node-warnings.ts';
import { note, type Note } from '../notes.ts';
import type { Report } from '../progress.ts';
import { nodeVariablesNote, noteOf } from '../text/node-variables.ts';
import { VERSION } from '../text/version.ts';
import { createClient } from '../client.ts';
import { WARN_OF_ROOT_DAYS } from '../limits.ts';
import type { RunResult } from '../result.ts';
import { daysOld, rootWords } from '../trust/root-age.ts';
import { readInputs } from './inputs.ts';
import { logArtifact, logEvent, logFailure, logWarning } from './log.ts';
import { writeOutputs, writeSummary } from './outputs.ts';
import { dataDirectory, readRunner } from './runner.ts';
import { proxyUrls, secretsIn } from './secrets.ts';
import { setUp } from './set-up.ts';
import { refuseInput, unknownInputs } from './unknown-inputs.ts';

/** Never rejects: every error becomes an annotation and fails the step. */
export async function main(): Promise<void> {
  try {
    await run();
  } catch (error) {
    logFailure(error);
    process.exitCode = exitCodeFor(error);
  }
}

async function run(): Promise<void> {
  leaveOutNodeWarnings();
  hideSecrets();
  refuseSlips();
  const notes: Note[] = [];
  const report: Report = (event) => {
    if (event.kind === 'note' && event.artifact === undefined) notes.push(note(event.code, event.text));
    logEvent(event);
  };
  const variables = nodeVariablesNote(process.env);
  if (variables !== undefined) report({ kind: 'note', ...noteOf(variables) });
  const inputs = readInputs(getInput);
  const runner = readRunner(process.env, { workspace: process.cwd(), platform: process.platform });
  const client = createClient({
    report,
    env: process.env,
    offline: inputs.offline,
    dataDirectory: dataDirectory(runner, inputs.cache),
    userAgent: `k8s-verify/${VERSION} (GitHub Action)`,
  });
  try {
    const { directory, result } = await setUp(inputs, runner, client, cancelled());
    for (const artifact of result.artifacts) logArtifact(artifact);
    writeOutputs({ ...result, notes });
    await writeSummary(result, client.clock.now());
    warnOfOldRoot(result, client.clock.now());
    addPath(directory);
  } finally {
    await client.close();
  }
}

/** A root that is not renewed fails one day: Sigstore replaces its keys. */
function warnOfOldRoot({ artifacts }: RunResult, now: Date): void {
  const roots = new Map(artifacts.map(({ trustedRoot }) => [trustedRoot.sha256, trustedRoot]));
  for (const root of roots.values()) {
    const days = daysOld(root, now);
    if (days === undefined || days <= WARN_OF_ROOT_DAYS) continue;
    logWarning(
      'trusted root',
      `the trusted root is ${rootWords(root, now)}; let the job reach its TUF repository, or use a newer version of this action`,
    );
  }
}

/** A misspelt input would be ignored by the runner, and with it perhaps the lockfile. */
function refuseSlips(): void {
  for (const unknown of unknownInputs(process.env)) {
    refuseInput(unknown);
    logWarning('inputs', `there is no input ${unknown.name}; it is ignored`);
  }
}

/**
 * Masks passwords in the URLs of mirrors, other servers and proxies, which the runner does not know as secrets. Runs before any
 * input is logged.
 */
function hideSecrets(): void {
  const mirrors = getInput('mirror').split(/\s+/);
  const others = [getInput('rekor-url'), getInput('tuf-url')];
  for (const secret of secretsIn([...mirrors, ...others, ...proxyUrls(process.env)])) {
    setSecret(secret);
  }
}

/** The runner ends a cancelled job with SIGINT, and a little later with SIGTERM. */
function cancelled(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => controller.abort());
  return controller.signal;
}
