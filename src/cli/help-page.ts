/** How pages of help look. Their words come from the declaration of the command line and from the topics. */
import { Help } from 'commander';
import { EXIT_CODE_MEANINGS } from '../exit-codes.ts';
import { OPTION_GROUPS } from './option-groups.ts';
import type { CliOption } from './option.ts';
import { COMMAND_GROUPS } from './program.ts';
import type { CommandFacts, StrictCommand } from './strict-command.ts';

/** Where nothing says how wide the reader's page is. */
const PAGE_WIDTH = 80;
const NARROWEST = 40;
const WIDEST = 100;
/** Below this, what a term means stands under it. */
const SIDE_BY_SIDE = 60;
const TWO_COLUMNS = 72;
/** Where usage and examples of the first page say what they mean. */
const FIRST_PAGE_COLUMN = 37;

/** The columns of a page on a terminal; a pipe and a terminal that does not know its width get {@link PAGE_WIDTH}. */
export function pageWidth(columns: number | undefined): number {
  if (columns === undefined || columns < 1) return PAGE_WIDTH;
  return Math.min(Math.max(columns, NARROWEST), WIDEST);
}

/** Commander's help, laid out as pages: a sentence, USAGE, EXAMPLES, and only then the rest. */
export class PageHelp extends Help {
  override minWidthToWrap = 10;
  readonly #width: number;

  constructor(width: number) {
    super();
    this.#width = width;
    this.helpWidth = width;
  }

  /** Paragraphs below a heading in capitals. */
  section(heading: string, ...paragraphs: readonly string[]): string {
    return `${heading}\n${paragraphs.map((text) => this.paragraph(text)).join('\n')}`;
  }

