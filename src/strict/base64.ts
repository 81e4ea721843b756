import { malformed } from './malformed.ts';

/**
 * Decodes base64 strictly (RFC 4648 section 4): the standard alphabet, padded, no white space, zero trailing bits.
 * `Buffer.from` skips unknown characters, so two texts can mean the same bytes, and a signature file could be changed
 * without anyone noticing.
 *
 * @param what names the field in the error.
 * @throws UntrustedError `material-malformed`
 */
export function decodeBase64(text: string, what: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) {
    throw malformed(
      `${what} is not valid base64`,
      'padded standard base64 without white space (RFC 4648 section 4)',
      flawOf(text),
    );
  }
  return bytes;
}

/** What is wrong, and where. The text is not quoted, because it may be the wrong file. */
function flawOf(text: string): string {
  const at = text.search(/[^A-Za-z0-9+/=]|=(?!=?\s*$)/);
  const next = text[at];
  if (next === undefined) return `${text.length} characters with wrong padding or stray last bits`;
  const kind = /\s/.test(next) ? 'white space' : next === '=' ? 'padding' : 'another character';
  return `${kind} as character ${at + 1} of ${text.length}`;
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
