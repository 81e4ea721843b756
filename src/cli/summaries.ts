/** `--attest`: the file with a verification summary for each thing that a command has verified. */
import { InstallError, InterruptedError, K8sVerifyError } from '../errors.ts';
import { exitCodeFor } from '../exit-codes.ts';
import { note } from '../notes.ts';
import { worstOf } from '../verdict.ts';
import type { Answer, Console, Failed } from './console.ts';
import { exitLine } from './disk-state.ts';
import { blockLines, lastLines } from './error-text.ts';
import type { ParsedLine } from './parsed-line.ts';
import { openSummaryFile, type SummaryFile } from './summary-file.ts';

/**
 * Runs a command that tells the console what it has verified, and then gives the file its name. The file is begun before the command, so
 * that a place where it cannot be written is found out first. A failed run has its summaries too; a line that cannot be
 * understood and an interrupted run leave the old file. A request that the policy forbids replaces it, because it may say PASSED.
 *
 * @throws InstallError `output-unwritable` before the command; later it decides the exit code if nothing worse does.
 */
export async function attesting(
  path: string,
  line: ParsedLine,
  output: Console,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const file = await openSummaryFile(path, line, output);
  output.attestTo((verified) => {
    file.add(verified);
  });
  try {
    const answer = await run().catch(async (error: unknown) => {
      await finishFailed(file, error, output);
      throw error;
    });
    return await finished(file, answer);
  } finally {
    await file.discard();
  }
}

/** The run has no answer: the error may be about an artifact. */
async function finishFailed(file: SummaryFile, error: unknown, output: Console): Promise<void> {
  if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) return;
  if (exitCodeFor(error) === 2 && error.code !== 'policy-forbids') return;
  file.add({ kind: 'failed', error });
  try {
    for (const one of await file.finish()) output.note(one);
  } catch (cause) {
    if (!(cause instanceof InstallError)) throw cause;
    output.note(note('summaries-not-written', cause.message));
  }
}

async function finished(file: SummaryFile, answer: Answer): Promise<Answer> {
  const { notes = [], failed } = answer;
  try {
    return { ...answer, notes: [...notes, ...(await file.finish())] };
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    const isWorse = failed !== undefined && worstOf([failed, { error }]) === failed;
    return isWorse
      ? { ...answer, notes: [...notes, note('summaries-not-written', error.message)] }
      : { ...answer, failed: notWritten(error, answer) };
  }
}

/** Everything was done but the file. */
function notWritten(error: InstallError, { json, failed }: Answer): Failed {
  const { artifacts, results } = json;
  return {
    error,
    artifacts: (invocation) => failed?.artifacts(invocation) ?? artifacts ?? results ?? [],
    more: failed === undefined ? ownPartsOf(json) : (failed.more ?? {}),
    text: (style, invocation) => {
      const before = failed?.text(style, invocation) ?? '';
      const state = 'Everything else was done.';
      const lines = [
        ...blockLines(error, style, invocation),
        ...lastLines(state, exitLine(error.code, exitCodeFor(error)), style),
      ];
      return `${before}${lines.join('\n')}\n`;
    },
  };
}

/** What the report of a command has and those of others have not. */
function ownPartsOf(json: Answer['json']): object {
  return Object.fromEntries(Object.entries(json).filter(([name]) => !IN_EVERY_REPORT.has(name)));
}

const IN_EVERY_REPORT: ReadonlySet<string> = new Set([
  'schemaVersion',
  'command',
  'ok',
  'exitCode',
  'artifacts',
  'results',
  'notes',
]);
