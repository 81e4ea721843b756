/** The manual page k8s-verify(1), written from the tables that `--help` is written from. */
import { COMMANDS, type CommandSpec } from '../src/cli/commands.ts';
import { INTRODUCTION, wrap } from '../src/cli/help.ts';
import {
  OPTION_GROUPS,
  type OptionGroup,
  OPTIONS,
  type OptionSpec,
  optionUsage,
} from '../src/cli/options.ts';
import { EXIT_CODE_MEANINGS } from '../src/exit-codes.ts';
import { VERSION } from '../src/text/version.ts';

/** Text as roff reads it: no request by accident, and hyphens that can be copied into a shell. */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&');
}

/** Running text, in short lines, as roff sources have it. */
function prose(text: string): string {
  return escape(wrap(text, 0, 72));
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return [`.SH ${title}`, ...lines];
}

function item(label: string, text: string): readonly string[] {
  return ['.TP', `.B ${escape(label)}`, prose(text)];
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function synopsis({ usage }: CommandSpec): readonly string[] {
  return ['.B k8s\\-verify', escape(usage), '.br'];
}

function command({ name, description, examples }: CommandSpec): readonly string[] {
  return [
    `.SS ${escape(name)}`,
    ...description.flatMap((paragraph, index) => [...(index === 0 ? [] : ['.PP']), prose(paragraph)]),
    ...examples.flatMap((example) => [
      '.PP',
      `${escape(sentence(example.meaning).slice(0, -1))}:`,
      '.PP',
      '.RS 4',
      '.nf',
      escape(example.command),
      '.fi',
      '.RE',
    ]),
  ];
}

function option(spec: OptionSpec): readonly string[] {
  const repeatable = spec.repeatable === true ? '; may be repeated' : '';
  const own = Object.entries(spec.own ?? {}).map(([name, { help }]) => `For ${name}: ${help}.`);
  const text = [sentence(`${spec.help}${repeatable}`), ...own, `(${spec.commands.join(', ')})`];
  return item(optionUsage(spec), text.join(' '));
}

function optionGroup(group: OptionGroup): readonly string[] {
  const lines = [`.SS ${escape(sentence(group).slice(0, -1))}`];
  for (const spec of OPTIONS) if (spec.group === group) lines.push(...option(spec));
  return lines;
}

export function renderManualPage(): string {
  const lines = [
    '.\\" Written by scripts/render-docs.ts from the tables of the command line.',
    `.TH K8S\\-VERIFY 1 "" "k8s\\-verify ${VERSION}" "User Commands"`,
    ...section('NAME', ['k8s\\-verify \\- install Kubernetes release binaries whose signature is proved']),
    ...section('SYNOPSIS', COMMANDS.flatMap(synopsis).slice(0, -1)),
    ...section('DESCRIPTION', [prose(INTRODUCTION)]),
    ...section('COMMANDS', COMMANDS.flatMap(command)),
    ...section('OPTIONS', OPTION_GROUPS.flatMap(optionGroup)),
    ...section(
      'EXIT STATUS',
      Object.entries(EXIT_CODE_MEANINGS).flatMap(([code, meaning]) => item(code, sentence(meaning))),
    ),
    ...section(
      'ENVIRONMENT',
      [
        item(
          'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY',
          'Which requests go through a proxy; in lower case, too.',
        ),
        item('NODE_EXTRA_CA_CERTS', 'A file of certificates (PEM) to trust for TLS, as --ca-file.'),
        item('NO_COLOR, TERM, CI', 'No colour; no drawing over lines on a dumb terminal or where CI is set.'),
      ].flat(),
    ),
    ...section('SEE ALSO', ['.BR cosign (1),', '.BR kubectl (1),', '.BR sha256sum (1)']),
  ];
  return `${lines.join('\n')}\n`;
}
