/** The face of the library: reads the command line, runs one command, and ends with that run's exit code. */
import { note } from '../notes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { VERSION } from '../text/version.ts';
import type { Answer, Console } from './console.ts';
import type { ParsedLine } from './parsed-line.ts';
import type { CommandName } from './program.ts';
import { version, versionText } from './version-text.ts';

/**
 * Runs one command line and sets `process.exitCode`. It never rejects: whatever goes wrong is printed and has its code.
 *
 * @param argv as Node has it, with the program's own two words in front.
 */
export async function main(argv: readonly string[] = process.argv): Promise<void> {
  tolerateClosedOutput(process.stdout);
  tolerateClosedOutput(process.stderr);
  const words = argv.slice(2);
  const [first] = words;
  if (first === undefined) {
    const { columns, overview } = await import('./help.ts');
    process.stderr.write(overview(columns()));
    process.exitCode = 2;
  } else if (words.length === 1 && first === '--version') {
    // Nothing but this is loaded for it; with more words, the parser says what is wrong.
    process.stdout.write(versionText(VERSION, process.stdout.isTTY));
  } else {
    process.exitCode = await run(words);
  }
}

type RunCommand = (line: ParsedLine, output: Console) => Promise<Answer>;

/** Each command is loaded when it is asked for. */
const RUN: Readonly<Record<CommandName, () => Promise<RunCommand>>> = {
  install: async () => (await import('./install.ts')).install,
  verify: async () => (await import('./verify.ts')).verify,
  list: async () => (await import('./list.ts')).list,
  doctor: async () => (await import('./doctor.ts')).doctor,
  completion: async () => (await import('./completion.ts')).completion,
  help: async () => (await import('./help.ts')).help,
  version: () => Promise.resolve(version),
};

async function run(words: readonly string[]): Promise<ExitCode> {
  const { takeLessMemory } = await import('./engine.ts');
  takeLessMemory();
  const { leaveOutNodeWarnings } = await import('../http/node-warnings.ts');
  leaveOutNodeWarnings();
  const { openConsole } = await import('./console.ts');
  const output = openConsole(words, process);
  try {
    const { parseLine } = await import('./parsed-line.ts');
    const line = parseLine(words, process.env);
    if (line.kind === 'help') {
      const { columns, questionPage } = await import('./help.ts');
      process.stdout.write(questionPage(line, columns()));
      return 0;
    }
    output.invoked(line);
    for (const one of line.notes) output.note(one);
    // What a doctor looks at may come from a variable that was forgotten.
    for (const variable of line.fromVariables) {
      if (line.command === 'doctor') output.note(note('variable-in-effect', variable));
      else output.detail(variable);
    }
    const command = await RUN[line.command]();
    return output.answer(await command(line, output));
  } catch (error) {
    return output.failure(error);
  }
}

/**
 * A reader that has seen enough (`| head -1`) ends nothing here: the run goes on and keeps its exit code. Prose that
 * cannot be written ends nothing either, so that what was staged is still cleaned up; a result that cannot be written
 * (a full disk) makes a run fail that has not failed already.
 */
function tolerateClosedOutput(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || stream === process.stderr) return;
    process.stderr.write(
      `k8s-verify: the result cannot be written to standard output: ${error.code ?? 'error'}\n`,
    );
    process.once('exit', (exitCode) => {
      if (exitCode === 0) process.exitCode = 1;
    });
  });
}
