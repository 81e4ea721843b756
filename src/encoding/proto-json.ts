import type { UntrustedError } from '../errors.ts';
import { MAX_DER_BYTES } from '../limits.ts';
import { decodeBase64, excerpt } from './base64.ts';
import { isJsonObject, type JsonValue } from './json.ts';
import { malformed, oversized } from './malformed.ts';

const INT64_MAX = 2n ** 63n - 1n;
const DECIMAL = /^(?:0|[1-9][0-9]{0,18})$/;
const ENUM_NAME = /^[A-Z][A-Z0-9_]*$/;
const RFC3339_UTC =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3}|\.[0-9]{6}|\.[0-9]{9})?Z$/;

/**
 * One message in the protobuf JSON mapping, in the narrow form that the client specification allows (section 5):
 * lowerCamelCase keys, enum values by name, 64-bit integers as decimal strings, padded standard base64. A field that
 * is absent or null has its default (empty, zero), as protobuf has it; a field that the message does not have is
 * refused, as Go's protojson and with it sigstore-go does.
 *
 * Every method throws UntrustedError `material-malformed`, naming the field.
 */
export class ProtoMessage {
  /** Where the message is: "the bundle, verificationMaterial.tlogEntries[0]". */
  readonly path: string;
  readonly #fields: ReadonlyMap<string, JsonValue>;
  readonly #unknown: string[] | undefined;

  /**
   * @param unknown takes the fields that the message, or one in it, does not have, in words, instead of refusing them:
   *   for a caller that leaves out what it does not understand.
   */
  constructor(value: JsonValue | undefined, path: string, known: readonly string[], unknown?: string[]) {
    // By its kind alone: where this is a whole file, it may be another one than was meant, a password for one.
    if (!isJsonObject(value)) throw flawed(path, 'an object', kindOf(value));
    this.path = path;
    this.#fields = new Map(Object.entries(value).filter(([, field]) => field !== null));
    this.#unknown = unknown;
    const others = Object.keys(value).filter((name) => !known.includes(name));
    unknown?.push(...others.map((name) => `a field ${excerpt(name)}`));
    if (unknown === undefined && others[0] !== undefined) {
      throw flawed(path, `only ${known.join(', ')}`, `a field ${excerpt(others[0])}`);
    }
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** The one field of a oneof that is there. */
  oneOf<Name extends string>(...names: readonly Name[]): Name {
    const [present, second] = names.filter((name) => this.has(name));
    if (present === undefined || second !== undefined) {
      const found = second === undefined ? 'none of them' : `${present} and ${second}`;
      throw flawed(this.path, `exactly one of ${names.join(', ')}`, found);
    }
    return present;
  }

  text(name: string): string {
    const value = this.#fields.get(name) ?? '';
    if (typeof value !== 'string') throw flawed(this.at(name), 'a string', describe(value));
    return value;
  }

  /** Bytes that must be there. */
  bytes(name: string, maxBytes: number = MAX_DER_BYTES): Uint8Array {
    const text = this.text(name);
    const bytes = Math.ceil((text.length * 3) / 4) - (/={0,2}$/.exec(text)?.[0].length ?? 0);
    if (bytes > maxBytes) {
      throw oversized(this.at(name), `at most ${maxBytes} bytes`, `${bytes} bytes`);
    }
    if (text === '') throw flawed(this.at(name), 'base64', 'nothing');
    return decodeBase64(text, this.at(name));
  }

  /** A non-negative int64: "0", "735"; not "-1", "007", "1e3" or 735. */
  int64(name: string): bigint {
    const value = this.#fields.get(name) ?? '0';
    const number = typeof value === 'string' && DECIMAL.test(value) ? BigInt(value) : undefined;
    if (number === undefined || number > INT64_MAX) {
      throw flawed(this.at(name), 'a decimal string of a non-negative 64-bit integer', describe(value));
    }
    return number;
  }

  /** An enum value by its name. */
  choice<Value>(name: string, values: ReadonlyMap<string, Value>): Value {
    const text = this.text(name);
    const value = values.get(text);
    if (value === undefined)
      throw flawed(this.at(name), `one of ${[...values.keys()].join(', ')}`, excerpt(text));
    return value;
  }

  /**
   * The same, but where unknown fields are taken, so is a name that is none of these: it may be one of a later version.
   *
   * @returns undefined for such a name.
   */
  choiceIfKnown<Value>(name: string, values: ReadonlyMap<string, Value>): Value | undefined {
    const text = this.text(name);
    if (this.#unknown === undefined || values.has(text) || !ENUM_NAME.test(text))
      return this.choice(name, values);
    this.#unknown.push(`${name} ${excerpt(text)}`);
    return undefined;
  }

  /** A google.protobuf.Timestamp, or undefined where there is none. */
  timestamp(name: string): Date | undefined {
    if (!this.has(name)) return undefined;
    const text = this.text(name);
    const date = new Date(RFC3339_UTC.test(text) ? text : Number.NaN);
    if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text.slice(0, 19))) {
      throw flawed(this.at(name), 'a time like 2022-11-30T18:59:07Z', excerpt(text));
    }
    return date;
  }

  /** A message that must be there. */
  message(name: string, known: readonly string[]): ProtoMessage {
    return new ProtoMessage(this.#fields.get(name), this.at(name), known, this.#unknown);
  }

  optionalMessage(name: string, known: readonly string[]): ProtoMessage | undefined {
    return this.has(name) ? this.message(name, known) : undefined;
  }

  /**
   * A repeated field of messages.
   *
   * @param unknown as for the constructor, one for each message; default: this message's own.
   */
  messages(
    name: string,
    known: readonly string[],
    max: number,
    unknown: (index: number) => string[] | undefined = () => this.#unknown,
  ): readonly ProtoMessage[] {
    return this.#repeated(name, max).map(
      (item, i) => new ProtoMessage(item, `${this.at(name)}[${i}]`, known, unknown(i)),
    );
  }

  /** A repeated field of bytes. */
  bytesList(name: string, max: number, maxBytes: number): readonly Uint8Array[] {
    return this.#repeated(name, max).map((item, i) =>
      new ProtoMessage({ item }, `${this.at(name)}[${i}]`, ['item']).bytes('item', maxBytes),
    );
  }

  #repeated(name: string, max: number): readonly JsonValue[] {
    const value = this.#fields.get(name) ?? [];
    if (!Array.isArray(value)) throw flawed(this.at(name), 'an array', describe(value));
    if (value.length > max) {
      throw oversized(this.at(name), `at most ${max} elements`, `${value.length}`);
    }
    return value;
  }

  /** The full name of a field, for messages. */
  at(name: string): string {
    return this.path.includes(',') ? `${this.path}.${name}` : `${this.path}, ${name}`;
  }
}

function describe(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return excerpt(value);
  if (Array.isArray(value)) return 'an array';
  return isJsonObject(value) ? 'an object' : JSON.stringify(value);
}

function kindOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return 'a string';
  return typeof value === 'number' ? 'a number' : describe(value);
}

function flawed(path: string, expected: string, found: string): UntrustedError {
  return malformed(`${path} is malformed`, expected, found);
}
