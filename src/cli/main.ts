/** The face of the library: reads the command line, runs one command, and ends with that run's exit code. */
import type { ExitCode } from '../exit-codes.ts';
import { VERSION } from '../text/version.ts';
import type { CommandLine } from './command-line.ts';
import type { CommandName } from './commands.ts';
import type { Answer, Console } from './console.ts';
import { commandHelp, overviewHelp } from './help.ts';
import { scanWords, type ScannedWords } from './scan.ts';

/**
 * Runs one command line and sets `process.exitCode`. It never rejects: whatever goes wrong is printed and has its code.
 *
 * @param argv as Node has it, with the program's own two words in front.
 */
export async function main(argv: readonly string[] = process.argv): Promise<void> {
  tolerateClosedOutput(process.stdout);
  tolerateClosedOutput(process.stderr);
  const words = argv.slice(2);
  const scanned = scanWords(words);
  if (words.length === 0 || scanned.help) {
    const text = scanned.explicit ? commandHelp(scanned.command) : overviewHelp();
    (scanned.help ? process.stdout : process.stderr).write(text);
    process.exitCode = scanned.help ? 0 : 2;
  } else if (scanned.version) {
    process.stdout.write(`${VERSION}\n`);
  } else {
    process.exitCode = await runCommand(scanned);
  }
}

type RunCommand = (line: CommandLine, output: Console) => Promise<Answer>;

/** Each command is loaded when it is asked for. */
const RUN: Readonly<Record<CommandName, () => Promise<RunCommand>>> = {
  install: async () => (await import('./install.ts')).install,
  verify: async () => (await import('./verify.ts')).verify,
  list: async () => (await import('./list.ts')).list,
  doctor: async () => (await import('./doctor.ts')).doctor,
  completion: async () => (await import('./completion.ts')).completion,
};

async function runCommand(scanned: ScannedWords): Promise<ExitCode> {
  const { leaveOutNodeWarnings } = await import('../http/node-warnings.ts');
  leaveOutNodeWarnings();
  const { openConsole } = await import('./console.ts');
  const output = openConsole(scanned.rest, process);
  try {
    const { readCommandLine } = await import('./command-line.ts');
    const line = readCommandLine(scanned.command, scanned.rest);
    const run = await RUN[scanned.command]();
    return output.answer(await run(line, output));
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
