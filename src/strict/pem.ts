import { decodeBase64, encodeBase64 } from './base64.ts';
import { malformed } from './malformed.ts';

const LINE = 64;

/**
 * Reads a PEM text with exactly one block of the given label and nothing else (RFC 7468 section 3, "strict", with LF
 * or CRLF and any number of newlines at the end).
 *
 * @param maxLine the longest line; a log keeps what signers sent, sometimes all in one line.
 * @throws UntrustedError `material-malformed`
 */
export function decodePem(text: string, label: string, what: string, maxLine: number = LINE): Uint8Array {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  while (lines.at(-1) === '') lines.pop();
  const body = lines.slice(1, -1);
  const framed = lines[0] === `-----BEGIN ${label}-----` && lines.at(-1) === `-----END ${label}-----`;
  if (
    !framed ||
    body.length === 0 ||
    body.some((line) => line.startsWith('-----') || line.length > maxLine)
  ) {
    throw malformed(
      `${what} is not one PEM block`,
      `-----BEGIN ${label}-----, base64 in lines of 64, -----END ${label}-----, and nothing else`,
      describeText(text, label),
    );
  }
  return decodeBase64(body.join(''), what);
}

/** Says only what kind of text it is: the wrong file may be a private key. */
function describeText(text: string, label: string): string {
  const labels = Array.from(text.matchAll(/^-----BEGIN ([A-Z0-9 ]{1,40})-----\r?$/gm), ([, found]) => found);
  const [first] = labels;
  if (first === undefined) return `${text.length} characters without the first line of a PEM block`;
  if (labels.length > 1) return `${labels.length} blocks, the first of ${first}`;
  return first === label
    ? 'such a block, but with other text or lines of another length'
    : `a block of ${first}`;
}

/** PEM with lines of 64 characters and a newline at the end, as OpenSSL and cosign write it. */
export function encodePem(der: Uint8Array, label: string): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
