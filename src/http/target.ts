import { RequestError } from '../errors.ts';
import { excerpt } from '../encoding/base64.ts';
import { decodePercent } from '../encoding/percent.ts';

/** A place to ask: a URL without user info, and the credentials that were in it. */
export interface Target {
  readonly url: URL;
  /** `Authorization` for this URL's origin and no other. */
  readonly authorization?: string;
}

/**
 * Reads a URL that the user or a story gave. User info becomes Basic credentials and leaves the URL, so that no
 * message can print it.
 *
 * @throws RequestError `usage` where it is not an http or https URL.
 */
export function parseTarget(text: string): Target {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new RequestError('usage', `not a URL that k8s-verify can fetch: ${redactText(text)}`, {
      expected: 'an http:// or https:// URL',
      found: redactText(text),
    });
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  if (username === '' && password === '') return { url };
  return { url, authorization: basicCredentials(username, password) };
}

/** A `Basic` credential (RFC 7617) from the percent-encoded halves of a URL's user info. */
function basicCredentials(username: string, password: string): string {
  const pair = `${decodePercent(username)}:${decodePercent(password)}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

/** A URL as messages and results show it: without user info, query (signed URLs carry secrets there) and fragment. */
export function printable(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === '' ? '' : '?...'}`;
}

function redactText(text: string): string {
  return excerpt(text.replace(/\/\/[^/?#]*@/, '//...@'), 120);
}
