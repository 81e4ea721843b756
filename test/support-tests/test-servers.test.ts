import { describe, expect, it } from 'vitest';
import { fault } from '#support/http/faults';
import { at } from '#support/json';
import { testServers } from '#support/test-servers';

const { sigstore, releases } = await testServers();
const before = await treeSize();

async function treeSize(): Promise<unknown> {
  const reply = await fetch(`${sigstore.rekorUrl}/api/v1/log`);
  return at(await reply.json(), 'treeSize');
}

describe('the servers of a test file', () => {
  it('take what a test publishes, logs and breaks', async () => {
    releases.publishMarker('stable', 'v1.26.4');
    releases.http.fault('.txt', fault.status(503), { times: 1 });
    releases.http.delay('.nothing', 1);
    sigstore.rekorServer.answerWith(/log/, fault.status(500));
    sigstore.signBlob({ bytes: Buffer.from('kubectl') });
    expect((await fetch(`${releases.url}/release/stable.txt`)).status).toBe(503);
    expect((await fetch(`${releases.url}/release/stable.txt`)).status).toBe(200);
    expect((await fetch(`${sigstore.rekorUrl}/api/v1/log`)).status).toBe(500);
    expect(releases.http.requests).toHaveLength(2);
  });

  it('are empty and honest for the next one, at the same address; what was logged stays', async () => {
    expect(releases.http.requests).toEqual([]);
    expect((await fetch(`${releases.url}/release/stable.txt`)).status).toBe(404);
    expect(await treeSize()).toBe(Number(before) + 1);
  });

  it('cut what a test before left hanging', async () => {
    releases.publishMarker('stable', 'v1.26.4');
    releases.http.fault('.txt', fault.stall(1));
    const hanging = fetch(`${releases.url}/release/stable.txt`).then((reply) => reply.text());
    await releases.http.waitFor('.txt', 1);
    releases.reset();
    await expect(hanging).rejects.toThrow('terminated');
    expect(releases.http.requests).toEqual([]);
  });
});
