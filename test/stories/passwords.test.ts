import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installRelease } from '../../src/install-release.ts';
import type { ProgressEvent } from '../../src/ports.ts';
import { createWorld } from '../../src/world.ts';
import { fault } from '../support/http/faults.ts';
import { type RunningSigstore, startLocalSigstore } from '../support/local-sigstore.ts';
import { type ReleaseServer, startReleaseServer } from '../support/release-server.ts';
import { testDir } from '../support/test-dir.ts';

const PASSWORD = 'hunter2';
const KUBECTL = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');

let sigstore: RunningSigstore;
let releases: ReleaseServer;

beforeAll(async () => {
  sigstore = await startLocalSigstore();
});
beforeEach(async () => {
  sigstore.rekorServer.reset();
  releases = await startReleaseServer();
  releases.publishMarker('stable', 'v1.30.2');
  await releases.publishRelease({
    version: 'v1.30.2',
    platform: 'linux/amd64',
    component: 'kubectl',
    bytes: KUBECTL,
    sigstore,
  });
  return () => releases.close();
});
afterAll(() => sigstore.close());

function withPassword(url: string): string {
  return url.replace('http://', `http://user:${PASSWORD}@`);
}

/** Everything that an install from servers with passwords lets anybody see: events, and the result or the error. */
async function everythingShown(version = 'stable'): Promise<string> {
  const dir = await testDir();
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
  const events: ProgressEvent[] = [];
  const world = createWorld({ retries: 1, retryDelayMs: 1, report: (event) => void events.push(event) });
  try {
    const outcome: unknown = await installRelease(
      {
        artifacts: [{ component: 'kubectl', version, platform: 'linux/amd64' }],
        destination: { kind: 'directory', path: dir.join('bin') },
        sources: [withPassword(releases.url), withPassword(`${releases.url}/second`)],
        rekorUrl: withPassword(sigstore.rekorUrl),
        trustedRootFile: dir.join('root.json'),
      },
      world,
    ).catch((error: unknown) => error);
    return inspect([events, outcome], { depth: 20, maxStringLength: Infinity });
  } finally {
    await world.http.close();
  }
}

describe('the password of a mirror or of a log is shown nowhere', () => {
  it('when all goes well', async () => {
    const shown = await everythingShown();
    expect(shown).toContain("outcome: 'installed'");
    expect(shown).toContain('127.0.0.1');
    expect(shown).not.toContain(PASSWORD);
  });

  it.each([
    ['the marker is not there', () => releases.unpublish('/release/stable.txt')],
    ['the marker cannot be fetched', () => releases.http.fault('/release/stable.txt', fault.status(503))],
    [
      'the signature is not there',
      () => {
        for (const suffix of ['.sig', '.cert'])
          releases.unpublish(`/release/v1.30.2/bin/linux/amd64/kubectl${suffix}`);
      },
    ],
    ['the signature cannot be fetched', () => releases.http.fault('.sig', fault.status(503))],
    ['the binary cannot be fetched', () => releases.http.fault('/kubectl', fault.status(503))],
    ['the log cannot be reached', () => sigstore.rekorServer.answerWith(/entries/, fault.status(503))],
    ['the log answers nonsense', () => sigstore.rekorServer.answerWith(/entries/, fault.body('{}'))],
    ['the log has no entry', () => sigstore.rekorServer.answerWith(/entries/, fault.body('[]'))],
  ])('when %s', async (_, arrange) => {
    arrange();
    const shown = await everythingShown();
    expect(shown).toContain('Error');
    expect(shown).not.toContain(PASSWORD);
  });
});
