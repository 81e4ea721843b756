/** What can be completed: commands, options, and what their values and operands are chosen from. */
import { COMPONENTS } from '../release/component.ts';
import { formatPlatform, PLATFORMS } from '../release/platform.ts';
import { TOPICS } from './help-topics.ts';
import type { CliOption } from './option.ts';
import { POLICY_ACTIONS } from './policy-actions.ts';
import { SHELLS } from './shells.ts';
import { TRUSTED_ROOT_ACTIONS } from './trusted-root-actions.ts';
import type { StrictCommand } from './strict-command.ts';

/** The versions that can be completed without a request. */
const ALIASES = ['stable', 'prerelease'];
const platforms = (): readonly string[] => PLATFORMS.map(formatPlatform);
export const commandWords = (program: StrictCommand): readonly string[] =>
  program.strictCommands.map((one) => one.name());

/** What the operands of a command are completed with. */
export function operands(program: StrictCommand, command: StrictCommand): 'files' | readonly string[] {
  switch (command.name()) {
    case 'install':
    case 'digest':
    case 'mirror':
    case 'lock':
      return [...COMPONENTS.map(({ name }) => name), ...ALIASES];
    case 'verify':
      return 'files';
    case 'list':
      return ALIASES;
    case 'trusted-root':
      return TRUSTED_ROOT_ACTIONS;
    case 'policy':
      return POLICY_ACTIONS;
    case 'completion':
      return SHELLS;
    case 'help':
      return [...commandWords(program), ...TOPICS];
    default:
      return [];
  }
}

/** Whether an operand can be a version, so that those of which something is kept are offered too. */
export function takesVersions(program: StrictCommand, command: StrictCommand): boolean {
  return operands(program, command).includes('stable');
}

/** Asks the program that is on PATH, whatever the line that is completed begins with. */
export const KEPT_VERSIONS = 'k8s-verify __complete versions';

/** What a value is completed with: by the placeholder, or by what may be written at all; undefined for a switch. */
export type Value = 'file' | 'directory' | 'anything' | readonly string[] | undefined;

function valueOf({ placeholder, argChoices }: CliOption): Value {
  if (argChoices !== undefined) return argChoices;
  switch (placeholder) {
    case undefined:
      return undefined;
    case 'FILE':
      return 'file';
    case 'DIR':
      return 'directory';
    case 'OS/ARCH':
      return platforms();
    default:
      return 'anything';
  }
}

/** The options of a command, with `--help`, which commander adds itself. */
export interface Flags {
  readonly words: readonly string[];
  readonly description: string;
  readonly repeatable: boolean;
  readonly placeholder: string;
  readonly value: Value;
}

export function flagsOf(command: StrictCommand): readonly Flags[] {
  const help: Flags = {
    words: ['--help', '-h'],
    description: 'help for this command',
    repeatable: false,
    placeholder: '',
    value: undefined,
  };
  const options = command.everyOption.filter(({ long }) => long !== '--version');
  return [
    ...options.map((option) => ({
      words: [option.long, option.short].filter((word) => word !== undefined),
      description: option.description,
      repeatable: option.repeatable,
      placeholder: option.placeholder ?? '',
      value: valueOf(option),
    })),
    help,
  ];
}

/** The words that take such a value, in any command; what one command takes for a file another may take for a directory. */
export function flagsTaking(program: StrictCommand, isIt: (value: Value) => boolean): string {
  const words = program.strictCommands
    .flatMap(flagsOf)
    .filter(({ value }) => isIt(value))
    .flatMap((flags) => flags.words);
  return [...new Set(words)].join('|');
}

/** The lists of words that values are chosen from, each with its options. */
export function choices(program: StrictCommand): ReadonlyMap<string, string> {
  const lists = program.strictCommands
    .flatMap(flagsOf)
    .flatMap(({ value }) => (Array.isArray(value) ? [value.join(' ')] : []));
  return new Map(
    [...new Set(lists)].map((list) => [
      list,
      flagsTaking(program, (value) => Array.isArray(value) && value.join(' ') === list),
    ]),
  );
}
