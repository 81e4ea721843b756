/** How a run talks: for a person or a program, with or without colour, little or much. */
import type { Environment } from './environment.ts';
import { beforeDashes } from './words.ts';
import type { TextStyle } from './style.ts';

export interface Mode {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Of standard error. */
  readonly style: TextStyle;
  /** Whether lines may be drawn over. */
  readonly animated: boolean;
}

/** It is read from the bare words, because a command line that cannot be understood must be answered too. */
export function readMode(words: readonly string[], stderr: Terminal, env: Environment): Mode {
  const terminal = stderr.isTTY && env['TERM'] !== 'dumb';
  const given = beforeDashes(words);
  const options = givenOptions(given);
  return {
    json: options.has('--json'),
    quiet: options.has('--quiet') || options.has('-q'),
    style: {
      color: wantsColor(given, terminal, env),
      verbose: options.has('--verbose') || options.has('-v'),
      ...terminalOf(stderr, env),
    },
    animated:
      terminal && !options.has('--no-progress') && !isOn(env['K8S_VERIFY_NO_PROGRESS']) && !isOn(env['CI']),
  };
}

/** The part of a stream that tells what it is. */
export interface Terminal {
  readonly isTTY: boolean;
  readonly columns?: number;
}

/** How wide it is, and whether it knows more than ASCII; nothing of a pipe. */
export function terminalOf({ isTTY, columns }: Terminal, env: Environment): Pick<TextStyle, 'terminal'> {
  if (!isTTY) return {};
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const unicode = process.platform === 'win32' || /utf-?8/i.test(locale);
  return { terminal: { columns: columns === undefined || columns === 0 ? 80 : columns, unicode } };
}

/** The switches among the words, those in a group (`-qv`) one by one. */
function givenOptions(given: readonly string[]): ReadonlySet<string> {
  return new Set(
    given.flatMap((word) =>
      /^-[hqv]{2,}$/.test(word) ? Array.from(word.slice(1), (one) => `-${one}`) : [word],
    ),
  );
}

/** The first that applies: the option, NO_COLOR with any value (no-color.org), a variable that forces colour, the terminal. */
function wantsColor(words: readonly string[], terminal: boolean, env: Environment): boolean {
  const at = words.findIndex((word) => word === '--color' || word.startsWith('--color='));
  const asked = words[at] === '--color' ? words[at + 1] : words[at]?.slice('--color='.length);
  if (asked === 'always' || asked === 'never') return asked === 'always';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return isOn(env['CLICOLOR_FORCE']) || isOn(env['FORCE_COLOR']) || terminal;
}

/** `CI=false` and `CLICOLOR_FORCE=0` are how some switch it off. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}
