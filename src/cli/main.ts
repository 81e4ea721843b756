/** The face of the library: reads the command line, runs one command, and ends with that run's exit code. */
import { versionText } from './version-text.ts';

/**
 * Runs one command line and sets `process.exitCode`. Never rejects: every failure is printed and has its code.
 *
 * @param argv as Node has it, with the program's own two words in front.
 */
export async function main(argv: readonly string[] = process.argv): Promise<void> {
  tolerateClosedOutput(process.stdout);
  const words = argv.slice(2);
  const [first] = words;
  if (first === undefined) {
    const { columns, overview } = await import('./help.ts');
    tolerateClosedOutput(process.stderr);
    process.stderr.write(overview(columns()));
    process.exitCode = 2;
  } else if (words.length === 1 && (first === '--help' || first === '-h')) {
    // The same page as among other words, without what runs commands.
    const { columns, overview } = await import('./help.ts');
    process.stdout.write(overview(columns()));
  } else if (words.length === 1 && first === '--version') {
    // Nothing but this is loaded for it in a pipe; with more words, the parser says what is wrong.
    const forPeople = process.stdout.isTTY ? await import('./version-for-people.ts') : undefined;
    process.stdout.write(forPeople?.versionForPeople() ?? versionText());
  } else if (first === '__complete') {
    const { complete } = await import('./complete.ts');
    process.stdout.write(await complete(words[1]).catch(() => ''));
  } else {
    tolerateClosedOutput(process.stderr);
    const { run } = await import('./run.ts');
    process.exitCode = await run(words);
  }
}

/** A terminal that was closed is a reader that went away, and not a disk that fails. */
function isGoneTerminal({ isTTY }: NodeJS.WriteStream, { code }: NodeJS.ErrnoException): boolean {
  return isTTY && code === 'EIO';
}

/**
 * A reader that has seen enough (`| head -1`) ends nothing here: the run goes on and keeps its exit code. Prose that
 * cannot be written ends nothing either, so that what was staged is still cleaned up; a result that cannot be written
 * (a full disk) makes a run fail that has not failed already.
 *
 * Node needs a millisecond to make a stream for a pipe, so this is done for stderr where it is about to be used.
 */
function tolerateClosedOutput(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isGoneTerminal(stream, error) || stream === process.stderr) return;
    tolerateClosedOutput(process.stderr);
    process.stderr.write(
      `k8s-verify: the result cannot be written to standard output: ${error.code ?? 'error'}\n`,
    );
    process.once('exit', (exitCode) => {
      if (exitCode === 0) process.exitCode = 1;
    });
  });
}
