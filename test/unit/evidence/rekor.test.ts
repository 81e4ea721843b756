import { afterAll, describe, expect, it } from 'vitest';
import type { DetachedMaterial } from '../../../src/evidence/detached-material.ts';
import type { Digest } from '../../../src/strict/digest.ts';
import { canonicalBody, hashedRekordEntry } from '../../../src/evidence/hashedrekord.ts';
import { lookUpEntries, type RekorLog, searchEntries } from '../../../src/evidence/rekor.ts';
import { createHttpClient } from '../../../src/http/client.ts';
import { exitCodeFor } from '../../../src/exit-codes.ts';
import { type Fault, fault } from '#support/http/faults';
import type { SignedBlob } from '#support/sigstore/signing';
import { rejection } from '#support/thrown-by';
import { testServers } from '#support/test-servers';

const { sigstore } = await testServers();
const signed = sigstore.signBlob({ bytes: Buffer.from('kubectl') });
const http = createHttpClient({ retries: 1, retryDelayMs: 1 });
const log: RekorLog = { http, url: sigstore.rekorUrl };

afterAll(() => http.close());

function materialOf({ signature, leaf }: SignedBlob): DetachedMaterial {
  if (leaf === undefined) throw new TypeError('signed without a certificate');
  return { signature, certificate: leaf.der };
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : Buffer.from(body instanceof Uint8Array ? body : []).toString();
}

function digestOf({ digestHex }: SignedBlob): Digest {
  return { algorithm: 'sha256', hex: digestHex };
}

function jsonOf(status: number, body: string): Fault {
  return fault.status(status, { body });
}

