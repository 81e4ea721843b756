/**
 * A first look at the words of a command line, without the parser: which command it is, and whether help or the
 * version is all that is asked. It keeps those two answers as quick as Node itself.
 */
import { type CommandName, COMMANDS } from './commands.ts';
import { alwaysTakesValue, OPTIONS } from './options.ts';

export interface ScannedWords {
  readonly command: CommandName;
  /** Whether the command word was there; `install` is meant where it is not. */
  readonly explicit: boolean;
  /** Everything but the command word. */
  readonly rest: readonly string[];
  readonly help: boolean;
  readonly version: boolean;
  /** Whether even a refusal must be a JSON object. */
  readonly json: boolean;
}

const TAKES_VALUE: ReadonlySet<string> = new Set(
  OPTIONS.flatMap((option) => {
    if (!alwaysTakesValue(option)) return [];
    return option.short === undefined ? [`--${option.name}`] : [`--${option.name}`, `-${option.short}`];
  }),
);

/** The command word is the first argument that is no option, wherever the options stand. */
export function scanWords(words: readonly string[]): ScannedWords {
  const rest: string[] = [];
  const seen = new Set<string>();
  let command: CommandName | undefined;
  let operands = 0;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') {
      rest.push(...words.slice(index));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands += 1;
      const named = operands === 1 ? COMMANDS.find((spec) => spec.name === word) : undefined;
      if (named !== undefined) {
        command = named.name;
      } else if (operands === 1 && word === 'help') {
        seen.add('--help');
        operands = 0;
      } else {
        rest.push(word);
      }
      continue;
    }
    seen.add(word);
    rest.push(word);
    const value = words[index + 1];
    if (TAKES_VALUE.has(word) && value !== undefined) {
      rest.push(value);
      index += 1;
    }
  }
  return {
    command: command ?? 'install',
    explicit: command !== undefined,
    rest,
    help: seen.has('--help') || seen.has('-h'),
    version: seen.has('--version'),
    json: seen.has('--json'),
  };
}
