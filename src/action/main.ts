/** The GitHub Action: runs once, and ends with the exit code of its reason. */
import path from 'node:path';
import { addPath, getInput, setSecret } from '@actions/core';
import { exitCodeFor } from '../exit-codes.ts';
import { leaveOutNodeWarnings } from '../http/node-warnings.ts';
import { note, type Note } from '../notes.ts';
import type { Report } from '../progress.ts';
import { hostPlatform, samePlatform } from '../release/platform.ts';
import { excerpt } from '../text/excerpt.ts';
import { nodeVariablesNote, noteOf } from '../text/node-variables.ts';
import { VERSION } from '../text/version.ts';
import { type Client, createClient } from '../client.ts';
import { WARN_OF_ROOT_DAYS } from '../limits.ts';
import { DEFAULT_SOURCE } from '../plan/request.ts';
import { isComponent } from '../release/component.ts';
import type { RunResult } from '../result.ts';
import { daysOld, rootWords } from '../trust/root-age.ts';
import { setUpCommand } from './command.ts';
import { exitCodeLink } from './exit-code-link.ts';
import { failureOf, type StepFacts } from './failure.ts';
import { type ActionInputs, readInputs } from './inputs.ts';
import { labelOf } from './job.ts';
import { logArtifact, logEvent, logFailure, logLine, logWarning } from './log.ts';
import { writeOutputs } from './outputs.ts';
import { platformOf } from './plan-artifacts.ts';
import { assertAnswersPossible, handOver } from './answers.ts';
import { dataDirectory, readRunner, type Runner, variablesNotRead } from './runner.ts';
import { proxyUrls, secretsIn } from './secrets.ts';
import { setUp } from './set-up.ts';
import { failureSummary, successSummary, word, writeSummary } from './summary.ts';
import { refuseInput, unknownInputs } from './unknown-inputs.ts';

/** What is known of the step so far, for the case that it fails. */
interface Step extends StepFacts {
  programs: readonly string[];
  usesMirror: boolean;
  namesSigner: boolean;
  /** Whether a failure is told on the job's page. */
  readonly summary: boolean;
}

/**
 * Never rejects: every error becomes an annotation, is told on the job's page, and fails the step.
 *
 * @param script the file that the runner started.
 */
export async function main(script: string): Promise<void> {
  const summary = !/^false$/i.test(getInput('summary'));
  const step: Step = { programs: [], usesMirror: false, namesSigner: false, summary };
  try {
    await run(step, script);
  } catch (error) {
    const failure = failureOf(error, step);
    logFailure(failure, error);
    if (step.summary)
      await writeSummary(failureSummary(failure, exitCodeLink(failure.exitCode, process.env)));
    process.exitCode = exitCodeFor(error);
  }
}

async function run(step: Step, script: string): Promise<void> {
  leaveOutNodeWarnings();
  hideSecrets();
  refuseSlips();
  const variables = nodeVariablesNote(process.env);
  const given = readInputs(getInput);
  learn(step, given);
  const runner = readRunner(process.env, { workspace: process.cwd(), platform: process.platform });
  const inputs = { ...given, offline: given.offline || runner.isOffline };
  step.usesMirror &&= !inputs.offline;
  await assertAnswersPossible(process.env);
  if (inputs.setupOnly) {
    if (variables !== undefined) logLine(noteOf(variables).text);
    const directory = await commandDirectory(runner, script);
    handOver(() => addPath(directory));
    return;
  }
  const notes: Note[] = [];
  const report: Report = (event) => {
    if (event.kind === 'note' && event.artifact === undefined) notes.push(note(event.code, event.text));
    logEvent(event);
  };
  if (variables !== undefined) report({ kind: 'note', ...noteOf(variables) });
  const others = variablesNotRead(process.env).map((name) => excerpt(name));
  if (others.length > 0)
    logLine(`for the command k8s-verify, and not read by this step: ${others.join(', ')}`);
  const client = createClient({
    report,
    env: process.env,
    offline: inputs.offline,
    dataDirectory: dataDirectory(runner, inputs.cache),
    userAgent: `k8s-verify/${VERSION} (GitHub Action)`,
  });
  try {
    await install(step, { inputs, runner, client, notes });
  } finally {
    await client.close();
  }
}

interface Install {
  readonly inputs: ActionInputs;
  readonly runner: Runner;
  readonly client: Client;
  /** What has been told so far, which the result repeats. */
  readonly notes: readonly Note[];
}

async function install(step: Step, { inputs, runner, client, notes }: Install): Promise<void> {
  const { directory, result } = await setUp(inputs, {
    runner,
    client,
    signal: cancelled(),
    planned: (artifacts) => {
      step.programs = artifacts.map(labelOf);
    },
  });
  for (const artifact of result.artifacts) logArtifact(artifact);
  const isForHere = samePlatform(platformOf(inputs, client), hostPlatform(client.host));
  handOver(() => {
    writeOutputs({ ...result, notes });
    if (isForHere) addPath(directory);
  });
  if (!isForHere) logLine(`${directory} is not put on PATH: its files are not for this runner`);
  warnOfOldRoot(result, client.clock.now());
  // Last: it says that the files are there for later steps.
  if (inputs.summary) await writeSummary(successSummary(result, optionsOf(inputs)));
}

/** What the inputs say of the step. Names that are not Kubernetes' own are not shown in headings. */
function learn(step: Step, { components, mirrors = [], offline, identity }: ActionInputs): void {
  const names = components.map(({ component }) => component);
  step.programs = names.length === 0 ? ['kubectl'] : names.filter(isComponent);
  step.usesMirror = !offline && mirrors.some((mirror) => mirror !== DEFAULT_SOURCE);
  step.namesSigner = identity !== undefined;
}

async function commandDirectory(runner: Runner, script: string): Promise<string> {
  const directory = await setUpCommand(runner, { node: process.execPath, script });
  logLine(`k8s-verify ${VERSION} is on PATH for later steps: ${path.join(directory, 'k8s-verify')}`);
  return directory;
}

/** What the command needs to prove the same. */
function optionsOf({ identity, trustedRootFile }: ActionInputs): readonly string[] {
  return [
    ...(trustedRootFile === undefined ? [] : ['--trusted-root', word(trustedRootFile)]),
    ...(identity === undefined
      ? []
      : [
          '--certificate-identity',
          word(identity.subjectAlternativeName),
          '--certificate-oidc-issuer',
          word(identity.issuer),
        ]),
  ];
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
