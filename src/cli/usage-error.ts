/** Mistakes in the words of a command line, told in our words. */
import { listed } from '../text/listed.ts';
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { withoutPasswords } from '../text/shown-url.ts';
import { anotherWordFor, meantOption } from './meant.ts';
import { type CliOption, needsValue } from './option.ts';

/** The command whose words hold a mistake. */
export interface CommandAtFault {
  /** As it is typed after `k8s-verify`; empty where no command is named. */
  readonly name: string;
  /** Whether that name stands on the line; `install` may be left out. */
  readonly isNamed: boolean;
  readonly options: readonly CliOption[];
  /** Every command, with its own options. */
  readonly all: readonly { readonly name: string; readonly options: readonly CliOption[] }[];
  readonly operands: readonly string[];
  /** How many operands it takes. */
  readonly takes: number;
  readonly example: string | undefined;
}

/** What commander finds, by its codes; the rest of each message is taken out of commander's own. */
export function usageError(command: CommandAtFault, code: string, message: string): RequestError {
  switch (code) {
    case 'commander.unknownOption':
      return unknownOption(command, /unknown option '(?<flag>.*)'/s.exec(message)?.groups?.['flag'] ?? '');
    case 'commander.optionMissingArgument':
      return missingValue(command, message);
    case 'commander.conflictingOption':
      return contradiction(command, message);
    case 'commander.excessArguments':
      return tooManyArguments(command);
    default:
      return new RequestError('usage', withoutPasswords(message.replace(/^error: /, '')), {
        next: seeHelp(command),
      });
  }
}

/**
 * What commander would read as something else than was meant: an option where the value of another should stand, and
 * `-o=FILE`, which names a file with an equals sign.
 *
 * @param next the word after it
 */
export function misplacedWord(
  word: string,
  next: string | undefined,
  option: CliOption | undefined,
): RequestError | undefined {
  if (/^-[a-zA-Z]=/.test(word)) {
    return new RequestError('usage', `${excerpt(word)} is no way to write an option`, {
      wanted: 'a short option and its value as two words, or the long one with =',
      found: excerpt(word),
      next: `write the value as a word of its own: ${word.slice(0, 2)} VALUE`,
    });
  }
  if (option?.required !== true || next === undefined || next === '-' || !next.startsWith('-')) {
    return undefined;
  }
  return needsValue(
    option,
    `${excerpt(next)} in its place`,
    `if that is the value, write ${option.long}=VALUE; if not, write a value before it`,
  );
}

function seeHelp(command: CommandAtFault): string {
  return `see ${['k8s-verify', command.name, '--help'].filter(Boolean).join(' ')}`;
}

function missingValue(command: CommandAtFault, message: string): RequestError {
  const option = command.options.find(({ flags }) => message.includes(`'${flags}'`));
  if (option !== undefined) return needsValue(option, 'nothing');
  return new RequestError('usage', 'an option needs a value', { next: seeHelp(command) });
}

/** Where two options say different things, more can be said than that one of them has to go. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  '--extract --from-tarball':
    'to unpack a tarball, name it and use --extract; for single binaries use --from-tarball alone',
  '--from-tarball --member':
    'to unpack a tarball, name it and use --member; for single binaries use --from-tarball alone',
  '--install-dir --output': 'leave out --install-dir; --output takes the whole path',
  '--bundle --save-bundle': 'leave out --save-bundle: the bundle is there already; copy it',
  '--bundle --signature': 'leave out the others: the bundle holds signature and certificate',
  '--predicate-type --signature': 'name the bundle with --bundle, or leave out --predicate-type',
  '--certificate --predicate-type': 'name the bundle with --bundle, or leave out --predicate-type',
  '--bundle --certificate': 'leave out the others: the bundle holds signature and certificate',
};

function contradiction(command: CommandAtFault, message: string): RequestError {
  const names = command.options
    .filter(({ flags }) => message.includes(`'${flags}'`))
    .map(({ long }) => long ?? '')
    .sort();
  return new RequestError('usage', `${names.join(' and ')} contradict each other`, {
    wanted: 'one of them',
    found: 'both',
    next: WAYS_OUT[names.join(' ')] ?? 'leave out one of them',
  });
}

function tooManyArguments(command: CommandAtFault): RequestError {
  const takes = ['no argument', 'one argument'][command.takes] ?? `${command.takes} arguments`;
  return new RequestError('usage', `k8s-verify ${command.name} takes ${takes}`, {
    found: command.operands.map((word) => excerpt(word)).join(', '),
    next: `for example: ${command.example ?? seeHelp(command)}`,
  });
}

function unknownOption(command: CommandAtFault, flag: string): RequestError {
  const name = flag.split('=', 1)[0] ?? '';
  const own = command.options.find((option) => option.matches(name));
  if (own !== undefined) return takesNoValue(own, flag);
  const renamed = command.options.some((option) => option.long === anotherWordFor(name));
  const owners = renamed
    ? []
    : command.all.filter((other) => other.options.some((option) => option.matches(name)));
  if (owners.length > 0)
    return ofAnotherCommand(
      command,
      name,
      owners.map((owner) => owner.name),
    );
  const { message, advice } = meantOption(flag, name, command.options);
  return new RequestError('usage', message ?? `there is no option ${excerpt(flag)}`, {
    found: excerpt(flag),
    next: advice ?? `${seeHelp(command)}; a name that begins with a dash is written after --`,
  });
}

function takesNoValue({ long }: CliOption, flag: string): RequestError {
  return new RequestError('usage', `${long} takes no value`, {
    wanted: `${long} alone`,
    found: excerpt(flag),
    next: `write ${long} to switch it on, and leave it out otherwise`,
  });
}

/** The option of one command in a line of another; most often the command's name stands after it. */
function ofAnotherCommand(command: CommandAtFault, name: string, owners: readonly string[]): RequestError {
  const [owner = ''] = owners;
  return new RequestError('usage', `k8s-verify ${command.name} has no option ${name}`, {
    wanted: `an option of k8s-verify ${command.name}`,
    found: `${name}, which belongs to ${listed(owners)}`,
    next: command.isNamed
      ? `see what it takes: k8s-verify ${command.name} --help`
      : `see k8s-verify ${command.name} --help; a command's name comes first: k8s-verify ${owner} ... ${name}`,
  });
}
