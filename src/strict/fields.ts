import type { K8sVerifyError } from '../errors.ts';
import { MAX_DER_BYTES } from '../limits.ts';
import { decodeBase64 } from './base64.ts';
import { excerpt } from '../text/excerpt.ts';
import { decodeHex } from './hex.ts';
import { isJsonObject, type JsonValue } from './json.ts';
import { malformed, oversized } from './malformed.ts';

const INT64_MAX = 2n ** 63n - 1n;
const DECIMAL = /^(?:0|[1-9][0-9]{0,18})$/;
const ENUM_NAME = /^[A-Z][A-Z0-9_]*$/;
const RFC3339_UTC =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3}|\.[0-9]{6}|\.[0-9]{9})?Z$/;

/** The fields that an object may have; `any` for documents that others may extend. */
export type KnownFields = readonly string[] | 'any';

/** The differences between kinds of documents. */
export interface FieldsForm {
  /**
   * Whether an absent or null field has its default (empty text, zero, no elements), as in protobuf. Otherwise null
   * is a value like any other, and the field must be present.
   */
  readonly defaults?: boolean;
  /**
   * Collects unknown fields of the object and of objects in it, in words, instead of refusing them. For a caller that
   * leaves out what it does not understand.
   */
  readonly unknown?: string[] | undefined;
  /**
   * The error for a wrong field; default: `material-malformed`.
   *
   * @param path "the bundle, verificationMaterial.tlogEntries[0]".
   */
  readonly flawed?: (path: string, wanted: string, found: string) => K8sVerifyError;
}

/**
 * Protobuf's JSON mapping, in the strict form that the client specification allows (section 5): lowerCamelCase keys,
 * enum values by name, 64-bit integers as decimal strings, padded standard base64. An absent or null field has its
 * default. An unknown field is refused, as in Go's protojson and so in sigstore-go.
 */
export const PROTOBUF: FieldsForm = { defaults: true };

/**
 * Reads the fields of one JSON object with the requested types. Unknown fields are refused, because another reader
 * may act on what this one skips. Every method throws the form's error, naming the field.
 */
export class Fields {
  /** Where the object is: "the bundle, verificationMaterial.tlogEntries[0]". */
  readonly path: string;
  readonly #fields: ReadonlyMap<string, JsonValue>;
  readonly #form: FieldsForm;

