import type { HttpClient } from './http-client.ts';

/** The same network, whose small requests go another way: at a pace, or answered from memory. */
export function withFetchSmall(http: HttpClient, fetchSmall: HttpClient['fetchSmall']): HttpClient {
  return {
    isOffline: http.isOffline,
    fetchSmall,
    download: async (request) => http.download(request),
    underWay: async () => http.underWay(),
    close: async () => http.close(),
  };
}
