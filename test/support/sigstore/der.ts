/**
 * A writer of DER (X.690), small enough to read at once. It checks nothing on purpose: the vectors of the
 * verifier's tests need certificates that no careful encoder would write.
 */

/** One element: the tag byte, the length, the contents one after the other. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), encodeLength(body.length), body]);
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Buffer.of(length);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}

export const sequence = (...contents: readonly Uint8Array[]): Uint8Array => tlv(0x30, ...contents);
export const setOf = (...contents: readonly Uint8Array[]): Uint8Array => tlv(0x31, ...contents);
export const octetString = (bytes: Uint8Array): Uint8Array => tlv(0x04, bytes);
export const utf8String = (text: string): Uint8Array => tlv(0x0c, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Uint8Array => tlv(0x13, Buffer.from(text, 'latin1'));
export const ia5String = (text: string): Uint8Array => tlv(0x16, Buffer.from(text, 'latin1'));
export const boolean = (value: boolean): Uint8Array => tlv(0x01, Buffer.of(value ? 0xff : 0x00));
export const nullValue = (): Uint8Array => tlv(0x05);

/** `[n]`, constructed: EXPLICIT, or IMPLICIT of a constructed type without its own tag. */
export const contextConstructed = (n: number, ...contents: readonly Uint8Array[]): Uint8Array =>
  tlv(0xa0 | n, ...contents);

/** `[n]` IMPLICIT of a primitive type. */
export const contextPrimitive = (n: number, bytes: Uint8Array): Uint8Array => tlv(0x80 | n, bytes);

/** A non-negative INTEGER: of a number, or of its magnitude as big-endian bytes. */
export function integer(value: number | bigint | Uint8Array): Uint8Array {
  let bytes: Uint8Array;
  if (value instanceof Uint8Array) {
    bytes = value;
  } else {
    const hex = value.toString(16);
    bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  }
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const magnitude = bytes.subarray(start);
  const needsSignByte = ((magnitude[0] ?? 0) & 0x80) !== 0;
  return tlv(0x02, needsSignByte ? Buffer.concat([Buffer.of(0), magnitude]) : magnitude);
}

export function bitString(bytes: Uint8Array, unusedBits: number = 0): Uint8Array {
  return tlv(0x03, Buffer.of(unusedBits), bytes);
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
    digits.unshift((left % 128) | 0x80);
  }
  return digits;
}

/** Time as RFC 5280 wants it in certificates: UTCTime until 2049, GeneralizedTime after; whole seconds. */
export function time(date: Date): Uint8Array {
  return date.getUTCFullYear() < 2050
    ? tlv(0x17, Buffer.from(compactTime(date).slice(2)))
    : generalizedTime(date);
}

export const generalizedTime = (date: Date): Uint8Array => tlv(0x18, Buffer.from(compactTime(date)));

/** `YYYYMMDDHHMMSSZ`. */
function compactTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}
