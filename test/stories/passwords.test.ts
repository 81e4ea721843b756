import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { fault } from '#support/http/faults';
import { LoopbackServer } from '#support/http/loopback-server';
import { testServers } from '#support/test-servers';
import { prepareInstall } from './support/install-run.ts';

const PASSWORD = 'hunter2';
const KUBECTL = { component: 'kubectl', platform: 'linux/amd64' };

const { sigstore, releases } = await testServers();

beforeEach(async () => {
  releases.publishMarker('stable', 'v1.30.2');
  const bytes = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
  await releases.publishRelease({ ...KUBECTL, version: 'v1.30.2', bytes, sigstore });
});

function withPassword(url: string): string {
  return url.replace('http://', `http://user:${PASSWORD}@`);
}

/** Everything that an install from servers with passwords shows: events, and the result or the error. */
async function everythingShown(): Promise<string> {
  const run = await prepareInstall({ sigstore, releases });
  const outcome: unknown = await run
    .install({
      artifacts: [{ ...KUBECTL, version: 'stable' }],
      sources: [withPassword(releases.url), withPassword(`${releases.url}/second`)],
      rekorUrl: withPassword(sigstore.rekorUrl),
    })
    .catch((error: unknown) => error);
  return inspect([run.events, outcome], { depth: 20, maxStringLength: Infinity });
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

describe('what stands at another host, where a redirect led to it', () => {
  const SECRET = 'AKIA-instance-credentials';

  it.each(['/release/stable.txt', '.sig', '.cert', '.sha256', 'SHA256SUMS', 'SHA512SUMS', 'provenance.json'])(
    'is shown nowhere, in place of %s',
    async (path) => {
      await using inner = await LoopbackServer.start(() => ({ status: 200, body: `${SECRET}\n${SECRET}\n` }));
      releases.http.fault(path, fault.redirect(`${inner.url}/latest/meta-data`, 307));
      const run = await prepareInstall({ sigstore, releases });
      const outcome: unknown = await run
        .install({ artifacts: [{ ...KUBECTL, version: 'stable' }], checkSums: true })
        .catch((error: unknown) => error);
      const shown = inspect([run.events, outcome], { depth: 20, maxStringLength: Infinity });
      expect(inner.requests).not.toHaveLength(0);
      expect(shown).toContain('Error');
      expect(shown).not.toContain('AKIA');
    },
  );
});
