/** Small damage to bytes. */

/** The bytes with one bit changed: the lowest of the byte at `index`, counted from the end where it is negative. */
export function flipBit(bytes: Uint8Array, index: number = -1): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const position = index < 0 ? bytes.length + index : index;
  flipped[position] = (flipped[position] ?? 0) ^ 1;
  return flipped;
}

/** The bytes with every occurrence of a text replaced by one of the same length, so that lengths around it still fit. */
export function replaceText(bytes: Uint8Array, from: string, to: string): Uint8Array {
  if (Buffer.byteLength(from) !== Buffer.byteLength(to)) throw new RangeError('the texts differ in length');
  const latin = Buffer.from(bytes).toString('latin1');
  const find = Buffer.from(from).toString('latin1');
  return Buffer.from(
    latin.replaceAll(find, () => Buffer.from(to).toString('latin1')),
    'latin1',
  );
}
