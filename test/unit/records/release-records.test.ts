import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchReleaseRecords } from '../../../src/records/release-records.ts';
import { createHttpClient } from '../../../src/http/client.ts';
import { MAX_SUMS_BYTES } from '../../../src/limits.ts';
import type { HttpClient } from '../../../src/http/http-client.ts';
import type { ProgressEvent } from '../../../src/progress.ts';
import { releaseFilePaths } from '../../../src/release/artifact.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { HttpSource } from '../../../src/source/http-source.ts';
import { fault } from '#support/http/faults';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';

const RELEASE = '/release/v1.26.0';
const paths = releaseFilePaths(parseReleaseVersion('v1.26.0'));

let here: ReleaseServer;
let there: ReleaseServer;
let http: HttpClient;
let events: ProgressEvent[];

beforeEach(async () => {
  [here, there] = await Promise.all([startReleaseServer(), startReleaseServer()]);
  events = [];
  http = createHttpClient({ retries: 0, retryDelayMs: 1 });
});

afterEach(async () => {
  await http.close();
  await Promise.all([here.close(), there.close()]);
});

function fetchFrom(...servers: readonly ReleaseServer[]) {
  return fetchReleaseRecords({
    report: (event) => void events.push(event),
    sources: servers.map(({ url }) => new HttpSource(url, http)),
    paths,
    release: 'v1.26.0',
  });
}

describe('the records of a release', () => {
  it('are fetched, each as it is', async () => {
    for (const name of ['SHA256SUMS', 'SHA512SUMS', 'provenance.json']) {
      here.publishFile(`${RELEASE}/${name}`, `content of ${name}`);
    }
    const records = await fetchFrom(here);
    const text = (name: keyof typeof records): string =>
      `${records[name]?.source} ${Buffer.from(records[name]?.bytes ?? []).toString()}`;
    expect(text('sha256Sums')).toBe(`${here.url} content of SHA256SUMS`);
    expect(text('sha512Sums')).toBe(`${here.url} content of SHA512SUMS`);
    expect(text('provenance')).toBe(`${here.url} content of provenance.json`);
  });

  it('are undefined where no source has them', async () => {
    here.publishFile(`${RELEASE}/SHA256SUMS`, 'a');
    here.http.fault('SHA512SUMS', fault.status(410));
    const records = await fetchFrom(here);
    expect(records.sha256Sums).toEqual({ bytes: Buffer.from('a'), source: here.url });
    expect(records.sha512Sums).toBeUndefined();
    expect(records.provenance).toBeUndefined();
  });

  it('come from the next source where the first lacks them or fails, and that is told', async () => {
    there.publishFile(`${RELEASE}/SHA256SUMS`, 'a');
    there.publishFile(`${RELEASE}/SHA512SUMS`, 'b');
    here.http.fault('SHA512SUMS', fault.status(503));
    const records = await fetchFrom(here, there);
    expect(records.sha256Sums?.source).toBe(there.url);
    expect(records.sha512Sums?.source).toBe(there.url);
    expect(records.provenance).toBeUndefined();
    expect(events.map((event) => event.kind === 'next-source' && event.reason)).toEqual(
      expect.arrayContaining(['it has no release/v1.26.0/SHA256SUMS', expect.stringContaining('503')]),
    );
  });

  it('are not called missing while a source does not answer', async () => {
    here.http.fault('SHA256SUMS', fault.status(503));
    await expect(fetchFrom(here, there)).rejects.toMatchObject({
      name: 'UnavailableError',
      code: 'http-status',
    });
  });

  it('are bounded', async () => {
    here.publishFile(`${RELEASE}/SHA256SUMS`, Buffer.alloc(MAX_SUMS_BYTES + 1, 0x61));
    const fetching = fetchFrom(here);
    await expect(fetching).rejects.toMatchObject({ code: 'material-oversized' });
    await expect(fetching).rejects.toThrow('SHA256SUMS of v1.26.0 is too large');
  });

  it('need a source', async () => {
    await expect(fetchFrom()).rejects.toMatchObject({ name: 'RequestError', code: 'usage' });
  });
});
