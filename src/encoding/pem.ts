import { decodeBase64, encodeBase64, excerpt } from './base64.ts';
import { malformed } from './malformed.ts';

const LINE = 64;

/**
 * Reads a PEM text that holds exactly one block of the given label and nothing else (RFC 7468 section 3, "strict",
 * with LF or CRLF and any number of newlines at the end).
 *
 * @param maxLine the longest line; a log keeps what signers sent, some of it in one line.
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
      excerpt(text),
    );
  }
  return decodeBase64(body.join(''), what);
}

/** PEM with lines of 64 characters and a newline at the end, as OpenSSL and cosign write it. */
export function encodePem(der: Uint8Array, label: string): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
