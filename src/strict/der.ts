import { malformed } from './malformed.ts';
import type { UntrustedError } from '../errors.ts';
import { MAX_DER_ELEMENTS, MAX_OID_BYTES } from '../limits.ts';

/** Identifier octets of the types that X.509, CMS and signatures are made of (X.690 section 8). */
export const DER_TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of `[number]`, context-specific. */
export function contextTag(number: number, form: 'primitive' | 'constructed'): number {
  return (form === 'constructed' ? 0xa0 : 0x80) | number;
}

/** One element of DER: identifier, content, and child elements if it is constructed. */
export interface DerNode {
  readonly tag: number;
  /** The whole element, including its header. */
  readonly der: Uint8Array;
  readonly content: Uint8Array;
  /** Empty for a primitive element. */
  readonly children: readonly DerNode[];
}

const MAX_DEPTH = 32;

/**
 * Parses exactly one element in the distinguished encoding (X.690 section 10): definite lengths in the fewest octets,
 * nothing after the end, one octet of tag, and for the universal types the one encoding that each value has. Two
 * encodings of one value would be two files that "are" the same signature or certificate. Depth, number of elements
 * and length of object identifiers are bounded.
 *
 * @throws UntrustedError `material-malformed`
 */
export function parseDer(bytes: Uint8Array, what: string): DerNode {
  const node = parseElement(bytes, 0, what, 0, { left: MAX_DER_ELEMENTS });
  if (node.der.length !== bytes.length) {
    throw flawed(what, `${node.der.length} bytes`, `${bytes.length - node.der.length} more after them`);
  }
  return node;
}

/** The children of a SEQUENCE, SET or constructed context tag. @throws UntrustedError `material-malformed` */
export function childrenOf(node: DerNode | undefined, tag: number, what: string): readonly DerNode[] {
  return expectTag(node, tag, what).children;
}

/** The node itself, if it exists and has the tag. @throws UntrustedError `material-malformed` */
export function expectTag(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (node?.tag !== tag) {
    throw flawed(what, `an element with tag ${hex(tag)}`, node ? `tag ${hex(node.tag)}` : 'nothing');
  }
  return node;
}

/** An OBJECT IDENTIFIER as dotted numbers. @throws UntrustedError `material-malformed` */
export function readOid(node: DerNode | undefined, what: string): string {
  const { content } = expectTag(node, DER_TAG.oid, what);
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of content) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if ((octet & 0x80) === 0) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const [first = 0n, ...rest] = arcs;
  const root = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
}

/** An INTEGER of any size. @throws UntrustedError `material-malformed` */
export function readInteger(node: DerNode | undefined, what: string): bigint {
  const { content } = expectTag(node, DER_TAG.integer, what);
  return BigInt.asIntN(content.length * 8, BigInt(`0x${Buffer.from(content).toString('hex')}`));
}

/** A BOOLEAN. @throws UntrustedError `material-malformed` */
export function readBoolean(node: DerNode | undefined, what: string): boolean {
  return expectTag(node, DER_TAG.boolean, what).content[0] === 0xff;
}

/**
 * UTCTime or GeneralizedTime in the form of RFC 5280 section 4.1.2.5: with seconds, in UTC, and a date that exists.
 */
export function readTime(node: DerNode | undefined, what: string): Date {
  const text = Buffer.from(node?.content ?? []).toString('latin1');
  const digits =
    node?.tag === DER_TAG.utcTime && /^[0-9]{12}Z$/.test(text)
      ? (Number(text.slice(0, 2)) < 50 ? '20' : '19') + text
      : node?.tag === DER_TAG.generalizedTime && /^[0-9]{14}(?:\.[0-9]{0,8}[1-9])?Z$/.test(text)
        ? text
        : undefined;
  if (digits !== undefined) {
    const part = (from: number, to: number): string => digits.slice(from, to);
    const fraction = digits.slice(14, -1).slice(0, 4);
    const iso = `${part(0, 4)}-${part(4, 6)}-${part(6, 8)}T${part(8, 10)}:${part(10, 12)}:${part(12, 14)}`;
    const date = new Date(`${iso}${fraction}Z`);
    if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso)) return date;
  }
  throw flawed(what, 'a time in UTC with seconds', JSON.stringify(text.slice(0, 40)));
}

/** How many more elements are allowed. */
interface Budget {
  left: number;
}

