/** Runs the bundled action as the runner of GitHub Actions does: a process, its environment, and files for answers. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SuccessReport } from '../../src/result.ts';
import { type ProgramRun, runProgram } from '#support/run-program';

export interface ActionJob {
  /** Lies there from job to job: RUNNER_TOOL_CACHE. */
  readonly toolCache: string;
  /** Everything else of the job; a fresh directory for each. */
  readonly directory: string;
  /** The bundled action. */
  readonly action: string;
  /** Octal digits; default: the tests' own. */
  readonly umask?: string;
}

export interface ActionRun extends ProgramRun {
  readonly outputs: Readonly<Record<string, string>>;
  /** Lines that were added to PATH. */
  readonly path: readonly string[];
  readonly summary: string;
  /** The output `result`; absent where there is none. */
  readonly result: SuccessReport | undefined;
}

export async function runAction(
  job: ActionJob,
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<ActionRun> {
  const file = (name: string): string => path.join(job.directory, name);
  for (const name of ['output', 'path', 'summary']) writeFileSync(file(name), '');
  for (const name of ['temp', 'workspace', 'home']) mkdirSync(file(name), { recursive: true });
  const given = Object.entries(inputs).map(
    ([name, value]) => [`INPUT_${name.toUpperCase()}`, value] as const,
  );
  const env = {
    PATH: '/usr/bin:/bin',
    SYSTEMROOT: process.env['SYSTEMROOT'],
    HOME: file('home'),
    USERPROFILE: file('home'),
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: file('workspace'),
    GITHUB_OUTPUT: file('output'),
    GITHUB_PATH: file('path'),
    GITHUB_STEP_SUMMARY: file('summary'),
    RUNNER_TEMP: file('temp'),
    RUNNER_TOOL_CACHE: job.toolCache,
    ...Object.fromEntries(given),
    ...environment,
  };
  // No shell: it would drop variables with a hyphen in their name.
  const umask =
    job.umask === undefined ? [] : ['--import', `data:text/javascript,process.umask(0o${job.umask})`];
  const run = await runProgram([process.execPath, ...umask, job.action], { cwd: file('workspace'), env });
  const outputs = readOutputs(readFileSync(file('output'), 'utf8'));
  return {
    ...run,
    outputs,
    path: readFileSync(file('path'), 'utf8').split('\n').filter(Boolean),
    summary: readFileSync(file('summary'), 'utf8'),
    result: outputs['result'] === undefined ? undefined : JSON.parse(outputs['result']),
  };
}

/** `name<<delimiter`, the value, the delimiter: the runner's own format. */
function readOutputs(text: string): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const [, name, delimiter] = /^([^<]+)<<(.+)$/.exec(lines[at] ?? '') ?? [];
    if (name === undefined || delimiter === undefined) continue;
    const end = lines.indexOf(delimiter, at);
    outputs[name] = lines.slice(at + 1, end).join('\n');
    at = end;
  }
  return outputs;
}
