import { RequestError } from '../errors.ts';
import type { Credentials } from './proxy-url.ts';
import { excerpt } from '../text/excerpt.ts';
import { decodePercent } from '../text/percent.ts';
import { shownUrl } from '../text/shown-url.ts';

/** A URL to request, without user info, and the credentials that were in it. */
export interface Target {
  readonly url: URL;
  /** `Authorization` for this URL's origin only. */
  readonly authorization?: string;
}

/**
 * Reads a URL from the user or another part of the program. User info is removed from the URL and becomes Basic
 * credentials, so that no message can print it.
 *
 * @throws RequestError `usage` if it is not an http or https URL.
 */
export function parseTarget(text: string): Target {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new RequestError('usage', `not a URL that k8s-verify can fetch: ${excerpt(shownUrl(text), 120)}`, {
      wanted: 'an http:// or https:// URL',
      found: excerpt(shownUrl(text), 120),
    });
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  if (username === '' && password === '') return { url };
  const authorization = basic({ username: decodePercent(username), password: decodePercent(password) });
  return { url, authorization };
}

/** A `Basic` credential (RFC 7617). */
export function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
