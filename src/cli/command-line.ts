/** The only file that knows commander: words to operands and option values, strictly. */
import { excerpt } from '../encoding/base64.ts';
import { RequestError } from '../errors.ts';
import type { CommandName } from './commands.ts';
import { OPTIONS, type OptionName, type OptionSpec, optionsOf, optionUsage } from './options.ts';

/** A command line that is well-formed; whether it makes sense is the command's business. */
export interface CommandLine {
  readonly operands: readonly string[];
  readonly values: ReadonlyMap<OptionName, readonly string[]>;
  readonly switches: ReadonlySet<OptionName>;
}

/**
 * Reads the words behind the command word.
 *
 * @throws RequestError `usage` for an unknown option, a missing value, or an option given twice.
 */
export async function readCommandLine(command: CommandName, words: readonly string[]): Promise<CommandLine> {
  const { Command, CommanderError, Option } = await import('commander');
  const parser = new Command(`k8s-verify ${command}`)
    .argument('[operands...]')
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const specs = optionsOf(command);
  for (const spec of specs) {
    const option = new Option(flagsOf(spec));
    if (spec.value !== undefined) {
      option.argParser<readonly unknown[] | undefined>((value, before) => [...(before ?? []), value]);
    }
    // Each time it is given without a value counts, too.
    if (spec.optional === true) option.preset(WITHOUT_VALUE);
    parser.addOption(option);
  }
  try {
    parser.parse(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw misunderstood(command, error.code, error.message, error);
    throw error;
  }
  const options: ReadonlyMap<string, unknown> = new Map(
    parser.options.map((option) => [
      option.long?.slice(2) ?? '',
      parser.getOptionValue(option.attributeName()),
    ]),
  );
  const line = { operands: parser.args, ...sortOptions(specs, options) };
  if (line.switches.has('quiet') && line.switches.has('verbose')) {
    throw new RequestError('usage', '--quiet and --verbose contradict each other', {
      advice: 'leave out one of them',
    });
  }
  return line;
}

/** Stands among an option's values where it has none; a text could be a value. */
const WITHOUT_VALUE = true;

/** As commander writes them: `-o, --output <FILE>`, `--extract [MEMBER...]`, `--k8s-verify-release [VERSION]`. */
function flagsOf(spec: OptionSpec): string {
  const names = spec.short === undefined ? `--${spec.name}` : `-${spec.short}, --${spec.name}`;
  if (spec.value === undefined) return names;
  if (spec.variadic === true) return `${names} [${spec.value}...]`;
  return spec.optional === true ? `${names} [${spec.value}]` : `${names} <${spec.value}>`;
}

function sortOptions(
  specs: readonly OptionSpec[],
  options: ReadonlyMap<string, unknown>,
): Pick<CommandLine, 'values' | 'switches'> {
  const values = new Map<OptionName, readonly string[]>();
  const switches = new Set<OptionName>();
  for (const spec of specs) {
    const given = options.get(spec.name);
    const alone = spec.variadic === true || spec.optional === true;
    if (given === true || (alone && given !== undefined)) switches.add(spec.name);
    if (Array.isArray(given)) values.set(spec.name, readValues(spec, given));
  }
  return { values, switches };
}

function readValues(spec: OptionSpec, given: readonly unknown[]): readonly string[] {
  const values = given.filter((value) => typeof value === 'string');
  if (given.length > 1 && spec.repeatable !== true && spec.variadic !== true) {
    throw new RequestError('usage', `--${spec.name} is given ${given.length} times`, {
      expected: `--${spec.name} at most once`,
      found: given.map((value) => (typeof value === 'string' ? excerpt(value) : 'no value')).join(' and '),
      advice: 'leave one of them',
    });
  }
  for (const value of values) {
    const swallowed = OPTIONS.find(
      (option) => value === `--${option.name}` || value.startsWith(`--${option.name}=`),
    );
    if (value === '' || swallowed !== undefined) throw missingValue(spec, swallowed);
  }
  return values;
}

function missingValue(spec: OptionSpec, next?: OptionSpec): RequestError {
  return new RequestError('usage', `--${spec.name} needs a value`, {
    expected: optionUsage(spec),
    found: next === undefined ? 'nothing' : `the option --${next.name} in its place`,
    advice:
      next === undefined
        ? `write the value behind it: --${spec.name} ${spec.value ?? 'VALUE'}`
        : `did you leave out the value? A file of that name is written ./--${next.name}`,
  });
}

function misunderstood(command: CommandName, code: string, message: string, cause: Error): RequestError {
  if (code === 'commander.optionMissingArgument') {
    const spec = OPTIONS.find((option) => message.includes(`--${option.name} `));
    if (spec !== undefined) return missingValue(spec);
  }
  const unknown =
    /^error: unknown option '(?<flag>[^]*?)'(?:\n\(Did you mean (?:one of )?(?<near>[^\n]+)\?\))?$/.exec(
      message,
    )?.groups;
  if (unknown?.['flag'] === undefined) {
    return new RequestError('usage', `the command line cannot be understood: ${message}`, { cause });
  }
  return unknownOption(command, unknown['flag'], unknown['near'], cause);
}

function unknownOption(
  command: CommandName,
  flag: string,
  near: string | undefined,
  cause: Error,
): RequestError {
  const name = flag.split('=', 1)[0]?.replace(/^--/, '');
  const known = OPTIONS.find((option) => option.name === name);
  if (known?.commands.includes(command) === true) {
    return new RequestError('usage', `--${known.name} takes no value`, {
      expected: `--${known.name} alone`,
      found: excerpt(flag),
      advice: `write --${known.name} to switch it on, and leave it out otherwise`,
      cause,
    });
  }
  if (known !== undefined) {
    return new RequestError('usage', `k8s-verify ${command} has no option --${known.name}`, {
      expected: `an option of k8s-verify ${command}`,
      found: `--${known.name}, which belongs to k8s-verify ${known.commands.join(' and ')}`,
      advice: `see k8s-verify ${command} --help`,
      cause,
    });
  }
  // One tool's -v is another one's -V.
  const meant = near ?? (/^-v$/i.test(flag) ? '--version or --verbose' : undefined);
  return new RequestError('usage', `there is no option ${excerpt(flag)}`, {
    advice:
      meant === undefined
        ? `see k8s-verify ${command} --help; a name that starts with a dash is written after --`
        : `did you mean ${meant}?`,
    cause,
  });
}
