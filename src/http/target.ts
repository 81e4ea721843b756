import { RequestError } from '../errors.ts';
import { excerpt } from '../text/excerpt.ts';
import { decodePercent } from '../text/percent.ts';
import { shownUrl } from '../text/shown-url.ts';

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
  return { url, authorization: basicCredentials(username, password) };
}

/** A `Basic` credential (RFC 7617) from the percent-encoded halves of a URL's user info. */
function basicCredentials(username: string, password: string): string {
  const pair = `${decodePercent(username)}:${decodePercent(password)}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}
