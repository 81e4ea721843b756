import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../../src/errors.ts';
import { openStaging, type StagedArtifact } from '../../../src/disk/staging.ts';
import { rejection } from '#support/thrown-by';
import { digestOf, namesIn, scratch } from './support/disk.ts';

const MIB = 1024 * 1024;

describe('a staged artifact', () => {
  it('touches no disk before the first byte', async () => {
    const directory = join(scratch(), 'a', 'b');
    const staged = openStaging({ directory, fileName: 'kubectl' });
    expect(existsSync(join(directory, '..'))).toBe(false);
    await staged.discard();
    expect(existsSync(join(directory, '..'))).toBe(false);
  });

  it('is a hidden file next to the destination that only its owner can read', async () => {
    const directory = scratch();
    const staged = openStaging({ directory, fileName: 'kubectl' });
    await staged.write(Buffer.from('x'));
    expect(namesIn(directory)).toEqual([basename(staged.path)]);
    expect(basename(staged.path)).toMatch(new RegExp(`^\\.k8s-verify-[0-9a-f]{8}-${process.pid}-`));
    expect(statSync(staged.path).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600);
    await staged.discard();
  });

  it.each([
    ['nothing', []],
    ['one byte', [1]],
    ['small pieces', [3, 5, 7, 11]],
    ['pieces as a network gives them', Array.from({ length: 100 }, () => 65_536)],
    ['exactly one buffer', [MIB / 8]],
    ['exactly eight buffers', [MIB]],
    ['pieces across buffers', [MIB - 1, 2, MIB, 3 * MIB + 7]],
  ])('holds what was written and knows its digest: %s', async (_, sizes) => {
    const staged = openStaging({ directory: scratch(), fileName: 'kubectl', alsoHash: ['sha512', 'sha384'] });
    const pieces = sizes.map((size) => randomBytes(size));
    for (const piece of pieces) await staged.write(piece);
    const all = Buffer.concat(pieces);
    expect(staged.length).toBe(all.length);
    expect(await staged.finish()).toEqual({
      bytes: all.length,
      sha256: digestOf(all),
      sha384: digestOf(all, 'sha384'),
      sha512: digestOf(all, 'sha512'),
    });
    expect(readFileSync(staged.path).equals(all)).toBe(true);
    await staged.discard();
  });

  it('takes a copy, so that the caller may use its buffer again', async () => {
    const staged = openStaging({ directory: scratch(), fileName: 'kubectl' });
    const buffer = Buffer.from('first');
    await staged.write(buffer);
    buffer.write('later');
    await staged.write(buffer);
    expect((await staged.finish()).sha256).toBe(digestOf('firstlater'));
    await staged.discard();
  });

  it('goes on after a download that broke off', async () => {
    const staged = openStaging({ directory: scratch(), fileName: 'kubectl' });
    await staged.write(Buffer.from('half'));
    expect((await staged.finish()).sha256).toBe(digestOf('half'));
    await staged.write(Buffer.from('way'));
    expect(await staged.finish()).toEqual({ bytes: 7, sha256: digestOf('halfway') });
    await staged.discard();
  });

  it('starts anew after a reset, in the same file', async () => {
    const staged = openStaging({ directory: scratch(), fileName: 'kubectl' });
    await staged.write(randomBytes(3 * MIB + 5));
    await staged.finish();
    await staged.reset();
    expect(staged.length).toBe(0);
    await staged.write(Buffer.from('new'));
    expect(await staged.finish()).toEqual({ bytes: 3, sha256: digestOf('new') });
    expect(readFileSync(staged.path, 'utf8')).toBe('new');
    await staged.discard();
  });

  it('removes the directories that it created, and no others', async () => {
    const root = scratch();
    mkdirSync(join(root, 'there'));
    const staged = openStaging({ directory: join(root, 'there', 'new', 'deep'), fileName: 'kubectl' });
    await staged.write(Buffer.from('x'));
    expect(existsSync(join(root, 'there', 'new', 'deep'))).toBe(true);
    await staged.discard();
    await staged.discard();
    expect(namesIn(join(root, 'there'))).toEqual([]);
  });

  it('leaves a directory that it created and that another program uses by now', async () => {
    const directory = join(scratch(), 'new');
    const staged = openStaging({ directory, fileName: 'kubectl' });
    await staged.open();
    writeFileSync(join(directory, 'other'), 'kept');
    await staged.discard();
    expect(namesIn(directory)).toEqual(['other']);
  });

  it('survives another run that removes the directory which both need', async () => {
    const directory = join(scratch(), 'new');
    const runs = Array.from({ length: 20 }, () => openStaging({ directory, fileName: 'kubectl' }));
    const kept = openStaging({ directory, fileName: 'kubectl' });
    await Promise.all([
      kept.open(),
      ...runs.map(async (run) => {
        await run.open();
        await run.discard();
      }),
    ]);
    expect(namesIn(directory)).toEqual([basename(kept.path)]);
    await kept.discard();
  });

  it('stops when the run is interrupted, and can then be discarded', async () => {
    const directory = scratch();
    const controller = new AbortController();
    const staged = openStaging({ directory, fileName: 'kubectl', signal: controller.signal });
    await staged.write(Buffer.from('x'));
    controller.abort();
    await expect(staged.write(Buffer.from('y'))).rejects.toBeInstanceOf(InterruptedError);
    await expect(staged.finish()).rejects.toBeInstanceOf(InterruptedError);
    await staged.discard();
    expect(namesIn(directory)).toEqual([]);
  });

  it('says so where the directory is a file', async () => {
    const directory = join(scratch(), 'file');
    writeFileSync(directory, '');
    const error = await rejection(openStaging({ directory, fileName: 'kubectl' }).open());
    expect(error).toMatchObject({ code: 'destination-unsuitable' });
    expect(readFileSync(directory, 'utf8')).toBe('');
  });

  it('says so where the directory is a link to nowhere', async () => {
    const directory = join(scratch(), 'link');
    symlinkSync('nowhere', directory);
    const error = await rejection(openStaging({ directory, fileName: 'kubectl' }).open());
    expect(['destination-unsuitable', 'place-failed']).toContain(error.code);
  });

  it('gives up on a directory that cannot be had', async () => {
    const root = scratch();
    const staged = openStaging({ directory: join(root, 'x'.repeat(300)), fileName: 'kubectl' });
    expect(await rejection(staged.open())).toMatchObject({ code: 'destination-unsuitable' });
    expect(namesIn(root)).toEqual([]);
  });

  it.each<[string, (staged: StagedArtifact) => Promise<unknown>]>([
    ['opened', async (staged) => staged.open()],
    ['written', async (staged) => staged.write(Buffer.from('x'))],
    ['finished', async (staged) => staged.finish()],
    ['frozen', async (staged) => staged.freeze()],
  ])('leaves nothing behind when it is discarded while it is %s', async (_, step) => {
    const directory = scratch();
    for (const written of [false, true]) {
      const staged = openStaging({ directory, fileName: 'kubectl' });
      if (written) await staged.write(Buffer.from('x'));
      const discarding = staged.discard();
      const stepping = step(staged);
      await Promise.allSettled([discarding, stepping]);
      const late = openStaging({ directory, fileName: 'kubectl' });
      if (written) await late.write(Buffer.from('x'));
      await Promise.allSettled([step(late), late.discard()]);
    }
    expect(namesIn(directory)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')(
    'keeps its inode until it is placed or discarded: no other file can pass for it (needs POSIX)',
    async () => {
      const directory = scratch();
      const staged = openStaging({ directory, fileName: 'kubectl' });
      await staged.write(Buffer.from('genuine'));
      await staged.finish();
      const { inode } = await staged.freeze();
      await staged.seal(0o755);
      rmSync(staged.path);
      const others = Array.from({ length: 50 }, (_, index) => join(directory, `other${index}`));
      for (const path of others) writeFileSync(path, 'another');
      expect(others.map((path) => statSync(path, { bigint: true }).ino)).not.toContain(inode);
      await staged.discard();
    },
  );

  it.runIf(process.platform === 'linux')(
    'is made and removed in the directory that was found, wherever that is by now (needs Linux)',
    async () => {
      const root = scratch();
      for (const name of ['bin', 'victim']) mkdirSync(join(root, name));
      const staged = openStaging({ directory: join(root, 'bin'), fileName: 'kubectl' });
      await staged.write(Buffer.from('x'));
      writeFileSync(join(root, 'victim', basename(staged.path)), 'theirs');
      renameSync(join(root, 'bin'), join(root, 'away'));
      symlinkSync('victim', join(root, 'bin'));
      await staged.discard();
      expect(namesIn(join(root, 'away'))).toEqual([]);
      expect(namesIn(join(root, 'victim'))).toEqual([basename(staged.path)]);
    },
  );
});