function parseElement(
  bytes: Uint8Array,
  start: number,
  what: string,
  depth: number,
  budget: Budget,
): DerNode {
  budget.left -= 1;
  if (budget.left < 0) throw flawed(what, `at most ${MAX_DER_ELEMENTS} elements`, 'more');
  if (depth > MAX_DEPTH) throw flawed(what, `nesting of at most ${MAX_DEPTH} levels`, 'more');
  const tag = bytes[start];
  if (tag === undefined) throw flawed(what, 'an element', 'the end of the data');
  if ((tag & 0x1f) === 0x1f) throw flawed(what, 'a tag of one octet', `tag ${hex(tag)}`);
  const { length, at } = parseLength(bytes, start + 1, what);
  const end = at + length;
  if (end > bytes.length) throw flawed(what, `${length} bytes of content`, `${bytes.length - at}`);
  const content = bytes.subarray(at, end);
  const children: DerNode[] = [];
  if ((tag & 0x20) !== 0) {
    for (let next = at; next < end;) {
      const child = parseElement(bytes.subarray(0, end), next, what, depth + 1, budget);
      children.push(child);
      next += child.der.length;
    }
  }
  assertCanonicalContent(tag, content, what);
  return { tag, der: bytes.subarray(start, end), content, children };
}

function parseLength(bytes: Uint8Array, start: number, what: string): { length: number; at: number } {
  const first = bytes[start];
  if (first === undefined) throw flawed(what, 'a length', 'the end of the data');
  if (first < 0x80) return { length: first, at: start + 1 };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4) throw flawed(what, 'a definite length', `length octet ${hex(first)}`);
  let length = 0;
  for (let i = 1; i <= octets; i += 1) {
    const octet = bytes[start + i];
    if (octet === undefined) throw flawed(what, 'a length', 'the end of the data');
    length = length * 256 + octet;
  }
  if (length < 0x80 || length < 2 ** (8 * (octets - 1))) {
    throw flawed(what, 'a length in the fewest octets', `${length} in ${octets} octets`);
  }
  return { length, at: start + 1 + octets };
}

/** X.690 sections 8 and 11: the allowed content octets of the universal types. */
function assertCanonicalContent(tag: number, content: Uint8Array, what: string): void {
  const [first, second] = content;
  switch (tag) {
    case DER_TAG.boolean:
      if (content.length !== 1 || (first !== 0 && first !== 0xff)) {
        throw flawed(what, 'a BOOLEAN of 00 or FF', Buffer.from(content.subarray(0, 8)).toString('hex'));
      }
      return;
    case DER_TAG.integer:
    case DER_TAG.enumerated:
      if (first === undefined) throw flawed(what, 'an INTEGER of at least one octet', 'none');
      if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
        throw flawed(what, 'an INTEGER in the fewest octets', 'a redundant leading octet');
      }
      return;
    case DER_TAG.bitString: {
      const last = content.at(-1) ?? 0;
      const stray =
        first === undefined || first > 7 || (content.length === 1 ? first : last & ((1 << first) - 1));
      if (stray !== 0) throw flawed(what, 'a BIT STRING whose unused bits are zero', 'stray bits');
      return;
    }
    case DER_TAG.null:
      if (content.length !== 0) throw flawed(what, 'a NULL without content', `${content.length} bytes`);
      return;
    case DER_TAG.oid: {
      const padded = content.some((octet, i) => octet === 0x80 && (i === 0 || (content[i - 1] ?? 0) < 0x80));
      if (content.length === 0 || padded || (content.at(-1) ?? 0) >= 0x80) {
        throw flawed(what, 'an OBJECT IDENTIFIER in the fewest octets', 'another encoding');
      }
      if (content.length > MAX_OID_BYTES) {
        throw flawed(what, `an OBJECT IDENTIFIER of at most ${MAX_OID_BYTES} octets`, `${content.length}`);
      }
      return;
    }
    default: {
      const universal = tag < 0x40;
      const number = tag & 0x1f;
      const constructedType = number === 0x10 || number === 0x11;
      if (universal && (number === 0 || constructedType !== ((tag & 0x20) !== 0))) {
        throw flawed(what, 'the form that DER requires for the type', `tag ${hex(tag)}`);
      }
    }
  }
}

function hex(octet: number): string {
  return `0x${octet.toString(16).padStart(2, '0')}`;
}

function flawed(what: string, wanted: string, found: string): UntrustedError {
  return malformed(`${what} is not canonical DER`, wanted, found);
}
