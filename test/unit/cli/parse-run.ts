import { type ParsedLine, parseLine } from '../../../src/cli/parsed-line.ts';

/** A command line that runs a command, as its words are read. */
export function parseRun(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): ParsedLine {
  const line = parseLine(words, env);
  if (line.kind !== 'run') throw new TypeError(`asks for help: ${words.join(' ')}`);
  return line;
}
