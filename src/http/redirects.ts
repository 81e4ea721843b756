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
  readonly method: 'GET' | 'POST' | 'HEAD';
  readonly status: number;
  /** The `Location` header, as it came. */
  readonly location: string | undefined;
  /** Every URL requested so far, in order. The last one sent this redirect. */
  readonly visited: readonly URL[];
}

/**
 * Returns where a redirect leads, or throws if it is not followed. Pure.
 *
 * Refused: a redirect from https to http, a circle, and more than {@link MAX_REDIRECTS} steps. A POST is followed
 * only if it keeps its method and body (307, 308: RFC 9110 section 15.4.8), because a POST that turns into a GET
 * would read something else and take it for the answer. Credentials are bound to an origin elsewhere (see `Target`).
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
      'k8s-verify does not leave an encrypted connection for an open one; tell the operator of the server',
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
