/** Reads what a program written in JavaScript passes, where no compiler has looked: refuses what is not meant. */
import { isSharedArrayBuffer, isUint8Array } from 'node:util/types';
import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { nearest } from '../text/nearest.ts';

/** The fields of one object, each read once: a getter cannot answer twice. */
export class InputFields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #what: string;

  /**
   * @param what names the object in errors: "the request".
   * @param voidable of which `undefined` means that the field is not there.
   * @throws RequestError `usage` if it is not an object, or a field is unknown or has no value
   */
  constructor(
    value: unknown,
    what: string,
    allowed: readonly string[],
    voidable: readonly string[] = ['signal'],
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refused(`${what} is not an object`, `an object with ${allowed.join(', ')}`, typeName(value));
    }
    this.#what = what;
    this.#values = new Map(
      Object.entries(value).filter(([name, one]) => one !== undefined || !voidable.includes(name)),
    );
    for (const [name, one] of this.#values) {
      if (!allowed.includes(name)) throw unknownField(what, name, allowed);
      if (one === undefined) {
        throw refused(`${name} of ${what} is undefined`, 'a value, or no such field', 'undefined', {
          why: 'a pin or an identity that is lost on its way would otherwise not be asked for',
          next: `leave ${name} out where it is not meant`,
        });
      }
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Those that are there. */
  present<Name extends string>(names: readonly Name[]): readonly Name[] {
    return names.filter((name) => this.has(name));
  }

  /**
   * The one of several fields that is there.
   *
   * @param what they all stand for: "the artifact".
   * @throws RequestError `usage` where none is there, or more than one
   */
  onlyOne<Name extends string>(what: string, names: readonly Name[], next: string): Name {
    this.atMostOne(what, names, next);
    const [name] = this.present(names);
    if (name !== undefined) return name;
    throw refused(`${what} is missing`, `one of ${names.join(', ')}`, 'none of them', { next });
  }

  /** @throws RequestError `usage` where more than one of the fields is there */
  atMostOne(what: string, names: readonly string[], next: string): void {
    const present = this.present(names);
    if (present.length <= 1) return;
    throw refused(`${what} is given more than once`, `one of ${present.join(', ')}`, 'more than one', {
      next,
    });
  }

  /** The value; a field that is not there is refused as one without a value. */
  required<T>(name: string, read: (value: unknown, name: string) => T): T {
    if (this.has(name)) return read(this.#values.get(name), name);
    throw refused(`${this.#what} has no ${name}`, `a ${name}`, 'no such field');
  }

  /** The value, where the field is there. */
  readonly optional = <T>(name: string, read: (value: unknown, name: string) => T): T | undefined =>
    this.has(name) ? read(this.#values.get(name), name) : undefined;

  /** The same as an object to spread: what is not there stays away. */
  entry<Name extends string, T>(
    name: Name,
    read: (value: unknown, name: string) => T,
  ): { readonly [Key in Name]?: T };
  entry<T>(name: string, read: (value: unknown, name: string) => T): Readonly<Record<string, T>> {
    return this.has(name) ? { [name]: read(this.#values.get(name), name) } : {};
  }

  /** The error for a field that is not what it should be. */
  readonly wrong = (name: string, wanted: string, found: string, next?: string): RequestError =>
    refused(`${name} of ${this.#what} is not ${wanted}`, wanted, found, next === undefined ? {} : { next });

  /** A text that is not empty. */
  readonly text = (value: unknown, name: string): string => {
    if (typeof value !== 'string') throw this.wrong(name, 'a text', typeName(value));
    if (value === '') throw this.wrong(name, 'a text', 'an empty one');
    return value;
  };

  /** The path of a file or a directory. */
  readonly path = (value: unknown, name: string): string => {
    const path = this.text(value, name);
    if (!path.includes('\0')) return path;
    throw this.wrong(name, 'a path', `one with a NUL in it: ${excerpt(path, 200)}`);
  };

  readonly flag = (value: unknown, name: string): boolean => {
    if (typeof value === 'boolean') return value;
    throw this.wrong(name, 'true or false', typeName(value));
  };

  /** A SHA-256 in hex; lower case comes out. */
  readonly sha256 = (value: unknown, name: string): string => {
    const text = this.text(value, name);
    if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
    throw this.wrong(
      name,
      'a SHA-256',
      excerpt(text, 80),
      'write its 64 hex digits, without sha256: before them',
    );
  };

  /** A whole number within bounds. */
  readonly count =
    (least: number, most: number) =>
    (value: unknown, name: string): number => {
      const found = typeof value === 'number' ? String(value) : typeName(value);
      if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
        return value;
      throw this.wrong(name, `a whole number from ${least} to ${most}`, found);
    };

  /** Something to call. */
  readonly call = (value: unknown, name: string): void => {
    if (typeof value !== 'function') throw this.wrong(name, 'a function', typeName(value));
  };

  readonly signal = (value: unknown, name: string): AbortSignal => {
    if (value instanceof AbortSignal) return value;
    throw this.wrong(name, 'an AbortSignal', typeName(value));
  };

  /** One of a few words. */
  readonly choice =
    <Word extends string>(words: readonly Word[]) =>
    (value: unknown, name: string): Word => {
      const word = words.find((one) => one === value);
      if (word !== undefined) return word;
      const found = typeof value === 'string' ? excerpt(value) : typeName(value);
      throw this.wrong(name, words.join(', '), found);
    };

  /** A list that is not empty. */
  readonly list =
    <T>(read: (value: unknown, name: string) => T) =>
    (value: unknown, name: string): readonly T[] => {
      if (!Array.isArray(value)) throw this.wrong(name, 'a list', typeName(value));
      if (value.length === 0) {
        throw this.wrong(
          name,
          'a list with something in it',
          'an empty one',
          `leave ${name} out, or name what is meant`,
        );
      }
      return Array.from(value, (one: unknown, index) => read(one, `${name}[${index}]`));
    };

  /** Bytes that no other thread can write to meanwhile. */
  readonly bytes = (value: unknown, name: string): Uint8Array => {
    if (!isUint8Array(value)) {
      throw this.wrong(
        name,
        'a Uint8Array',
        typeName(value),
        'a Buffer is one too; a text has no bytes of its own',
      );
    }
    if (!isSharedArrayBuffer(value.buffer)) return value;
    throw this.wrong(
      name,
      'memory that no other thread writes to',
      'a SharedArrayBuffer',
      'pass a copy: Uint8Array.from(bytes)',
    );
  };

  /** What a file would hold, as text or bytes; a copy comes out, which the caller cannot change meanwhile. */
  readonly content = (value: unknown, name: string): Uint8Array => {
    if (typeof value !== 'string') return Uint8Array.from(this.bytes(value, name));
    if (/^[^\s{]{1,4096}\.(?:json|sigstore|jsonl|sig|cert|crt|pem)$/.test(value)) {
      throw this.wrong(
        name,
        'what the file holds',
        `a path: ${excerpt(value, 200)}`,
        `write ${name}Path for the path of a file`,
      );
    }
    return Buffer.from(this.text(value, name), 'utf8');
  };
}

function unknownField(what: string, name: string, allowed: readonly string[]): RequestError {
  const near = nearest(name, allowed);
  return refused(
    `${what} has an unknown field ${excerpt(name)}`,
    `only ${allowed.join(', ')}`,
    excerpt(name),
    {
      next: near === undefined ? 'leave it out' : `did you mean ${near}?`,
    },
  );
}

function refused(
  message: string,
  wanted: string,
  found: string,
  more: { readonly why?: string; readonly next?: string } = {},
): RequestError {
  return new RequestError('usage', message, { wanted, found, ...more });
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${excerpt(value)}`;
  return typeof value === 'object' ? 'an object of another kind' : typeof value;
}
