import { invalidResponse } from './failure.ts';
import type { Reply } from './transport.ts';

/**
 * Refuses a captive portal's page or an error page with status 200, which would otherwise look like tampering. Both
 * the media type and the first bytes must say that it is a page, because some servers send everything as text/html.
 *
 * @throws TransportFailure final, `response-invalid`
 */
export function refuseWebPage(reply: Reply, start: Uint8Array): void {
  const looksLikeMarkup = /^\s*</.test(Buffer.from(start.subarray(0, 64)).toString('latin1'));
  if (reply.mediaType !== 'text/html' || !looksLikeMarkup) return;
  reply.cancel();
  throw invalidResponse(
    'a web page (text/html) came instead of the file',
    'a proxy or a captive portal answers here, or the URL is wrong; open it in a browser to see the page',
  );
}
