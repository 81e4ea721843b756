import { describe, expect, it } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { receivedIn } from '../../../src/source/bytes.ts';
import { rejection, thrownBy } from '#support/thrown-by';

const URL_OF_ALL = 'https://you:secret@dl.k8s.io/release/stable.txt';

describe('the network of a client that is offline', () => {
  it('refuses every request, names what is missing, and keeps passwords to itself', async () => {
    await using client = createClient({ offline: true });
    const { http } = client;
    const sink = { length: 0, write: () => Promise.resolve(), reset: () => Promise.resolve() };
    const small = { url: URL_OF_ALL, what: 'the version marker stable', accept: [200], maxBytes: 10 };
    const download = { url: URL_OF_ALL, what: 'kubectl', received: receivedIn(sink), maxBytes: 10 };
    for (const [request, what] of [
      [http.fetchSmall(small), small.what],
      [http.download(download), download.what],
    ] as const) {
      expect(await rejection(request)).toMatchObject({
        code: 'offline',
        message: `could not fetch ${what}: this run is offline`,
        from: expect.not.stringContaining('secret') as unknown,
      });
    }
    await http.underWay();
    expect(http.isOffline).toBe(true);
  });

  it('is there only where it is asked for', async () => {
    await using client = createClient({ offline: false });
    expect(client.http.isOffline).toBe(false);
    const wrong: object = { offline: 'yes' };
    expect(thrownBy(() => createClient(wrong))).toMatchObject({ code: 'usage' });
  });
});
