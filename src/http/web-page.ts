import { invalidResponse } from './failure.ts';
import type { Reply } from './transport.ts';

/**
 * Refuses a captive portal's page, or an error page with status 200: taken for the file, it would read as tampering.
 * Both the media type and the first bytes must say so: some servers call everything text/html.
 *
 * @throws TransportFailure final, `response-invalid`
 */
export function refuseWebPage(reply: Reply, start: Uint8Array): void {
  const looksLikeMarkup = /^\s*</.test(Buffer.from(start.subarray(0, 64)).toString('latin1'));
  if (reply.mediaType !== 'text/html' || !looksLikeMarkup) return;
  reply.cancel();
  throw invalidResponse(
    'a web page (text/html) came instead of the file',
    'a proxy, a captive portal or a wrong URL answers here; open the URL in a browser to see what it says',
  );
}
