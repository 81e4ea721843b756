/** The manual pages, written from the declaration of the command line: one for each command, and one for each topic. */
import { OPTION_GROUPS } from '../src/cli/option-groups.ts';
import { exitCodesOf, factsOf, PageHelp } from '../src/cli/help-page.ts';
import { OTHER_VARIABLES, type Topic, topicPage, TOPICS, variableItems } from '../src/cli/help-topics.ts';
import type { CliOption } from '../src/cli/option.ts';
import { createProgram } from '../src/cli/program.ts';
import type { Example, StrictCommand } from '../src/cli/strict-command.ts';
import { EXIT_CODE_MEANINGS } from '../src/exit-codes.ts';
import { VERSION } from '../src/text/version.ts';

const SOURCE_WIDTH = 72;
const help = new PageHelp(SOURCE_WIDTH);

/** What a topic is about. */
const TOPIC_SUMMARIES: Readonly<Record<Topic, string>> = {
  environment: 'variables that k8s-verify reads',
  'exit-codes': 'what each exit code means',
  evidence: 'what a proof is made of, and how to keep it',
  offline: 'how k8s-verify proves and installs without a network',
  trust: 'who must have signed, and what that rests on',
  versions: 'how a version is written',
};

/** Text as roff reads it: no request by accident, and hyphens that can be copied into a shell. */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&');
}

/** Running text, in short lines, as roff sources have it. */
function prose(text: string): string {
  return escape(help.boxWrap(text, SOURCE_WIDTH));
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`.SH ${escape(title)}`, ...lines];
}

function item(label: string, text: string): readonly string[] {
  return ['.TP', `.B ${escape(label)}`, prose(text)];
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function paragraphs(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text, index) => [...(index === 0 ? [] : ['.PP']), prose(text)]);
}

/** Lines that are kept as they are. */
function verbatim(text: string): readonly string[] {
  return ['.nf', escape(text), '.fi'];
}

function example({ command, meaning }: Example): readonly string[] {
  return ['.PP', `${escape(sentence(meaning).slice(0, -1))}:`, '.PP', '.RS 4', ...verbatim(command), '.RE'];
}

/** The usual line, without the words of the first page that explain it. */
function synopsis(command: StrictCommand): readonly string[] {
  return factsOf(command)
    .usages.flatMap((usage) => [
      '.B k8s\\-verify',
      escape(usage.replace(/^k8s-verify /, '').replace(/ {3,}.*$/, '')),
      '.br',
    ])
    .slice(0, -1);
}

function option(one: CliOption): readonly string[] {
  return item(help.optionTerm(one), sentence(help.optionDescription(one)));
}

function optionGroup(command: StrictCommand, group: string): readonly string[] {
  const members = command.everyOption.filter(({ helpGroupHeading }) => helpGroupHeading === group);
  return members.length === 0 ? [] : [`.SS ${escape(group)}`, ...members.flatMap(option)];
}

function header(name: string, volume: number, summary: string): readonly string[] {
  const title = volume === 1 ? 'User Commands' : 'Miscellaneous Information Manual';
  return [
    '.\\" Written by scripts/render-docs.ts from the declaration of the command line.',
    `.TH ${escape(name.toUpperCase())} ${volume} "" "k8s\\-verify ${VERSION}" "${title}"`,
    ...section('NAME', [`${escape(name)} \\- ${escape(summary)}`]),
  ];
}

function seeAlso(pages: readonly (readonly [name: string, volume: number])[]): readonly string[] {
  return section(
    'SEE ALSO',
    pages.map(
      ([name, volume], index) => `.BR ${escape(name)} (${volume})${index === pages.length - 1 ? '' : ','}`,
    ),
  );
}

const pageName = (word: string): string => `k8s-verify-${word}`;

function mainPage(program: StrictCommand): string {
  const lines = [
    ...header('k8s-verify', 1, 'install Kubernetes programs after proving who signed them'),
    ...section('SYNOPSIS', synopsis(program)),
    ...section('DESCRIPTION', [
      prose(
        'Downloads Kubernetes release files, verifies the cosign signature, the transparency log entry and the identity of ' +
          'the signer of each, and only then installs them. Without a command, install is meant.',
      ),
    ]),
    ...section(
      'COMMANDS',
      program.strictCommands.flatMap((one) => item(pageName(one.name()), sentence(one.summary()))),
    ),
    ...section('OPTIONS OF EVERY COMMAND', program.ownOptions.flatMap(option)),
    ...section('EXAMPLES', factsOf(program).examples.flatMap(example).slice(1)),
    ...section(
      'EXIT STATUS',
      Object.entries(EXIT_CODE_MEANINGS).flatMap(([code, meaning]) => item(code, sentence(meaning))),
    ),
    ...section(
      'ENVIRONMENT',
      [...variableItems(), ...OTHER_VARIABLES].flatMap(([name, meaning]) => item(name, sentence(meaning))),
    ),
    ...seeAlso([
      ...program.strictCommands.map((one) => [pageName(one.name()), 1] as const),
      ...TOPICS.map((topic) => [pageName(topic), 7] as const),
      ['cosign', 1],
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function commandPage(command: StrictCommand): string {
  const facts = factsOf(command);
  const about =
    facts.section === undefined ? [] : [`.SS ${escape(facts.section[0])}`, prose(facts.section[1])];
  const lines = [
    ...header(pageName(command.name()), 1, command.summary()),
    ...section('SYNOPSIS', synopsis(command)),
    ...section('DESCRIPTION', [...paragraphs(facts.details), ...about]),
    ...section(
      'OPTIONS',
      OPTION_GROUPS.flatMap((group) => optionGroup(command, group)),
    ),
    ...section('EXAMPLES', facts.examples.flatMap(example).slice(1)),
    ...section(
      'EXIT STATUS',
      exitCodesOf(facts).flatMap(([code, meaning]) => item(code, sentence(meaning))),
    ),
    ...seeAlso([
      ['k8s-verify', 1],
      [pageName('environment'), 7],
      [pageName('exit-codes'), 7],
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Every page by its file's name. */
export function renderManualPages(): ReadonlyMap<string, string> {
  const program = createProgram();
  return new Map([
    ['k8s-verify.1', mainPage(program)],
    ...program.strictCommands.map((one) => [`${pageName(one.name())}.1`, commandPage(one)] as const),
    ...TOPICS.map((topic) => {
      const lines = [
        ...header(pageName(topic), 7, TOPIC_SUMMARIES[topic]),
        ...section('DESCRIPTION', verbatim(topicPage(topic, SOURCE_WIDTH).trimEnd())),
        ...seeAlso([['k8s-verify', 1]]),
      ];
      return [`${pageName(topic)}.7`, `${lines.join('\n')}\n`] as const;
    }),
  ]);
}