  constructor(value: JsonValue | undefined, path: string, known: KnownFields, form: FieldsForm = {}) {
    this.path = path;
    this.#form = form;
    // Show only its kind: it may be a whole file, and the wrong one, such as a password file.
    if (!isJsonObject(value)) throw this.#flawedAt(path, 'an object', kindOf(value));
    const fields = Object.entries(value);
    this.#fields = new Map(form.defaults === true ? fields.filter(([, field]) => field !== null) : fields);
    if (known === 'any') return;
    const others = Object.keys(value).filter((name) => !known.includes(name));
    form.unknown?.push(...others.map((name) => `a field ${excerpt(name)}`));
    if (form.unknown === undefined && others[0] !== undefined) {
      throw this.#flawedAt(path, `only ${known.join(', ')}`, `a field ${excerpt(others[0])}`);
    }
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** The names of all fields, in order. */
  names(): readonly string[] {
    return [...this.#fields.keys()];
  }

  /** The one field of several that is present. */
  oneOf<Name extends string>(...names: readonly Name[]): Name {
    const [present, second] = names.filter((name) => this.has(name));
    if (present === undefined || second !== undefined) {
      const found = second === undefined ? 'none of them' : `${present} and ${second}`;
      throw this.#flawedAt(this.path, `exactly one of ${names.join(', ')}`, found);
    }
    return present;
  }

  /** A required string. */
  text(name: string): string {
    return this.#read(name, 'a string', asText);
  }

  /** A string; empty if absent. */
  textOrEmpty(name: string): string {
    return this.has(name) ? this.text(name) : '';
  }

  /** Required bytes, in base64. */
  bytes(name: string, maxBytes: number = MAX_DER_BYTES): Uint8Array {
    return this.#bytes(this.textOrEmpty(name), this.at(name), maxBytes);
  }

  /** Bytes of exactly this length, in lower-case hex. */
  hex(name: string, bytes: number): Uint8Array {
    return this.#read(name, `${2 * bytes} lower-case hex digits`, hexOf(bytes));
  }

  /** A non-negative int64 of protobuf: "0", "735"; not "-1", "007", "1e3" or 735. Zero if absent. */
  int64(name: string): bigint {
    if (!this.has(name)) return 0n;
    return this.#read(name, 'a decimal string of a non-negative 64-bit integer', asInt64);
  }

  /** A JSON number that is a count: whole, not negative, and exactly represented. */
  count(name: string): number {
    return this.#read(name, 'a non-negative whole number', asCount);
  }

  /** true or false. */
  flag(name: string): boolean {
    return this.#read(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  /** An enum value by its name. */
  choice<Value>(name: string, values: ReadonlyMap<string, Value>): Value {
    const wanted = `one of ${[...values.keys()].join(', ')}`;
    return this.#read(name, wanted, (value) => (typeof value === 'string' ? values.get(value) : undefined));
  }

  /**
   * The same, but if unknown fields are accepted, so is an unknown name: it may come from a later version.
   *
   * @returns undefined for such a name.
   */
  choiceIfKnown<Value>(name: string, values: ReadonlyMap<string, Value>): Value | undefined {
    const { unknown } = this.#form;
    const text = this.textOrEmpty(name);
    if (unknown === undefined || values.has(text) || !ENUM_NAME.test(text)) return this.choice(name, values);
    unknown.push(`${name} ${excerpt(text)}`);
    return undefined;
  }

  /** Records another unknown part of the object, if unknown fields are accepted. */
  leaveOut(what: string): void {
    this.#form.unknown?.push(what);
  }

  /** A google.protobuf.Timestamp; undefined if absent. */
  timestamp(name: string): Date | undefined {
    return this.has(name) ? this.#read(name, 'a time like 2022-11-30T18:59:07Z', asTime) : undefined;
  }

  /**
   * A required object.
   *
   * @param path for messages, if the name itself is foreign text.
   */
  object(name: string, known: KnownFields, path: string = this.at(name)): Fields {
    return new Fields(this.#fields.get(name), path, known, this.#form);
  }

  optionalObject(name: string, known: KnownFields): Fields | undefined {
    return this.has(name) ? this.object(name, known) : undefined;
  }

  /**
   * A list of objects.
   *
   * @param unknown replaces the form's, one for each object; default: the form's own.
   */
  objects(
    name: string,
    known: KnownFields,
    max: number,
    unknown: (index: number) => string[] | undefined = () => this.#form.unknown,
  ): readonly Fields[] {
    return this.list(name, max).map(
      (item, i) => new Fields(item, this.at(name, i), known, { ...this.#form, unknown: unknown(i) }),
    );
  }

  /** The only object of a list. */
  onlyObject(name: string, known: KnownFields): Fields {
    const items = this.list(name, Number.POSITIVE_INFINITY);
    if (items.length !== 1) throw this.flawed(name, 'exactly one', String(items.length));
    return new Fields(items[0], this.at(name, 0), known, this.#form);
  }

  /** A list of bytes in base64. */
  bytesList(name: string, max: number, maxBytes: number): readonly Uint8Array[] {
    return this.list(name, max).map((item, i) => {
      const path = this.at(name, i);
      return this.#bytes(this.#value(item, path, 'a string', asText), path, maxBytes);
    });
  }

  /** A list of bytes of exactly this length, in lower-case hex. */
  hexList(name: string, max: number, bytes: number): readonly Uint8Array[] {
    const wanted = `${2 * bytes} lower-case hex digits`;
    return this.list(name, max).map((item, i) => this.#value(item, this.at(name, i), wanted, hexOf(bytes)));
  }

  /** A list of any values. */
  list(name: string, max: number): readonly JsonValue[] {
    const absent = this.#form.defaults === true && !this.has(name);
    const items = absent ? [] : this.#read(name, 'an array', asList);
    if (items.length > max)
      throw this.#oversized(this.at(name), `at most ${max} elements`, `${items.length}`);
    return items;
  }

  /** The error for this field, if only the reader of the document can tell that it is wrong. */
  flawed(name: string, wanted: string, found: string): K8sVerifyError {
    return this.#flawedAt(this.at(name), wanted, found);
  }

  /** The full name of a field, or of an element of it, for messages. */
  at(name: string, index?: number): string {
    const element = index === undefined ? name : `${name}[${index}]`;
    return this.path.includes(',') ? `${this.path}.${element}` : `${this.path}, ${element}`;
  }

  #read<Value>(name: string, wanted: string, parse: Parse<Value>): Value {
    return this.#value(this.#fields.get(name), this.at(name), wanted, parse);
  }

  #value<Value>(value: JsonValue | undefined, path: string, wanted: string, parse: Parse<Value>): Value {
    const parsed = value === undefined ? undefined : parse(value);
    if (parsed === undefined) throw this.#flawedAt(path, wanted, describe(value));
    return parsed;
  }

  #bytes(text: string, path: string, maxBytes: number): Uint8Array {
    const bytes = Math.ceil((text.length * 3) / 4) - (/={0,2}$/.exec(text)?.[0].length ?? 0);
    if (bytes > maxBytes) throw this.#oversized(path, `at most ${maxBytes} bytes`, `${bytes} bytes`);
    if (text === '') throw this.#flawedAt(path, 'base64', 'nothing');
    return decodeBase64(text, path);
  }

  #flawedAt(path: string, wanted: string, found: string): K8sVerifyError {
    return this.#form.flawed?.(path, wanted, found) ?? malformed(`${path} is malformed`, wanted, found);
  }

  #oversized(path: string, wanted: string, found: string): K8sVerifyError {
    return this.#form.flawed?.(path, wanted, found) ?? oversized(path, wanted, found);
  }
}

/** Converts a value; undefined if it does not have the type. */
type Parse<Value> = (value: JsonValue) => Value | undefined;

const asText: Parse<string> = (value) => (typeof value === 'string' ? value : undefined);

const asList: Parse<readonly JsonValue[]> = (value) => (isJsonList(value) ? value : undefined);

const asCount: Parse<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

const asInt64: Parse<bigint> = (value) => {
  const number = typeof value === 'string' && DECIMAL.test(value) ? BigInt(value) : undefined;
  return number === undefined || number > INT64_MAX ? undefined : number;
};

const asTime: Parse<Date> = (value) => {
  if (typeof value !== 'string' || !RFC3339_UTC.test(value)) return undefined;
  const date = new Date(value);
  // Date turns a day that does not exist into another one.
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value.slice(0, 19));
  return exists ? date : undefined;
};

function hexOf(length: number): Parse<Uint8Array> {
  return (value) => {
    const bytes = typeof value === 'string' ? decodeHex(value) : undefined;
    return bytes?.length === length ? bytes : undefined;
  };
}

function isJsonList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
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
