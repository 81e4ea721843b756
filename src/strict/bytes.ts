/** Whether two byte sequences are the same. Nothing that is compared here is a secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