describe('lookUpEntries', () => {
  it('finds the entry by the body that is computed here', async () => {
    const [entry, ...others] = await lookUpEntries(log, materialOf(signed), digestOf(signed));
    expect(others).toEqual([]);
    expect(entry?.body).toEqual(canonicalBody(hashedRekordEntry(materialOf(signed), digestOf(signed))));
    expect(entry?.inclusionProof?.hashes.length).toBeGreaterThan(0);
    expect(entry?.signedEntryTimestamp).toBeInstanceOf(Uint8Array);
  });

  it('asks by the proposed entry, as the Rekor v1 API has it', async () => {
    await lookUpEntries(log, materialOf(signed), digestOf(signed));
    const request = sigstore.rekorServer.http.requestsFor('/api/v1/log/entries/retrieve').at(-1);
    expect(request?.method).toBe('POST');
    expect(JSON.parse(request?.body.toString() ?? '')).toEqual({
      entries: [hashedRekordEntry(materialOf(signed), digestOf(signed))],
    });
  });

  it('is empty for a signing that is not in the log', async () => {
    const unlogged = sigstore.signBlob({ bytes: Buffer.from('other'), log: 'none' });
    expect(await lookUpEntries(log, materialOf(unlogged), digestOf(unlogged))).toEqual([]);
  });

  it('refuses an entry for something else, whatever UUID it comes under', async () => {
    const other = sigstore.signBlob({ bytes: Buffer.from('other') });
    sigstore.rekorServer.alterEntries((entry) => ({
      ...entry,
      body: Buffer.from(canonicalBody(hashedRekordEntry(materialOf(other), digestOf(other)))).toString(
        'base64',
      ),
    }));
    await expect(lookUpEntries(log, materialOf(signed), digestOf(signed))).rejects.toMatchObject({
      code: 'log-entry-mismatch',
      check: 'entry',
    });
  });

  it("quotes the log's reason when it refuses the look-up", async () => {
    const wrong = digestOf(sigstore.signBlob({ bytes: Buffer.from('other') }));
    await expect(lookUpEntries(log, materialOf(signed), wrong)).rejects.toHaveProperty(
      'found',
      expect.stringContaining('verifying signature'),
    );
  });

  it('calls a web page in place of an answer an outage', async () => {
    sigstore.rekorServer.answerWith('/retrieve', fault.html(200));
    await expect(lookUpEntries(log, materialOf(signed), digestOf(signed))).rejects.toMatchObject({
      name: 'UnavailableError',
      code: 'response-invalid',
      message: 'the public log gave no usable answer',
      found: expect.stringContaining('a web page (text/html) came instead'),
      next: expect.stringContaining('a proxy may have answered'),
    });
  });

  it.each<[string, Fault, string]>([
    [
      'HTML that says it is JSON',
      fault.body('<html></html>'),
      'HTTP 200 from URL, "application/json": a web page',
    ],
    ['nothing', fault.empty(), 'HTTP 200 from URL, "application/json": nothing'],
    [
      'an object instead of a list',
      fault.body('{}'),
      'HTTP 200 from URL, "application/json": an empty object',
    ],
    ['null', fault.body('null'), 'HTTP 200 from URL, "application/json": null'],
    ['a list of numbers', fault.body('[1]'), 'HTTP 200 from URL, "application/json": a list'],
    [
      'an entry that is no object',
      fault.body(`[{"${'0'.repeat(64)}":1}]`),
      'HTTP 200 from URL, "application/json": a list',
    ],
    [
      'a UUID that is none',
      fault.body('[{"../../x":{"body":""}}]'),
      'HTTP 200 from URL, "application/json": a list',
    ],
    ['duplicate keys', fault.body('[{"a":1,"a":2}]'), 'HTTP 200 from URL, "application/json": text'],
    ['a body without end', fault.endless(), 'the transparency log entry is too large'],
    ['a 404, as a proxy says it', fault.status(404), 'HTTP 404 from URL, "text/plain": a number'],
    [
      'a 404, as Rekor says it of a path',
      jsonOf(404, '{"code":404,"message":"path was not found"}'),
      'HTTP 404 from URL, ',
    ],
    [
      'a 400 of a web server',
      jsonOf(400, '<html>secret</html>'),
      'HTTP 400 from URL, "text/plain": a web page',
    ],
    [
      'a 422 in JSON of another form',
      jsonOf(422, '{"error":"no"}'),
      'HTTP 422 from URL, "text/plain": an object',
    ],
    ['a 405', fault.status(405), 'HTTP 405'],
    ['a 410', fault.status(410), 'HTTP 410'],
  ])('calls %s an answer of something else, from which nothing was learnt', async (_, answer, found) => {
    sigstore.rekorServer.answerWith('/retrieve', answer);
    const error = await rejection(lookUpEntries(log, materialOf(signed), digestOf(signed)));
    expect(error).toMatchObject({
      name: 'UnavailableError',
      code: expect.stringMatching(/^(?:response-invalid|log-unreachable)$/),
      next: expect.stringContaining('a proxy may have answered'),
    });
    expect(error.found).toContain(found.replace('URL', `${sigstore.rekorUrl}/api/v1/log/entries/retrieve`));
    expect(error.found).not.toMatch(/secret|x"|0000/);
    expect(exitCodeFor(error)).toBe(4);
  });

  it('says of a log that asks to slow down just that', async () => {
    sigstore.rekorServer.answerWith('/retrieve', fault.status(429));
    const error = await rejection(lookUpEntries(log, materialOf(signed), digestOf(signed)));
    expect(error).toMatchObject({
      code: 'rate-limited',
      message: 'the public log gave no usable answer',
      found: expect.stringContaining('HTTP 429'),
    });
    expect(exitCodeFor(error)).toBe(4);
  });

  it.each<[string, (entry: Record<string, unknown>) => Record<string, unknown>]>([
    ['a fractional log index', (entry) => ({ ...entry, logIndex: 1.5 })],
    ['a negative log index', (entry) => ({ ...entry, logIndex: -1 })],
    ['a log index beyond what a number holds', (entry) => ({ ...entry, logIndex: 2 ** 60 })],
    ['a log ID of another length', (entry) => ({ ...entry, logID: 'c0ffee' })],
    ['a time that is text', (entry) => ({ ...entry, integratedTime: 'now' })],
    ['a body that is not base64', (entry) => ({ ...entry, body: '!' })],
    ['no body', (entry) => ({ ...entry, body: undefined })],
    ['an inclusion proof that is a list', (entry) => ({ ...entry, verification: { inclusionProof: [] } })],
    [
      'an inclusion proof of a thousand hashes',
      (entry) => ({
        ...entry,
        verification: { inclusionProof: { hashes: Array(1000).fill('0'.repeat(64)) } },
      }),
    ],
  ])('refuses an entry with %s', async (_, alter) => {
    sigstore.rekorServer.answerWith(
      '/retrieve',
      fault.alter((honest) => {
        const answer: Record<string, Record<string, unknown>>[] = JSON.parse(textOf(honest.body));
        const changed = answer.map((item) =>
          Object.fromEntries(Object.entries(item).map(([uuid, entry]) => [uuid, alter(entry)])),
        );
        return { ...honest, body: JSON.stringify(changed) };
      }),
    );
    await expect(lookUpEntries(log, materialOf(signed), digestOf(signed))).rejects.toMatchObject({
      name: 'UnavailableError',
      code: 'response-invalid',
    });
  });

  it('says that the log cannot be reached, and that nothing was learnt', async () => {
    sigstore.rekorServer.answerWith('/retrieve', fault.status(503));
    await expect(lookUpEntries(log, materialOf(signed), digestOf(signed))).rejects.toMatchObject({
      name: 'UnavailableError',
      code: 'log-unreachable',
    });
  });

  it('gets through a passing fault', async () => {
    sigstore.rekorServer.answerWith('/retrieve', fault.status(500), { times: 1 });
    expect(await lookUpEntries(log, materialOf(signed), digestOf(signed))).toHaveLength(1);
  });
});

describe('searchEntries', () => {
  it('finds every signing of a digest', async () => {
    const again = sigstore.signBlob({ bytes: Buffer.from('kubectl') });
    const bodies = (await searchEntries(log, digestOf(signed))).map((entry) => Buffer.from(entry.body));
    expect(bodies).toContainEqual(
      Buffer.from(canonicalBody(hashedRekordEntry(materialOf(signed), digestOf(signed)))),
    );
    expect(bodies).toContainEqual(
      Buffer.from(canonicalBody(hashedRekordEntry(materialOf(again), digestOf(again)))),
    );
  });

  it('takes a bounded number of them, ten at a time', async () => {
    const many = Array.from({ length: 20 }, () => sigstore.signBlob({ bytes: Buffer.from('popular') }));
    const found = await searchEntries(log, digestOf(many[0] ?? signed));
    expect(found).toHaveLength(16);
    const asked = sigstore.rekorServer.http.requestsFor('/retrieve').slice(-2);
    const sizes = asked.map(({ body }) => {
      const query: { readonly entryUUIDs: readonly string[] } = JSON.parse(body.toString());
      return query.entryUUIDs.length;
    });
    expect(sizes).toEqual([10, 6]);
  });

  it('is empty where the index knows nothing', async () => {
    expect(await searchEntries(log, { algorithm: 'sha256', hex: '0'.repeat(64) })).toEqual([]);
  });

  it('refuses an index that answers with anything but UUIDs', async () => {
    sigstore.rekorServer.answerWith('/index/retrieve', fault.body('["https://evil.example/"]'));
    await expect(searchEntries(log, digestOf(signed))).rejects.toMatchObject({ code: 'response-invalid' });
  });
});
