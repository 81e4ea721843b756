import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fault } from '#support/http/faults';
import { at } from '#support/json';
import { type RunningSigstore, startLocalSigstore } from '#support/local-sigstore';
import { sharedFile } from '#support/shared';
import type { SignedBlob } from '#support/sigstore/signing';
import { shapeOf } from './shape-of.ts';

let sigstore: RunningSigstore;
let signed: SignedBlob;
const artifact = Buffer.from('the bytes of a release binary');

beforeAll(async () => {
  sigstore = await startLocalSigstore();
  signed = sigstore.signBlob({ bytes: artifact });
});
afterAll(() => sigstore.close());
afterEach(() => sigstore.rekorServer.reset());

const uuid = (): string => signed.entry?.uuid ?? '';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly value: unknown;
}

async function ask(path: string, json?: unknown): Promise<Answer> {
  const init = json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) };
  const response = await fetch(`${sigstore.rekorUrl}${path}`, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    value: text === '' ? undefined : JSON.parse(text),
  };
}

describe('looking up', () => {
  it('finds an entry by its proposal, UUID, leaf hash and log index', async () => {
    const expected = [{ [uuid()]: expect.objectContaining({ logIndex: signed.entry?.logIndex }) }];
    const queries = [
      { entries: [signed.proposedEntry] },
      { entryUUIDs: [uuid()] },
      { entryUUIDs: [uuid().slice(16)] },
      { logIndexes: [signed.entry?.logIndex] },
    ];
    for (const query of queries) {
      expect(await ask('/api/v1/log/entries/retrieve', query)).toMatchObject({
        status: 200,
        value: expected,
      });
    }
    expect(await ask(`/api/v1/log/entries/${uuid()}`)).toMatchObject({ status: 200, value: expected[0] });
    const byIndex = await ask(`/api/v1/log/entries?logIndex=${signed.entry?.logIndex}`);
    expect(byIndex).toMatchObject({ status: 200, value: expected[0] });
  });

  it('finds nothing for a fitting signature that is not logged', async () => {
    const unlogged = sigstore.signBlob({ bytes: artifact, key: signed.key, log: 'none' });
    const query = { entries: [unlogged.proposedEntry] };
    expect(await ask('/api/v1/log/entries/retrieve', query)).toMatchObject({ status: 200, value: [] });
  });

  it('answers 400 where the signature does not fit', async () => {
    const other = sigstore.signBlob({ bytes: Buffer.from('another artifact') });
    const spec = {
      data: at(other.proposedEntry, 'spec', 'data'),
      signature: at(signed.proposedEntry, 'spec', 'signature'),
    };
    const mixed = { apiVersion: '0.0.1', kind: 'hashedrekord', spec };
    expect(await ask('/api/v1/log/entries/retrieve', { entries: [mixed] })).toMatchObject({
      status: 400,
      value: {
        code: 400,
        message: 'verifying signature: invalid signature when validating ASN.1 encoded signature',
      },
    });
  });

  it('answers 404 for what is not there', async () => {
    expect((await ask('/api/v1/log/entries?logIndex=999999')).status).toBe(404);
    expect((await ask(`/api/v1/log/entries/${'0'.repeat(80)}`)).status).toBe(404);
    expect((await ask('/api/v2/anything')).status).toBe(404);
  });

  it('searches by hash', async () => {
    const found = await ask('/api/v1/index/retrieve', { hash: `sha256:${signed.digestHex}` });
    expect(found).toMatchObject({ status: 200, value: [uuid()] });
    const none = await ask('/api/v1/index/retrieve', { hash: `sha256:${'0'.repeat(64)}` });
    expect(none).toMatchObject({ status: 200, value: [] });
  });
});

describe('creating', () => {
  it('answers 201 once and 409 with a Location afterwards', async () => {
    const unlogged = sigstore.signBlob({ bytes: Buffer.from('a new artifact'), log: 'none' });
    const first = await ask('/api/v1/log/entries', unlogged.proposedEntry);
    expect(first.status).toBe(201);
    const [created = ''] = Object.keys(Object(first.value));
    expect(first.headers.get('location')).toBe(`/api/v1/log/entries/${created}`);
    const second = await ask('/api/v1/log/entries', unlogged.proposedEntry);
    expect(second).toMatchObject({
      status: 409,
      value: { code: 409, message: expect.stringContaining(`with UUID ${created}`) },
    });
    expect(second.headers.get('location')).toBe(`/api/v1/log/entries/${created}`);
  });
});

describe('the tree', () => {
  it('has two shards, and an outer index that differs from the proof', async () => {
    const { value } = await ask('/api/v1/log');
    expect(value).toMatchObject({ inactiveShards: [{ treeSize: 70 }], treeSize: expect.any(Number) });
    const answer = sigstore.rekor.answer(signed.entry ?? sigstore.rekor.append(new Uint8Array(), new Date()));
    expect(answer.logIndex - answer.verification.inclusionProof.logIndex).toBe(70);
    expect(answer.verification.inclusionProof.hashes.length).toBeGreaterThan(5);
    expect(answer.verification.inclusionProof.checkpoint).toMatch(
      /^rekor\.sigstore\.test - \d+\n\d+\n[A-Za-z0-9+/]{43}=\n\n— rekor\.sigstore\.test [A-Za-z0-9+/]+=*\n$/,
    );
  });

  it('publishes its key', async () => {
    const response = await fetch(`${sigstore.rekorUrl}/api/v1/log/publicKey`);
    expect(await response.text()).toContain(
      Buffer.from(sigstore.rekor.key.spki).toString('base64').slice(0, 60),
    );
  });
});

describe('a log that lies', () => {
  it('alters entries', async () => {
    sigstore.rekorServer.alterEntries((entry) => ({ ...entry, integratedTime: 1 }));
    const { value } = await ask('/api/v1/log/entries/retrieve', { entries: [signed.proposedEntry] });
    expect(at(value, 0, uuid(), 'integratedTime')).toBe(1);
  });

  it('fails a given number of times', async () => {
    sigstore.rekorServer.answerWith('/retrieve', fault.status(500), { times: 2 });
    const statuses = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await fetch(`${sigstore.rekorUrl}/api/v1/log/entries/retrieve`, {
        method: 'POST',
        body: JSON.stringify({ entries: [signed.proposedEntry] }),
      });
      await response.text();
      statuses.push(response.status);
    }
    expect(statuses).toEqual([500, 500, 200]);
  });
});

const recorded = sharedFile('real/conformance-a.txt/a.txt.rekor-entry.json');

describe.skipIf(recorded === undefined)('against a recorded answer (needs ../shared)', () => {
  it('has the same members of the same types', async () => {
    const real: unknown = JSON.parse(readFileSync(recorded ?? '', 'utf8'));
    const { value } = await ask(`/api/v1/log/entries/${uuid()}`);
    const [ours, theirs] = [value, real].map((answer) => Object.values(Object(answer))[0]);
    expect(shapeOf(ours)).toEqual(shapeOf(theirs));
    expect(shapeOf(decode(ours))).toEqual(shapeOf(decode(theirs)));
  });
});

function decode(answer: unknown): unknown {
  return JSON.parse(Buffer.from(String(at(answer, 'body')), 'base64').toString());
}
