/** Runs one command line: reads it, has its command do the work, and gives the answer. */
import type { ExitCode } from '../exit-codes.ts';
import { leaveOutNodeWarnings } from '../http/node-warnings.ts';
import { type Answer, type Console, openConsole } from './console.ts';
import { type ParsedLine, parseLine } from './parsed-line.ts';
import type { ReportPage } from './report-page.ts';
import type { CommandName } from './add-command.ts';
import { note } from '../notes.ts';
import { version } from './version-text.ts';

type RunCommand = (line: ParsedLine, output: Console) => Promise<Answer>;

/** Each command is loaded when it is asked for. */
const RUN: Readonly<Record<CommandName, () => Promise<RunCommand>>> = {
  install: async () => (await import('./install.ts')).install,
  verify: async () => (await import('./verify.ts')).verify,
  scan: async () => (await import('./scan.ts')).scan,
  mirror: async () => (await import('./mirror.ts')).mirror,
  digest: async () => (await import('./digest.ts')).digest,
  release: async () => (await import('./release.ts')).release,
  lock: async () => (await import('./lock.ts')).lock,
  list: async () => (await import('./list.ts')).list,
  doctor: async () => (await import('./doctor.ts')).doctor,
  'trusted-root': async () => (await import('./trusted-root.ts')).trustedRootCommand,
  policy: async () => (await import('./policy.ts')).policyCommand,
  completion: async () => (await import('./completion.ts')).completion,
  help: async () => (await import('./help.ts')).help,
  version: () => Promise.resolve(version),
};

/** @returns the exit code of the run. It never rejects. */
export async function run(words: readonly string[]): Promise<ExitCode> {
  leaveOutNodeWarnings();
  const output = openConsole(words, process);
  const exitCode = await runLine(words, output);
  await output.metrics()?.settle(exitCode);
  return exitCode;
}

async function runLine(words: readonly string[], output: Console): Promise<ExitCode> {
  let page: ReportPage | undefined;
  try {
    const line = parseLine(words, process.env);
    if (line.kind === 'help') {
      const { columns, questionPage } = await import('./help.ts');
      process.stdout.write(questionPage(line, columns()));
      return 0;
    }
    output.invoked(line);
    for (const one of line.notes) output.note(one);
    // `doctor` shows the variables in effect, because a user may have forgotten one.
    for (const variable of line.fromVariables) {
      if (line.command === 'doctor') output.note(note('variable-in-effect', variable));
      else output.detail(variable);
    }
    const { attest, report, metrics } = line.options;
    if ((attest ?? report ?? metrics) !== undefined) {
      const { assertOwnPlaces } = await import('./own-places.ts');
      assertOwnPlaces(line.options);
    }
    if (metrics !== undefined) {
      const { ScanMetrics } = await import('./scan-metrics.ts');
      output.measureBy(new ScanMetrics(metrics, output));
    }
    if (report !== undefined) {
      page = await (await import('./report-page.ts')).openReport(report, line.command);
      output.reportTo(page);
    }
    const command = await RUN[line.command]();
    return await output.answer(await answerOf(line, output, command));
  } catch (error) {
    return await output.failure(error);
  } finally {
    await page?.[Symbol.asyncDispose]();
  }
}

async function answerOf(line: ParsedLine, output: Console, command: RunCommand): Promise<Answer> {
  const { attest } = line.options;
  if (attest === undefined) return command(line, output);
  const { attesting } = await import('./summaries.ts');
  return attesting(attest, line, output, () => command(line, output));
}
