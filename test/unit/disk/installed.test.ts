import { createHash } from 'node:crypto';
import { chmodSync, chownSync, linkSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  assertStillInstalled,
  type FileState,
  measureOccupant,
  findInstalled,
  type Occupant,
  setInstalledMode,
} from '../../../src/disk/installed.ts';
import { NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { rejection } from '#support/thrown-by';
import { provenFor, scratch } from './support/disk.ts';

const unix = process.platform !== 'win32';
const proven = provenFor('genuine');

async function find(destination: string, executable = true): Promise<Occupant> {
  return findInstalled({ destination, proven, executable, maxBytes: 7 }, undefined);
}

async function makeRunnable(destination: string): Promise<void> {
  return setInstalledMode({ destination, proven, executable: true, maxBytes: 7 }, 0o755, undefined);
}

function placed(mode: number, content = 'genuine'): string {
  const destination = join(scratch(), 'kubectl');
  writeFileSync(destination, content);
  chmodSync(destination, mode);
  return destination;
}

/** As it is before it is hashed. */
async function stateOf(destination: string): Promise<FileState | undefined> {
  const file = { destination, executable: false, maxBytes: 1e6 };
  return (await measureOccupant(file, 'sha256', undefined))?.state;
}

describe('what a destination holds', () => {
  it('is nothing, in a directory that is there or not', async () => {
    expect(await find(join(scratch(), 'kubectl'))).toEqual({ kind: 'absent' });
    expect(await find(join(scratch(), 'missing', 'kubectl'))).toEqual({ kind: 'absent' });
  });

  it.each(['older', ''])('is another file: %j', async (content) => {
    expect(await find(placed(0o755, content))).toEqual({
      kind: 'other',
      digest: createHash('sha256').update(content).digest('hex'),
    });
  });

  it('is another file if it is larger than any of its kind, and is not hashed', async () => {
    const destination = placed(0o755);
    truncateSync(destination, 2 ** 40);
    expect(await find(destination)).toEqual({ kind: 'other', digest: undefined });
  });

  it.each([0o755, 0o750, 0o700, 0o555])('is the proven file, in any mode that serves: %o', async (mode) => {
    const destination = placed(mode);
    const before = statSync(destination, { bigint: true });
    expect(await find(destination)).toEqual({ kind: 'fit' });
    expect(statSync(destination, { bigint: true })).toMatchObject({
      mode: before.mode,
      ctimeNs: before.ctimeNs,
    });
  });

  it('may be data that is not executable', async () => {
    expect(await find(placed(0o644), false)).toEqual({ kind: 'fit' });
  });

  it.runIf(unix).each([
    [0o640, 'it could not be run'],
    [0o777, 'everybody could write to it'],
    [0o4755, 'it ran with the rights of its owner or group (setuid or setgid)'],
    [0o2755, 'it ran with the rights of its owner or group (setuid or setgid)'],
  ])(
    'has the proven bytes and cannot be left alone: mode %o (needs POSIX permissions)',
    async (mode, why) => {
      expect(await find(placed(mode))).toEqual({ kind: 'unfit', why });
    },
  );

  it('has the proven bytes, and another name', async () => {
    const destination = placed(0o755);
    linkSync(destination, `${destination}.too`);
    expect(await find(destination)).toEqual({ kind: 'unfit', why: 'it had 2 names' });
  });

  it('is a link, which is refused, even to the proven bytes', async () => {
    const directory = scratch();
    writeFileSync(join(directory, 'real'), 'genuine');
    symlinkSync('real', join(directory, 'kubectl'));
    expect((await rejection(find(join(directory, 'kubectl')))).code).toBe('destination-unsuitable');
  });

  it.runIf(unix)('gets the mode of an install, and nothing else does (needs POSIX permissions)', async () => {
    const ours = placed(0o600);
    await makeRunnable(ours);
    expect(statSync(ours).mode & 0o7777).toBe(0o755);
    const [other, link] = [placed(0o600, 'another'), join(scratch(), 'kubectl')];
    symlinkSync(other, link);
    expect((await rejection(makeRunnable(other))).code).toBe('place-failed');
    expect((await rejection(makeRunnable(link))).code).toBe('destination-unsuitable');
    expect(statSync(other).mode & 0o7777).toBe(0o600);
  });

  it('is looked at again in the end', async () => {
    const destination = placed(0o755);
    const installed = { destination, proven, executable: true, maxBytes: 7 };
    await assertStillInstalled(installed, undefined);
    writeFileSync(destination, 'changed');
    const error = await rejection(assertStillInstalled(installed, undefined));
    expect(error).toMatchObject({ name: 'InstallError', code: 'place-failed' });
    expect(error.message).toBe(`${destination} was changed while this ran`);
  });

  it('is hashed again in the end only if something of it may have changed since', async () => {
    const other = { algorithm: 'sha256', hex: '0'.repeat(64) } as const;
    // An old file. If it were hashed, its digest would be another one than this.
    const old = { destination: import.meta.filename, executable: false, maxBytes: 1e6, proven: other };
    await assertStillInstalled({ ...old, measured: await stateOf(old.destination) }, undefined);
    expect(await rejection(assertStillInstalled(old, undefined))).toMatchObject({ code: 'place-failed' });
    // A file of a moment ago may have been written to again in the same moment.
    const young = { ...old, destination: placed(0o644) };
    const measured = await stateOf(young.destination);
    expect(await rejection(assertStillInstalled({ ...young, measured }, undefined))).toMatchObject({
      code: 'place-failed',
    });
    // Another file has the name now.
    const elsewhere = { ...young, measured: await stateOf(old.destination) };
    expect(await rejection(assertStillInstalled(elsewhere, undefined))).toMatchObject({
      code: 'place-failed',
    });
  });
});

describe.skipIf(NO_OTHER_USER !== undefined)(`of another user (${NO_OTHER_USER ?? 'as root'})`, () => {
  it.each([
    [OTHER_UID, 0, 0o755, `it belonged to user ${OTHER_UID}`],
    [0, OTHER_UID, 0o775, `group ${OTHER_UID} could write to it`],
  ])('cannot be left alone: owner %i, group %i, mode %o', async (uid, gid, mode, why) => {
    const destination = placed(mode);
    chownSync(destination, uid, gid);
    chmodSync(destination, mode);
    expect(await find(destination)).toEqual({ kind: 'unfit', why });
  });

  it("may be root's, under any user", async () => {
    const destination = placed(0o755);
    chmodSync(join(destination, '..'), 0o755);
    process.seteuid?.(OTHER_UID);
    try {
      expect(await find(destination)).toEqual({ kind: 'fit' });
    } finally {
      process.seteuid?.(0);
    }
  });
});
