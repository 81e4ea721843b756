/** A small request as most tests make it. */
import type { SmallRequest } from '../../../src/http/http-client.ts';

export const WHAT = 'the signature of kubectl v1.26.0';

export function request(url: string, change: Partial<SmallRequest> = {}): SmallRequest {
  return { url, maxBytes: 1000, accept: [200], what: WHAT, ...change };
}
