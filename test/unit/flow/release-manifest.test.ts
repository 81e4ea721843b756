import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../../src/errors.ts';
import { manifestInTime } from '../../../src/flow/release-manifest.ts';
import type { RunManifest } from '../../../src/flow/run-manifest.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { rejection } from '#support/thrown-by';

const version = parseReleaseVersion('v1.30.2');
const NEVER = Promise.withResolvers<RunManifest>().promise;
const kept = (): Promise<undefined> => Promise.resolve(undefined);

describe('a run that has everything else', () => {
  it('does not wait for a release manifest that does not come', async () => {
    const { signal } = new AbortController();
    expect(await manifestInTime(NEVER, { version, signal, kept }, 1)).toEqual({
      kind: 'none',
      why: 'kubernetes-release.spdx of v1.30.2 did not come within 0.001 seconds after the artifact',
    });
  });

  it('goes by what was kept then, as where there is none: a silent server must not hide it', async () => {
    const { signal } = new AbortController();
    const earlier = { kind: 'none', why: 'stands for one that was kept' } as const;
    const wait = { version, signal, kept: () => Promise.resolve(earlier) };
    expect(await manifestInTime(NEVER, wait, 1)).toEqual(earlier);
  });

  it('takes one that is there', async () => {
    const { signal } = new AbortController();
    const answer = { kind: 'none', why: 'there is none' } as const;
    expect(await manifestInTime(Promise.resolve(answer), { version, signal, kept }, 60_000)).toEqual(answer);
  });

  it('ends where it is interrupted, and tells why', async () => {
    const abort = new AbortController();
    const waiting = rejection(manifestInTime(NEVER, { version, signal: abort.signal, kept }, 60_000));
    abort.abort();
    expect(await waiting).toBeInstanceOf(InterruptedError);
  });
});
