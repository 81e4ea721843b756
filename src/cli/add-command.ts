/** The names of the commands, and how one is added to the command line. */
import { helpAll } from './common-options.ts';
import type { CliOption } from './option.ts';
import { StrictCommand } from './strict-command.ts';

export const COMMANDS = [
  'install',
  'verify',
  'scan',
  'digest',
  'release',
  'mirror',
  'lock',
  'list',
  'doctor',
  'trusted-root',
  'policy',
  'completion',
  'help',
  'version',
] as const;
export type CommandName = (typeof COMMANDS)[number];

/** What a command is called, and where the first page has it. */
interface Outline {
  readonly name: CommandName;
  readonly operands: string;
  readonly summary: string;
  readonly group: string;
}

/** Adds a command with its options; `describe` on what it returns gives its pages. */
export function add(program: StrictCommand, outline: Outline, options: readonly CliOption[]): StrictCommand {
  const command = new StrictCommand(outline.name).summary(outline.summary).helpGroup(outline.group);
  command.copyInheritedSettings(program).exitOverride();
  if (outline.operands !== '') command.arguments(outline.operands);
  for (const one of [...options, helpAll()]) command.addOption(one);
  program.addCommand(command, { isDefault: outline.name === 'install', hidden: outline.group === '' });
  return command;
}
