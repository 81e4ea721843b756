import { excerpt } from '../text/excerpt.ts';
import { MAX_REDIRECTS } from '../limits.ts';
import { describeStatus } from './classify.ts';
import { invalidResponse } from './failure.ts';
import { shownUrl } from '../text/shown-url.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

export interface Hop {
  readonly method: 'GET' | 'POST';
  readonly status: number;
  /** The `Location` header, as it came. */
  readonly location: string | undefined;
  /** Every URL asked so far, in order; the last one gave this redirect. */
  readonly visited: readonly URL[];
}

/**
 * Where a redirect leads, or why it is not followed. Pure.
 *
 * A redirect never leads from https to http, never in a circle, and never further than {@link MAX_REDIRECTS} steps.
 * A POST goes on only where its method and body do (307, 308: RFC 9110 section 15.4.8); a POST that turns into a GET
 * would read something else and take it for the answer. Credentials are not this function's matter: they are bound
 * to an origin (see `Target`).
 *
 * @throws TransportFailure final, `response-invalid`
 */
export function nextHop({ method, status, location, visited }: Hop): URL {
  const from = visited.at(-1);
  if (location === undefined) throw invalidResponse(`${describeStatus(status)} without a Location`);
  const to = URL.parse(location, from?.href);
  if (to === null || (to.protocol !== 'https:' && to.protocol !== 'http:')) {
    throw invalidResponse(
      `redirected to something that is not a web address: ${excerpt(shownUrl(location))}`,
    );
  }
  to.username = '';
  to.password = '';
  to.hash = '';
  if (from?.protocol === 'https:' && to.protocol === 'http:') {
    throw invalidResponse(
      `redirected from https to http: ${shownUrl(to)}`,
      'an encrypted connection is not left for an open one; tell the operator of the server',
    );
  }
  if (method === 'POST' && status !== 307 && status !== 308) {
    throw invalidResponse(
      `a POST was redirected with ${describeStatus(status)}, which would turn it into a GET`,
    );
  }
  const chain = [...visited, to].map(shownUrl).join(' -> ');
  if (visited.some((url) => url.href === to.href)) throw invalidResponse(`redirected in a circle: ${chain}`);
  if (visited.length > MAX_REDIRECTS) throw invalidResponse(`more than ${MAX_REDIRECTS} redirects: ${chain}`);
  return to;
}
