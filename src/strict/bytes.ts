/** Whether two byte sequences are the same. Not for secrets: the time it takes depends on the bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
