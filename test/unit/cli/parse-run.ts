import type { Invocation } from '../../../src/cli/invocation.ts';
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

/** What a failure's answer is told of a command line, whose words are as a shell has them. */
export function invocationOf(words: string): Invocation {
  const typed = Array.from(words.matchAll(/'([^']*)'|\S+/g), ([word, quoted]) => quoted ?? word);
  return { words: typed, line: parseRun(typed), downloaded: false };
}
