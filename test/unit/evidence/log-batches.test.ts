import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { DetachedMaterial } from '../../../src/evidence/detached-material.ts';
import { canonicalBody, hashedRekordEntry, leafHash } from '../../../src/evidence/hashedrekord.ts';
import { LogBatches, pacedLog, type Seat } from '../../../src/evidence/log-batches.ts';
import type { RekorEntry } from '../../../src/evidence/rekor-entry.ts';
import type { RekorLog } from '../../../src/evidence/rekor.ts';
import { createHttpClient } from '../../../src/http/client.ts';
import type { Digest } from '../../../src/strict/digest.ts';
import { fault } from '#support/http/faults';
import type { SignedBlob } from '#support/sigstore/signing';
import { isList, isRecord } from '#support/json';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';

const RETRIEVE = '/api/v1/log/entries/retrieve';
const { sigstore } = await testServers();
const http = createHttpClient({ retries: 0, retryDelayMs: 1 });
const log: RekorLog = { http, url: sigstore.rekorUrl };
const blobs = Array.from({ length: 12 }, (_, index) =>
  sigstore.signBlob({ bytes: Buffer.from(`file ${index}`) }),
);

let before = 0;
beforeEach(() => {
  before = sigstore.rekorServer.http.requests.length;
});
afterAll(() => http.close());

function materialOf({ signature, leaf }: SignedBlob): DetachedMaterial {
  if (leaf === undefined) throw new TypeError('signed without a certificate');
  return { signature, certificate: leaf.der };
}

function digestOf({ digestHex }: SignedBlob): Digest {
  return { algorithm: 'sha256', hex: digestHex };
}

function leafOf(blob: SignedBlob): string {
  return leafHash(canonicalBody(hashedRekordEntry(materialOf(blob), digestOf(blob))));
}

/** What was asked since the test began: the number of UUIDs in a batch, or "alone". */
function asked(): readonly (number | 'alone')[] {
  return sigstore.rekorServer.http.requests.slice(before).map(({ path, body }) => {
    expect(path).toBe(RETRIEVE);
    const query: unknown = JSON.parse(body.toString());
    const uuids = isRecord(query) ? query['entryUUIDs'] : undefined;
    return isList(uuids) ? uuids.length : 'alone';
  });
}

function seatsFor(count: number): readonly Seat[] {
  const batches = new LogBatches(log);
  return Array.from({ length: count }, () => batches.takeSeat());
}

async function lookUpAll(some: readonly SignedBlob[]): Promise<readonly (readonly RekorEntry[])[]> {
  const seats = seatsFor(some.length);
  return Promise.all(
    some.flatMap((blob, index) => seats[index]?.lookUp(materialOf(blob), digestOf(blob)) ?? []),
  );
}

