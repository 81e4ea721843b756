/** Ctrl-C at every stage, and two runs at once: nothing is lost, nothing is left. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Fault, fault } from '#support/http/faults';
import { readWhole } from '#support/http/reply';
import { snapshot } from '#support/temp-dir';
import {
  BINARY_BYTES,
  binaryOf,
  binaryPath,
  BUNDLE,
  type FaultWorld,
  PAIR,
  startFaultWorld,
} from './fault-world.ts';
import { type TargetName, targetOf } from './targets.ts';

const OLD = '#!/bin/sh\necho the old one\n';

function putOldBinary(world: FaultWorld): void {
  mkdirSync(world.bin);
  writeFileSync(`${world.bin}/kubectl`, OLD, { mode: 0o755 });
}

describe('Ctrl-C leaves the old binary, and nothing else, and ends at once:', () => {
  it.concurrent.for<[string, TargetName, Fault, number]>([
    ['half-way through the binary', 'binary', fault.stall(BINARY_BYTES / 2), BINARY_BYTES / 2],
    ['before the first byte of the binary', 'binary', fault.stall(), 0],
    ['while the signature is awaited', '.sig', fault.stall(), 0],
    ['half-way through the bundle', '.sigstore.json', fault.stall(3), 3],
    ['while the version is looked up', 'marker', fault.stall(), 0],
    ['while the log is asked', 'look-up', fault.stall(), 0],
    ['while the log is searched', 'search', fault.stall(), 0],
    ['while it waits to try again', 'binary', fault.status(503, { retryAfter: 3600 }), 0],
  ])('%s', async ([when, name, failing, bytes]) => {
    const target = targetOf(name);
    await using world = await startFaultWorld();
    putOldBinary(world);
    target.server(world).fault(target.pattern, failing);
    const before = await snapshot(world.dir.path);
    const run = await world.command(
      { version: target.version },
      {
        timeoutMs: 30_000,
        interrupt: {
          when: when.includes('again') ? /^again: /m : target.server(world).waitFor(target.pattern, bytes),
        },
      },
    );
    expect(run).toMatchObject({ exitCode: 130, signal: null, stdout: '' });
    expect(run.stderr).toMatch(/^k8s-verify: .*interrupted/m);
    expect(run.stderr).not.toMatch(/^\s+at /m);
    expect(await snapshot(world.dir.path)).toEqual(before);
  });

  it.concurrent('into a directory that is not there yet: that stays so', async () => {
    await using world = await startFaultWorld();
    world.releases.http.fault('/kubectl', fault.stall(BINARY_BYTES / 2));
    const before = await snapshot(world.dir.path);
    const run = await world.command(
      { directory: world.dir.join('new', 'and', 'deep') },
      { interrupt: { when: world.releases.http.waitFor('/kubectl', BINARY_BYTES / 2) } },
    );
    expect(run).toMatchObject({ exitCode: 130 });
    expect(await snapshot(world.dir.path)).toEqual(before);
  });
});

/** Holds the second half of each body back until so many have come that far. */
function meetingOf(parties: number): Fault {
  const all = Promise.withResolvers<void>();
  let waiting = 0;
  return async (honest) => {
    const whole = await readWhole(honest.body ?? '');
    const half = whole.length / 2;
    const body = {
      size: whole.length,
      async *read() {
        yield whole.subarray(0, half);
        waiting += 1;
        if (waiting === parties) all.resolve();
        await all.promise;
        yield whole.subarray(half);
      },
    };
    return { reply: { ...honest, ranges: false, body } };
  };
}

function fileOf(version: string): string {
  return `file 0755 ${createHash('sha256').update(binaryOf(version)).digest('hex')}`;
}

describe('two runs at once into one place', () => {
  it.concurrent.for(['over an older binary', 'into a new directory'])('%s: both install', async (where) => {
    await using world = await startFaultWorld();
    if (where === 'over an older binary') putOldBinary(world);
    world.releases.http.fault('/kubectl', meetingOf(2));
    const runs = await Promise.all([world.command({}), world.command({})]);
    expect(runs).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
    expect(await snapshot(world.bin)).toEqual({ kubectl: fileOf(PAIR) });
  });

  it.concurrent('of different versions: one of them is there, whole', async () => {
    await using world = await startFaultWorld();
    putOldBinary(world);
    world.releases.http.fault('/kubectl', meetingOf(2));
    const runs = await Promise.all([world.command({}), world.command({ version: BUNDLE })]);
    expect(runs).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
    const { kubectl, ...others } = await snapshot(world.bin);
    expect([fileOf(PAIR), fileOf(BUNDLE)]).toContain(kubectl);
    expect(others).toEqual({});
  });

  it.concurrent('of which one fails: the other one installs, into a directory that both make', async () => {
    await using world = await startFaultWorld();
    world.releases.publishFile(binaryPath(BUNDLE), Buffer.alloc(BINARY_BYTES, 'not the signed one'));
    world.releases.http.fault('/kubectl', meetingOf(2));
    const runs = await Promise.all([world.command({}), world.command({ version: BUNDLE })]);
    expect(runs).toMatchObject([{ exitCode: 0 }, { exitCode: 12 }]);
    expect(await snapshot(world.bin)).toEqual({ kubectl: fileOf(PAIR) });
  });
});
