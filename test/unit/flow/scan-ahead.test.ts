/** A program that is hashed in a thread says the same as one that is read from the disk, and never what was written later. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KeepingHashPool } from '../../../src/disk/keeping-hash-pool.ts';
import { type MeasuredFile, measureFile } from '../../../src/disk/verified-artifact.ts';
import { localFileOf, sharedFile } from '../../../src/files/local-file.ts';
import { readName } from '../../../src/flow/name.ts';
import { type FirstLook, hashAhead, lookInto } from '../../../src/flow/scan-ahead.ts';
import type { ClaimedName } from '../../../src/names/claimed-name.ts';
import { goProgram, universal } from '#support/go-program';
import { testDir } from '#support/test-dir';
import { rejection } from '#support/thrown-by';

interface Ahead {
  readonly look: FirstLook;
  readonly measured: MeasuredFile;
  /** Counts what is read of the disk after the hash. */
  readonly reads: () => number;
}

/** @param between what happens after the first look. */
async function hashedAhead(path: string, between: () => void = () => undefined): Promise<Ahead> {
  await using pool = new KeepingHashPool();
  const handle = await open(path);
  onTestFinished(() => handle.close());
  const opened = localFileOf(handle);
  const look = await lookInto(opened);
  between();
  let reads = 0;
  const counting = {
    ...opened,
    readAt: (buffer: Uint8Array, position: number) => {
      reads += 1;
      return opened.readAt(buffer, position);
    },
  };
  const hashed = await hashAhead(look, handle.fd, pool, undefined);
  const measured = await measureFile(path, ['sha256'], undefined, {
    open: () => Promise.resolve(sharedFile(counting)),
    hashed: () => Promise.resolve(hashed),
  });
  return { look, measured, reads: () => reads };
}

const nameOf = ({ file, readAt, versionsIn }: MeasuredFile): Promise<ClaimedName | undefined> =>
  readName({ bytes: Number(file.size), readAt, versionsIn });

async function written(bytes: Uint8Array): Promise<string> {
  const path = (await testDir()).join('kubectl');
  writeFileSync(path, bytes);
  return path;
}

const LARGE = 600_000;

describe('a program', () => {
  it.each([
    ['for Linux', goProgram({ padding: LARGE })],
    ['of 32 bits', goProgram({ padding: LARGE, format: 'elf32' })],
    ['for macOS', goProgram({ padding: LARGE, format: 'mach-o' })],
    ['for Windows', goProgram({ padding: LARGE, format: 'pe' })],
    ['with several versions', goProgram({ padding: LARGE, strings: ['v1.30.2', 'v1.31.0', 'v1.2'] })],
    ["with another builder's mark", goProgram({ padding: LARGE, strings: ['v1.30.2-eks-1'] })],
    ['that is small', goProgram()],
    ['that is none', randomBytes(LARGE)],
    ['that is cut', goProgram({ padding: LARGE }).subarray(0, 100)],
    ['whose lengths lie', goProgram({ padding: LARGE, modulesLength: 2n ** 50n })],
    ['of several programs', universal([goProgram({ padding: LARGE }), goProgram({ padding: 3_000_000 })])],
  ])('%s says what it says on the disk', async (_, bytes) => {
    const path = await written(bytes);
    const plain = await measureFile(path, ['sha256'], undefined);
    onTestFinished(() => plain.opened.close());
    const { measured } = await hashedAhead(path);
    expect(measured.digests).toEqual(plain.digests);
    expect(await nameOf(measured)).toEqual(await nameOf(plain));
  });

  it('is not read again for its name', async () => {
    const { measured, look, reads } = await hashedAhead(await written(goProgram({ padding: LARGE })));
    expect(look.isKubernetes).toBe(true);
    expect(await nameOf(measured)).toMatchObject({ component: 'kubectl', version: { patch: 2 } });
    expect(reads()).toBe(0);
  });

  it('that is written to between the first look and the hash says what was hashed', async () => {
    const [before, after] = [
      goProgram({ padding: LARGE }),
      goProgram({ padding: LARGE, main: 'k8s.io/kubernetes/cmd/kubelet', strings: ['v1.29.9'] }),
    ];
    const path = await written(before);
    const { measured } = await hashedAhead(path, () => overwrite(path, after, before.length));
    expect(await nameOf(measured)).toMatchObject({ component: 'kubelet', version: { minor: 29 } });
  });

  it('whose strings lie elsewhere by the time it is hashed says what was hashed', async () => {
    const before = Buffer.concat([goProgram({ padding: 1000 }), Buffer.alloc(2 * LARGE)]);
    const path = await written(before);
    const after = goProgram({ padding: LARGE, strings: ['v1.29.9'] });
    const { measured } = await hashedAhead(path, () => overwrite(path, after, after.length));
    expect(await nameOf(measured)).toMatchObject({ component: 'kubectl', version: { minor: 29 } });
  });

  it('that is written to after the hash says what was hashed, or nothing', async () => {
    const before = goProgram({ padding: LARGE });
    const path = await written(before);
    const { measured } = await hashedAhead(path);
    const after = goProgram({ padding: LARGE, main: 'k8s.io/kubernetes/cmd/kubelet', strings: ['v1.29.9'] });
    overwrite(path, after, before.length);
    expect(await nameOf(measured)).toMatchObject({ component: 'kubectl', version: { minor: 30 } });
    // What was not kept.
    const elsewhere = measured.readAt(Buffer.alloc(10), LARGE / 2);
    expect(await rejection(elsewhere)).toMatchObject({ code: 'digest-mismatch' });
  });
});

/** In place, as a program that has it open would. */
function overwrite(path: string, bytes: Buffer, length: number): void {
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, bytes.subarray(0, length));
  closeSync(descriptor);
}