describe('LogBatches', () => {
  it('asks for ten entries at a time, by the hashes of their leaves alone', async () => {
    const found = await lookUpAll(blobs);
    expect(found.map(([entry]) => entry?.uuid.slice(-64))).toEqual(blobs.map(leafOf));
    expect(asked()).toEqual([10, 2]);
    const [first] = sigstore.rekorServer.http.requests.slice(before);
    expect(JSON.parse(first?.body.toString() ?? '')).toEqual({
      entryUUIDs: blobs.slice(0, 10).map(leafOf),
    });
  });

  it('does not wait for those that left', async () => {
    const [first = blobs[0], second] = blobs;
    const [one, other, third] = seatsFor(3);
    if (first === undefined || second === undefined) throw new TypeError('no blob');
    const found = Promise.all([
      one?.lookUp(materialOf(first), digestOf(first)),
      third?.lookUp(materialOf(second), digestOf(second)),
    ]);
    other?.leave();
    expect((await found).map((entries) => entries?.length)).toEqual([1, 1]);
    expect(asked()).toEqual([2]);
  });

  it('asks for the same entry once', async () => {
    const [blob] = blobs;
    if (blob === undefined) throw new TypeError('no blob');
    const [seat] = seatsFor(1);
    const again = async (): Promise<number | undefined> =>
      (await seat?.lookUp(materialOf(blob), digestOf(blob)))?.length;
    expect([await again(), await again()]).toEqual([1, 1]);
    expect(asked()).toEqual([1]);
  });

  it('asks alone for what the answer lacks, and is empty where the log does not have it', async () => {
    const unlogged = sigstore.signBlob({ bytes: Buffer.from('not logged'), log: 'none' });
    const found = await lookUpAll([...blobs.slice(0, 2), unlogged]);
    expect(found.map((entries) => entries.length)).toEqual([1, 1, 0]);
    expect(asked()).toEqual([3, 'alone']);
  });

  it.each([
    ['a page of a proxy', fault.status(200, { body: '<html>sign in</html>' })],
    ['null', fault.status(200, { body: 'null' })],
    ['an empty object', fault.status(200, { body: '{}' })],
    ['a refusal of all ten', fault.status(400, { body: '{"code":400,"message":"one of them is wrong"}' })],
    ['too many', fault.status(422, { body: '{"code":422,"message":"at most 10 items"}' })],
    ['not found', fault.status(404, { body: 'no such page' })],
  ])('asks for each alone where the batch is answered by %s', async (_, answer) => {
    sigstore.rekorServer.answerWith(RETRIEVE, answer, { times: 1 });
    const found = await lookUpAll(blobs.slice(0, 3));
    expect(found.map((entries) => entries.length)).toEqual([1, 1, 1]);
    expect(asked()).toEqual([3, 'alone', 'alone', 'alone']);
  });

  it('does not take an entry for another leaf, and blames the one artifact that it is given for', async () => {
    const [first, second] = blobs;
    if (first === undefined || second === undefined) throw new TypeError('no blob');
    const body = Buffer.from(canonicalBody(hashedRekordEntry(materialOf(first), digestOf(first))));
    const uuid = sigstore.rekor.entryOf(leafOf(second))?.uuid;
    sigstore.rekorServer.alterEntries((entry) => ({ ...entry, body: body.toString('base64') }), uuid);
    const [one, other] = seatsFor(2);
    const mine = one?.lookUp(materialOf(first), digestOf(first));
    const theirs = rejection(other?.lookUp(materialOf(second), digestOf(second)) ?? Promise.resolve());
    expect(await mine).toHaveLength(1);
    expect(await theirs).toMatchObject({ code: 'log-entry-mismatch' });
  });

  it.each([
    ['log-unreachable', fault.status(503, { body: 'busy' })],
    ['rate-limited', fault.status(429, { body: 'slow down' })],
  ])('fails all of them with %s where the log cannot be asked, and asks no more', async (code, answer) => {
    sigstore.rekorServer.answerWith(RETRIEVE, answer);
    const seats = seatsFor(2);
    const errors = await Promise.all(
      blobs
        .slice(0, 2)
        .map((blob, index) =>
          rejection(seats[index]?.lookUp(materialOf(blob), digestOf(blob)) ?? Promise.resolve()),
        ),
    );
    expect(errors).toMatchObject([{ code }, { code }]);
    expect(asked()).toEqual([2]);
  });
});

describe('pacedLog', () => {
  it('has at most four requests under way', async () => {
    let underWay = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    const fetchSmall: RekorLog['http']['fetchSmall'] = async (request) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => ends.push(resolve));
      underWay -= 1;
      return http.fetchSmall(request);
    };
    const paced = pacedLog({ ...log, http: { fetchSmall } });
    const request = {
      url: `${log.url}/api/v1/log`,
      maxBytes: 100_000,
      accept: [200],
      what: 'the log',
    };
    const all = Promise.all(Array.from({ length: 5 }, () => paced.http.fetchSmall(request)));
    while (ends.length < 5) {
      await new Promise((resolve) => setImmediate(resolve));
      if (ends.length >= 4) ends[0]?.();
    }
    for (const end of ends) end();
    await all;
    expect(most).toBe(4);
  });
});
