/** Options as this command line has them: each is declared once, with what reads its value. */
import { Option } from 'commander';
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';

/**
 * Reads one value.
 *
 * @param source what gave it, to be named in an error: `--timeout` or `K8S_VERIFY_TIMEOUT`
 * @throws RequestError `usage`
 */
export type ReadValue = (text: string, source: string) => unknown;

const asItIs: ReadValue = (text) => text;

/** An option of commander's that reads its value strictly, and may have a variable of the environment. */
export class CliOption extends Option {
  /** The variable that says the same, where the option is not given. */
  variable: string | undefined;
  /** Another option that makes the variable count for nothing. */
  outdoneBy: string | undefined;
  repeatable = false;
  #read: ReadValue = asItIs;

  /** @param flags as commander writes them: `-o, --output <FILE>`; without a value it is a switch */
  constructor(flags: string, description: string) {
    super(flags, description);
    if (this.required) this.argParser((text, before) => this.#collect(text, before));
  }

  reads(read: ReadValue): this {
    this.#read = read;
    return this;
  }

  /** May be given several times; its value is a list. */
  many(): this {
    this.repeatable = true;
    return this;
  }

  from(variable: string, outdoneBy?: string): this {
    this.variable = variable;
    this.outdoneBy = outdoneBy;
    return this;
  }

  /** What may be written for it, for help and completion too. */
  oneOf(choices: readonly string[]): this {
    this.argChoices = [...choices];
    return this.reads((text, source) => {
      if (choices.includes(text)) return text;
      throw new RequestError('usage', `${source} does not take ${excerpt(text)}`, {
        wanted: choices.join(', '),
        found: excerpt(text),
        next: `write one of them: ${source} ${choices.join(' | ')}`,
      });
    });
  }

  /** Whether the word is this option, long or short, without a value. */
  matches(word: string): boolean {
    return word === this.long || word === this.short;
  }

  /** `--output FILE`, as people write it, with `-o` in front where there is one. */
  get usage(): string {
    return this.flags.replaceAll(/[<>]/g, '');
  }

  /** The placeholder of the value (`FILE`); undefined for a switch. */
  get placeholder(): string | undefined {
    return /<(?<name>[^>]+)>/.exec(this.flags)?.groups?.['name'];
  }

  /** What the variable says, read as the option's own value would be; several values stand apart by white space. */
  readVariable(text: string): unknown {
    const source = this.variable ?? '';
    if (!this.required) return readSwitch(text, source) ? !this.negate : undefined;
    if (!this.repeatable) return this.#read(text.trim(), source);
    return text
      .trim()
      .split(/\s+/)
      .map((part) => this.#read(part, source));
  }

  /** The list grows in place: a command line may have thousands of values. */
  #collect(text: string, before: unknown): unknown {
    if (text === '') throw needsValue(this, 'nothing');
    const value = this.#read(text, this.long ?? '');
    if (this.repeatable) {
      if (!Array.isArray(before)) return [value];
      before.push(value);
      return before;
    }
    if (before === undefined) return value;
    throw new RequestError('usage', `${this.long} is given more than once`, {
      wanted: `${this.long} at most once`,
      found: `another one, with ${excerpt(text)}`,
      next: 'leave one of them',
    });
  }
}

/** @param found what stands where the value should */
export function needsValue(option: CliOption, found: string, hint?: string): RequestError {
  return new RequestError('usage', `${option.long} needs a value`, {
    wanted: option.usage,
    found,
    next: hint ?? `write the value after it: ${option.long} ${option.placeholder ?? 'VALUE'}`,
  });
}

function readSwitch(text: string, source: string): boolean {
  if (['1', 'true'].includes(text)) return true;
  if (['0', 'false'].includes(text)) return false;
  throw new RequestError('usage', `${source} is neither on nor off`, {
    wanted: '1 or true, 0 or false',
    found: excerpt(text),
    next: `set ${source}=1, or unset it`,
  });
}
