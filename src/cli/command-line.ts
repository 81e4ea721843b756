/** Words to operands and option values, strictly. */
import { parseArgs } from 'node:util';
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import { nearest } from '../text/nearest.ts';
import type { CommandName } from './commands.ts';
import {
  alwaysTakesValue,
  OPTIONS,
  type OptionName,
  type OptionSpec,
  optionsOf,
  optionUsage,
} from './options.ts';

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
export function readCommandLine(command: CommandName, words: readonly string[]): CommandLine {
  const specs = optionsOf(command);
  const { operands, given } = sortWords(command, specs, words);
  const values = new Map<OptionName, readonly string[]>();
  const switches = new Set<OptionName>();
  for (const spec of specs) {
    const found = given.get(spec.name);
    if (found === undefined) continue;
    if (!alwaysTakesValue(spec)) switches.add(spec.name);
    if (found.length > 0) values.set(spec.name, readValues(spec, found));
  }
  if (switches.has('quiet') && switches.has('verbose')) {
    throw new RequestError('usage', '--quiet and --verbose contradict each other', {
      advice: 'leave out one of them',
    });
  }
  return { operands, values, switches };
}

/** What was given for an option, each time; undefined where it has no value, which may be as it should. */
type Given = Map<OptionName, (string | undefined)[]>;

function sortWords(
  command: CommandName,
  specs: readonly OptionSpec[],
  words: readonly string[],
): { readonly operands: readonly string[]; readonly given: Given } {
  const operands: string[] = [];
  const given: Given = new Map();
  /** The words behind this one may be its values. */
  let open: OptionSpec | undefined;
  for (const token of tokensOf(specs, words)) {
    if (token.kind === 'option') {
      const word = words[token.index] ?? token.rawName;
      const spec = specs.find(({ name }) => name === token.name);
      if (
        spec === undefined ||
        isGroup(word, spec) ||
        (spec.value === undefined && token.value !== undefined)
      ) {
        throw misunderstood(command, specs, word);
      }
      if (alwaysTakesValue(spec) && token.value === undefined) throw missingValue(spec);
      const isValue = alwaysTakesValue(spec) || spec.optional === true || token.value !== undefined;
      const before = given.get(spec.name) ?? [];
      if (isValue) before.push(token.value);
      given.set(spec.name, before);
      open = token.value === undefined && spec.value !== undefined ? spec : undefined;
    } else if (token.kind === 'positional' && open !== undefined) {
      const before = given.get(open.name) ?? [];
      // Until now it had none, which was as it should be.
      if (open.optional === true) before.pop();
      before.push(token.value);
      if (open.variadic !== true) open = undefined;
    } else {
      open = undefined;
      if (token.kind === 'positional') operands.push(token.value);
    }
  }
  return { operands, given };
}

/** `-ho x` is `-h -o x` to the parser, and no option to the first look at the words, which would not see the `-h`. */
function isGroup(word: string, spec: OptionSpec): boolean {
  return spec.value === undefined && !word.startsWith('--') && word.length > 2;
}

/** Node's parser, without its own strictness: what is wrong is said in our words. */
function tokensOf(specs: readonly OptionSpec[], words: readonly string[]) {
  const options = specs.map((spec) => [
    spec.name,
    {
      type: alwaysTakesValue(spec) ? ('string' as const) : ('boolean' as const),
      ...(spec.short === undefined ? {} : { short: spec.short }),
    },
  ]);
  return parseArgs({
    args: [...words],
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function readValues(spec: OptionSpec, given: readonly (string | undefined)[]): readonly string[] {
  const values = given.filter((value) => value !== undefined);
  if (given.length > 1 && spec.repeatable !== true && spec.variadic !== true) {
    throw new RequestError('usage', `--${spec.name} is given ${given.length} times`, {
      expected: `--${spec.name} at most once`,
      found: given.map((value) => (value === undefined ? 'no value' : excerpt(value))).join(' and '),
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

function misunderstood(command: CommandName, specs: readonly OptionSpec[], flag: string): RequestError {
  const name = flag.split('=', 1)[0]?.replace(/^--/, '') ?? '';
  const known = OPTIONS.find((option) => option.name === name);
  if (known?.commands.includes(command) === true) {
    return new RequestError('usage', `--${known.name} takes no value`, {
      expected: `--${known.name} alone`,
      found: excerpt(flag),
      advice: `write --${known.name} to switch it on, and leave it out otherwise`,
    });
  }
  if (known !== undefined) {
    return new RequestError('usage', `k8s-verify ${command} has no option --${known.name}`, {
      expected: `an option of k8s-verify ${command}`,
      found: `--${known.name}, which belongs to k8s-verify ${known.commands.join(' and ')}`,
      advice: `see k8s-verify ${command} --help`,
    });
  }
  const meant = meantBy(flag, name, specs);
  return new RequestError('usage', `there is no option ${excerpt(flag)}`, {
    advice:
      meant === undefined
        ? `see k8s-verify ${command} --help; a name that starts with a dash is written after --`
        : `did you mean ${meant}?`,
  });
}

function meantBy(flag: string, name: string, specs: readonly OptionSpec[]): string | undefined {
  // One tool's -v is another one's -V.
  if (/^-v$/i.test(flag)) return '--version or --verbose';
  const near = nearest(
    name.replace(/^-/, ''),
    specs.map((spec) => spec.name),
  );
  return near === undefined ? undefined : `--${near}`;
}