  paragraph(text: string, indent = 2): string {
    return this.boxWrap(text, this.#width - indent).replaceAll(/^(?=.)/gm, ' '.repeat(indent));
  }

  /** `  TERM   what it means`, with what it means under a term that is too long to stand next to it. */
  item(term: string, meaning: string, termWidth: number): string {
    if (this.#width < SIDE_BY_SIDE) return `  ${term}\n${this.paragraph(meaning, 6)}`;
    if (term.length <= termWidth) return this.formatItem(term, termWidth, meaning, this);
    return `  ${term}\n${this.paragraph(meaning, termWidth + 4)}`;
  }

  /** Items with their meanings in one column, as wide as the longest term that is no longer than `most`. */
  items(items: readonly (readonly [term: string, meaning: string])[], most = 28): string {
    const lengths = items.map(([term]) => term.length).filter((length) => length <= most);
    const termWidth = Math.max(...lengths, 4);
    return items.map(([term, meaning]) => this.item(term, meaning, termWidth)).join('\n');
  }

  override optionTerm(option: CliOption): string {
    return option.usage;
  }

  /** With the variable that says the same, and that it may be repeated where the words do not. */
  override optionDescription(option: CliOption): string {
    const { description, variable, repeatable } = option;
    const repeated = repeatable && !description.includes('repeated') ? '; may be repeated' : '';
    return `${description}${repeated}${variable === undefined ? '' : ` [${variable}]`}`;
  }

  options(options: readonly CliOption[], termWidth: number): string {
    return options
      .map((option) => this.item(this.optionTerm(option), this.optionDescription(option), termWidth))
      .join('\n');
  }

  usage({ usages }: CommandFacts): string {
    return `USAGE\n${usages.map((line) => `  ${line}`).join('\n')}`;
  }

  /** @param column where the meanings begin at the earliest */
  examples({ examples }: CommandFacts, column = 0): string {
    const room = this.#width - 26;
    const lengths = examples.map(({ command }) => command.length).filter((length) => length <= room);
    const termWidth = Math.max(...lengths, column);
    return `EXAMPLES\n${examples.map(({ command, meaning }) => this.item(command, meaning, termWidth)).join('\n')}`;
  }

  /** Short items, two in a line where there is room. */
  pairs(items: readonly (readonly [term: string, meaning: string])[]): string {
    if (this.#width < TWO_COLUMNS)
      return items.map(([term, meaning]) => this.item(term, meaning, 13)).join('\n');
    return items
      .flatMap(([term, meaning], index) => {
        if (index % 2 === 1) return [];
        const left = `  ${term.padEnd(12)}  ${meaning}`;
        const [nextTerm, nextMeaning] = items[index + 1] ?? [];
        return [nextTerm === undefined ? left : `${left.padEnd(44)}${nextTerm.padEnd(13)}  ${nextMeaning}`];
      })
      .join('\n');
  }
}

/** What `k8s-verify --help` prints. */
export function firstPage(program: StrictCommand, topics: readonly string[], width: number): string {
  const help = new PageHelp(width);
  const facts = factsOf(program);
  const groups = COMMAND_GROUPS.map((group) => {
    const members = program.strictCommands.filter((command) => command.helpGroup() === group);
    return `${group}\n${members.map((one) => help.item(one.name(), one.summary(), 12)).join('\n')}`;
  });
  const common = new Map(
    program.ownOptions
      .filter(({ hidden }) => !hidden)
      .map((one) => [one.name(), [one.usage, one.description.split(';', 1)[0] ?? ''] as const]),
  );
  common.set('help', ['-h, --help', 'help for a command']);
  const order = ['json', 'quiet', 'help', 'verbose', 'version'];
  return pages([
    help.paragraph(program.summary(), 0),
    help.usage(facts),
    help.examples(facts, FIRST_PAGE_COLUMN),
    ...groups,
    `OPTIONS OF EVERY COMMAND\n${help.pairs(
      order.flatMap((name) => {
        const item = common.get(name);
        return item === undefined ? [] : [item];
      }),
    )}`,
    help.paragraph(`TOPICS  k8s-verify help ${topics.join(', ')}`, 0),
  ]);
}

/** What `k8s-verify COMMAND --help` prints: the options that most people need. */
export function commandPage(command: StrictCommand, width: number): string {
  const help = new PageHelp(width);
  const facts = factsOf(command);
  const usual = command.ownOptions.filter(({ hidden }) => !hidden);
  const rest = command.ownOptions.filter(
    ({ hidden, helpGroupHeading }) => hidden && helpGroupHeading !== OPTION_GROUPS.at(-1),
  );
  const more = OPTION_GROUPS.filter((group) =>
    rest.some(({ helpGroupHeading }) => helpGroupHeading === group),
  );
  const common = help.item('--json, -q, -v, -h', 'as everywhere', 18);
  return pages([
    help.paragraph(facts.details[0] ?? '', 0),
    help.usage(facts),
    help.examples(facts),
    ...(facts.section === undefined ? [] : [help.section(...facts.section)]),
    `OPTIONS\n${[...(usual.length === 0 ? [] : [help.options(usual, 18)]), common].join('\n')}`,
    help.paragraph(
      [
        ...(more.length === 0
          ? []
          : [`More options (${more.join(', ').toLowerCase()}): k8s-verify ${command.name()} --help-all`]),
        'Exit codes: k8s-verify help exit-codes',
      ].join('\n'),
      0,
    ),
  ]);
}

/** What `k8s-verify COMMAND --help-all` prints: every option, in groups, and the exit codes of this command. */
export function wholePage(command: StrictCommand, width: number): string {
  const help = new PageHelp(width);
  const facts = factsOf(command);
  const groups = OPTION_GROUPS.flatMap((group) => {
    const members = command.everyOption.filter((option) => option.helpGroupHeading === group);
    const own = group === OPTION_GROUPS.at(-1) ? [help.item('-h, --help', 'help for this command', 24)] : [];
    return members.length === 0 ? [] : [[group, ...own, help.options(members, 24)].join('\n')];
  });
  const codes = exitCodesOf(facts).map(([code, meaning]) => help.item(code, meaning, 3));
  return pages([
    help.paragraph(facts.details[0] ?? '', 0),
    help.usage(facts),
    ...facts.details.slice(1).map((text) => help.paragraph(text, 0)),
    help.examples(facts),
    ...(facts.section === undefined ? [] : [help.section(...facts.section)]),
    ...groups,
    `EXIT CODES\n${codes.join('\n')}`,
  ]);
}

/** The exit codes of a command, with what each says of it. */
export function exitCodesOf({ success, failures }: CommandFacts): readonly (readonly [string, string])[] {
  return [['0', success], ...failures.map((code) => [String(code), EXIT_CODE_MEANINGS[code]] as const)];
}

export function factsOf(command: StrictCommand): CommandFacts {
  const { facts } = command;
  if (facts === undefined) throw new TypeError(`nothing is said about ${command.name()}`);
  return facts;
}

export function pages(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
