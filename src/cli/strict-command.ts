/** Commander's command, with the strictness that this command line needs and the facts that its pages are made of. */
import { Command, CommanderError, type ErrorOptions, type ParseOptionsResult } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import { CliOption } from './option.ts';
import { type CommandAtFault, misplacedWord, usageError } from './usage-error.ts';

export interface Example {
  readonly command: string;
  readonly meaning: string;
}

/** What the pages of a command say besides its options. */
export interface CommandFacts {
  /** The lines of USAGE; the first is the usual one. */
  readonly usages: readonly string[];
  readonly examples: readonly Example[];
  /** A section of its own on the help page: its heading, and its text. */
  readonly section?: readonly [heading: string, text: string];
  /** Paragraphs for `--help-all` and the manual page. */
  readonly details: readonly string[];
  /** What exit code 0 says of it. */
  readonly success: string;
  /** The other codes that it can end with. */
  readonly failures: readonly Exclude<ExitCode, 0>[];
}

/** What a command line turned out to ask for. */
export type Asked =
  | { readonly kind: 'run'; readonly command: StrictCommand }
  | { readonly kind: 'help'; readonly command: StrictCommand; readonly all: boolean };

export class StrictCommand extends Command {
  facts: CommandFacts | undefined;
  /** Of the root: what was asked for, once the words are read. */
  asked: Asked | undefined;

  constructor(name?: string) {
    super(name);
    this.configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
      .helpOption('-h, --help', 'this help')
      .helpCommand(false)
      .exitOverride()
      .action(() => {
        this.root.asked = { kind: 'run', command: this };
      });
  }

  get root(): StrictCommand {
    return this.parent instanceof StrictCommand ? this.parent.root : this;
  }

  override createCommand(name?: string): StrictCommand {
    return new StrictCommand(name);
  }

  describe(facts: CommandFacts): this {
    this.facts = facts;
    return this;
  }

  /** The options of this command itself, in the order in which they were declared. */
  get ownOptions(): readonly CliOption[] {
    return this.options.filter((option) => option instanceof CliOption);
  }

  /** Its own options, and those of every command. */
  get everyOption(): readonly CliOption[] {
    return this.root === this ? this.ownOptions : [...this.ownOptions, ...this.root.ownOptions];
  }

  /**
   * Commander takes any next word as an option's value, even another option. Here a value that begins with a dash must be
   * written with `=`.
   */
  override parseOptions(words: string[]): ParseOptionsResult {
    // The root sees the options of every command; those of one name take a value in each command, or in none.
    const known =
      this.root === this ? this.strictCommands.flatMap((one) => one.everyOption) : this.everyOption;
    for (const [index, word] of words.entries()) {
      if (word === '--') break;
      if (!word.startsWith('-')) continue;
      const option = known.find((one) => one.matches(word));
      const mistake = misplacedWord(word, words[index + 1], option);
      if (mistake !== undefined) throw mistake;
    }
    return super.parseOptions(words);
  }

  /** Every mistake that commander finds comes through here and becomes our own error. */
  override error(message: string, options?: ErrorOptions): never {
    throw usageError(this.#atFault(), options?.code ?? '', message);
  }

  #atFault(): CommandAtFault {
    const { root } = this;
    return {
      name: root === this ? '' : this.name(),
      isNamed: [this.name(), ...this.aliases()].includes(root.args[0] ?? ''),
      options: this.everyOption,
      all: root.strictCommands.map((command) => ({ name: command.name(), options: command.ownOptions })),
      operands: this.args,
      takes: this.registeredArguments.length,
      example: this.facts?.examples[0]?.command,
    };
  }

  get strictCommands(): readonly StrictCommand[] {
    return this.commands.filter((command) => command instanceof StrictCommand);
  }

  /** The page is made elsewhere, once it is known to be asked for. */
  override outputHelp(): void {
    this.askForHelp(false);
  }

  askForHelp(all: boolean): never {
    this.root.asked = { kind: 'help', command: this, all };
    throw new CommanderError(0, 'commander.helpDisplayed', '');
  }
}
