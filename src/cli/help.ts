/** `--help`, written from the tables of commands, options and exit codes. Loads nothing else, so that it is quick. */
import { EXIT_CODE_MEANINGS } from '../exit-codes.ts';
import { type CommandName, COMMANDS, type CommandSpec, commandSpec } from './commands.ts';
import { OPTION_GROUPS, type OptionSpec, optionsOf, optionUsage } from './options.ts';

const WIDTH = 80;
const LABEL_WIDTH = 28;

export const INTRODUCTION: string =
  'Downloads Kubernetes release binaries, verifies the cosign signature, the transparency log entry and the ' +
  "signer's identity, and only then installs them.";

/** What `k8s-verify --help` prints. */
export function overviewHelp(): string {
  const [install] = COMMANDS;
  return sections([
    usageLines(COMMANDS),
    wrap(INTRODUCTION, 0),
    `Commands:\n${COMMANDS.map((command) => entry(command.name, command.summary)).join('\n')}`,
    ...(install === undefined ? [] : [optionLines(install.name), exampleLines(install)]),
    exitCodeLines(Object.entries(EXIT_CODE_MEANINGS)),
    'k8s-verify <command> --help says more about a command.',
  ]);
}

/** What `k8s-verify <command> --help` prints. */
export function commandHelp(name: CommandName): string {
  const command = commandSpec(name);
  return sections([
    usageLines([command]),
    ...command.description.map((paragraph) => wrap(paragraph, 0)),
    optionLines(name),
    exampleLines(command),
    exitCodeLines([
      [0, command.success],
      ...command.failures.map((code) => [code, EXIT_CODE_MEANINGS[code]] as const),
    ]),
  ]);
}

function sections(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

function usageLines(commands: readonly CommandSpec[]): string {
  return commands
    .map((command, index) => `${index === 0 ? 'Usage:' : '      '} k8s-verify ${command.usage}`)
    .join('\n');
}

function optionLines(name: CommandName): string {
  const options = optionsOf(name);
  const groups = OPTION_GROUPS.map((group) => {
    const members = options.filter((option) => option.group === group);
    const title = `${group.slice(0, 1).toUpperCase()}${group.slice(1)}:`;
    return members.length === 0
      ? []
      : [`${title}\n${members.map((option) => optionLine(option)).join('\n')}`];
  });
  return groups.flat().join('\n\n');
}

function optionLine(option: OptionSpec): string {
  const repeatable = option.repeatable === true ? ' (may be repeated)' : '';
  return entry(optionUsage(option), `${option.help}${repeatable}`);
}

function exampleLines(command: CommandSpec): string {
  const lines = command.examples.map((example) => `  ${example.command}\n      ${example.meaning}`);
  return `Examples:\n${lines.join('\n')}`;
}

function exitCodeLines(codes: readonly (readonly [code: number | string, meaning: string])[]): string {
  const lines = codes.map(
    ([code, meaning]) => `  ${String(code).padStart(3)}  ${wrap(meaning, 7).trimStart()}`,
  );
  return `Exit codes:\n${lines.join('\n')}`;
}

function entry(label: string, text: string): string {
  const body = wrap(text, LABEL_WIDTH);
  const fits = label.length + 2 < LABEL_WIDTH - 1;
  return fits ? `  ${label}${body.slice(label.length + 2)}` : `  ${label}\n${body}`;
}

/** Breaks text into lines of at most so many columns, each indented. */
export function wrap(text: string, indent: number, width: number = WIDTH): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((content) => `${' '.repeat(indent)}${content}`).join('\n');
}
