import type { LookupFunction } from 'node:net';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { client, listen, recording, SMALL } from './loopback.ts';

/** A resolver that knows one host, with these addresses. */
function resolving(...addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, all);
    else callback(null, all[0]?.address ?? '', all[0]?.family);
  };
}

describe('a host with several addresses', () => {
  it.each([
    ['IPv6 first, which does not answer', ['::1', '127.0.0.1']],
    ['IPv4 first, which does not answer', ['127.0.0.2', '127.0.0.1']],
    ['the good one first', ['127.0.0.1', '::1']],
  ])('is reached at the one that answers: %s', async (_name, addresses) => {
    const { listener, requests } = recording((_request, response) => void response.end('hello'));
    const port = await listen(createServer(listener));
    const http = client({ lookup: resolving(...addresses) });
    const answer = await http.fetchSmall({ ...SMALL, url: `http://dl.example:${port}/` });
    expect(Buffer.from(answer.body).toString()).toBe('hello');
    expect(requests[0]?.headers.host).toBe(`dl.example:${port}`);
    expect(http.events).toEqual([]);
  });
});

describe('a client', () => {
  it('can be closed before it was used, and twice', async () => {
    const http = client();
    await http.close();
    await expect(http.close()).resolves.toBeUndefined();
  });
});
