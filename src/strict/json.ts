import type { UntrustedError } from '../errors.ts';
import { MAX_JSON_DEPTH } from '../limits.ts';
import { excerpt } from '../text/excerpt.ts';
import { malformed, oversized } from './malformed.ts';

/** A JSON value. Objects have no prototype, so that `__proto__` is a key like any other. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface JsonLimits {
  /** The most bytes (of UTF-8) to accept. */
  readonly maxBytes: number;
  /** Depth of nested arrays and objects. */
  readonly maxDepth?: number;
  /**
   * The most values of every kind, at any depth. Two characters of text can make a value that takes a hundred times
   * as much memory.
   */
  readonly maxValues?: number;
}

/**
 * Parses one JSON text (RFC 8259) strictly: valid UTF-8 without a byte order mark, no duplicate keys, nothing but
 * white space after the value, no lone surrogates (RFC 7493), bounded size and depth. `JSON.parse` takes the last of
 * two equal keys, but another reader may take the first, so two programs would read two different bundles.
 *
 * @param what names the text in errors: "the bundle".
 * @throws UntrustedError `material-malformed`, `material-oversized`
 */
export function parseJsonStrictly(input: Uint8Array | string, what: string, limits: JsonLimits): JsonValue {
  const size = typeof input === 'string' ? Buffer.byteLength(input) : input.length;
  if (size > limits.maxBytes) {
    throw oversized(what, `at most ${limits.maxBytes} bytes`, `${size} bytes`);
  }
  const text = typeof input === 'string' ? input : decodeUtf8(input, what);
  return new StrictJson(text, what, limits).document();
}

/**
 * Decodes UTF-8 and refuses invalid bytes.
 *
 * @throws UntrustedError `material-malformed`
 */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const found = utf16 ? 'text in UTF-16' : 'other bytes';
    throw malformed(`${what} is not valid UTF-8 text`, 'UTF-8', found, {
      cause,
      ...(utf16 ? { next: PLAIN_UTF8 } : {}),
    });
  }
}

/** Editors and PowerShell write byte order marks and UTF-16 unasked. */
const PLAIN_UTF8 = 'save it as UTF-8 without a byte order mark';
/** By number: the bundler would write the character itself, and V8 holds a program of plain ASCII in half the memory. */
const BYTE_ORDER_MARK = String.fromCodePoint(0xfeff);

/** Numbers by RFC 8259 section 6. Sticky and without nested repetition, so it takes linear time. */
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

class StrictJson {
  readonly #text: string;
  readonly #what: string;
  readonly #maxDepth: number;
  readonly #maxValues: number;
  #at = 0;
  #values = 0;

  constructor(text: string, what: string, { maxDepth, maxValues }: JsonLimits) {
    this.#text = text;
    this.#what = what;
    this.#maxDepth = maxDepth ?? MAX_JSON_DEPTH;
    this.#maxValues = maxValues ?? Number.POSITIVE_INFINITY;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at !== this.#text.length) throw this.#malformed('one JSON value and nothing after it');
    return value;
  }

  #value(depth: number): JsonValue {
    this.#skipSpace();
    this.#values += 1;
    if (this.#values > this.#maxValues) {
      throw oversized(this.#what, `at most ${this.#maxValues} values`, 'more');
    }
    const next = this.#text[this.#at];
    if (next === '{' || next === '[') {
      if (depth >= this.#maxDepth) throw this.#malformed(`nesting of at most ${this.#maxDepth} levels`);
      return next === '{' ? this.#object(depth + 1) : this.#array(depth + 1);
    }
    if (next === '"') return this.#string();
    if (this.#take('true')) return true;
    if (this.#take('false')) return false;
    if (this.#take('null')) return null;
    return this.#number();
  }

  #object(depth: number): JsonObject {
    const object: { [key: string]: JsonValue; __proto__: null } = { __proto__: null };
    this.#at += 1;
    this.#skipSpace();
    if (this.#take('}')) return object;
    for (;;) {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') throw this.#malformed('a key in double quotes');
      const key = this.#string();
      if (Object.hasOwn(object, key)) {
        throw this.#malformed('keys that differ from each other', `two keys ${excerpt(key)} in one object`);
      }
      this.#skipSpace();
      if (!this.#take(':')) throw this.#malformed('a colon after a key');
      object[key] = this.#value(depth);
      this.#skipSpace();
      if (this.#take('}')) return object;
      if (!this.#take(',')) throw this.#malformed('a comma or } in an object');
    }
  }

  #array(depth: number): readonly JsonValue[] {
    const array: JsonValue[] = [];
    this.#at += 1;
    this.#skipSpace();
    if (this.#take(']')) return array;
    for (;;) {
      array.push(this.#value(depth));
      this.#skipSpace();
      if (this.#take(']')) return array;
      if (!this.#take(',')) throw this.#malformed('a comma or ] in an array');
    }
  }

  #string(): string {
    const start = this.#at;
    let end = this.#text.indexOf('"', start + 1);
    while (end !== -1 && this.#isEscaped(start, end)) end = this.#text.indexOf('"', end + 1);
    if (end === -1) throw this.#malformed('a string that ends');
    let value: unknown;
    try {
      // JSON.parse checks the escapes. It gets exactly one string token.
      value = JSON.parse(this.#text.slice(start, end + 1));
    } catch {
      value = undefined;
    }
    if (typeof value !== 'string')
      throw this.#malformed('a string without control characters or unknown escapes');
    if (!value.isWellFormed()) throw this.#malformed('a string without lone surrogates');
    this.#at = end + 1;
    return value;
  }

  #isEscaped(start: number, quote: number): boolean {
    let backslashes = 0;
    while (quote - 1 - backslashes > start && this.#text[quote - 1 - backslashes] === '\\') backslashes += 1;
    return backslashes % 2 === 1;
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const token = NUMBER.exec(this.#text)?.[0];
    if (token === undefined) throw this.#malformed('a JSON value');
    const value = Number(token);
    if (!Number.isFinite(value)) throw this.#malformed('a number that is finite', excerpt(token));
    this.#at += token.length;
    return value;
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const next = this.#text[this.#at];
      if (next !== ' ' && next !== '\n' && next !== '\r' && next !== '\t') return;
      this.#at += 1;
    }
  }

  #malformed(wanted: string, found = this.#found()): UntrustedError {
    const lines = this.#text.slice(0, this.#at).split('\n');
    const place = `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
    const marked = this.#text[this.#at] === BYTE_ORDER_MARK;
    const more = marked ? { next: PLAIN_UTF8 } : {};
    return malformed(`${this.#what} is not strict JSON`, wanted, `${found} at ${place}`, more);
  }

  /**
   * Describes what is there instead. The text is not quoted: a file that is not JSON can be a list of passwords.
   */
  #found(): string {
    const next = this.#text[this.#at];
    if (next === undefined) return 'the end of the text';
    if (next === BYTE_ORDER_MARK) return 'a byte order mark';
    if (next === '<') return '"<", as a web page begins,';
    return '{}[],:'.includes(next) ? `"${next}"` : 'other text';
  }
}
