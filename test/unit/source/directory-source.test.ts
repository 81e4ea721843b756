import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { InterruptedError, UnavailableError } from '../../../src/errors.ts';
import { receivedIn } from '../../../src/source/bytes.ts';
import { DirectorySource } from '../../../src/source/directory-source.ts';
import type { Delivery, SmallFile } from '../../../src/source/release-source.ts';
import { asOther, NO_OTHER_USER } from '#support/other-user';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { rejection } from '#support/thrown-by';

const SOURCE = new URL('../../../src/source/directory-source.ts', import.meta.url).href;
const PATH = 'release/v1.30.2/bin/linux/amd64/kubectl';

class Sink {
  readonly parts: Buffer[] = [];
  readonly onWrite: ((length: number) => void) | undefined;
  expected: number | undefined;
  constructor(onWrite?: (length: number) => void) {
    this.onWrite = onWrite;
  }
  get length(): number {
    return this.parts.reduce((sum, { length }) => sum + length, 0);
  }
  async write(chunk: Uint8Array): Promise<void> {
    this.parts.push(Buffer.from(chunk));
    this.onWrite?.(this.length);
  }
  async expect(bytes: number): Promise<void> {
    this.expected = bytes;
  }
  async reset(): Promise<void> {
    this.parts.length = 0;
  }
}

interface Mirror {
  readonly dir: TempDir;
  readonly source: DirectorySource;
  readonly file: string;
  readonly small: (maxBytes?: number, path?: string) => Promise<SmallFile | undefined>;
  readonly bytes: (sink: Sink, maxBytes?: number, signal?: AbortSignal) => Promise<Delivery>;
}

async function mirror(content?: string | Uint8Array): Promise<Mirror> {
  const dir = await testDir();
  const file = dir.join('mirror', PATH);
  mkdirSync(dirname(file), { recursive: true });
  if (content !== undefined) writeFileSync(file, content);
  const source = new DirectorySource(dir.join('mirror'));
  return {
    dir,
    source,
    file,
    small: (maxBytes = 1000, path = PATH) => source.small({ path, maxBytes, what: 'the file' }),
    bytes: (sink, maxBytes = 10_000_000, signal) =>
      source.bytes({
        path: PATH,
        maxBytes,
        what: 'the file',
        received: receivedIn(sink),
        othersFollow: false,
        signal,
      }),
  };
}

function text(file: SmallFile | undefined): string | undefined {
  return file === undefined ? undefined : Buffer.from(file.bytes).toString();
}

describe('a mirror directory', () => {
  it('gives a small file, a large one in order, and says what it does not have', async () => {
    const large = Buffer.alloc(3_000_001, 'k8s-verify');
    const { file, small, bytes } = await mirror(large);
    const sink = new Sink();
    expect(await bytes(sink)).toEqual({
      kind: 'delivered',
      outcome: { url: file, bytes: large.length, resumed: false, endedByClose: false },
    });
    expect(Buffer.concat(sink.parts).equals(large)).toBe(true);
    expect(sink.expected).toBe(large.length);
    writeFileSync(file, 'v1.30.2');
    expect(text(await small())).toBe('v1.30.2');
    expect(await small(10, `${PATH}.sig`)).toBeUndefined();
    expect(await small(10, `${PATH}/beneath/a/file`)).toBeUndefined();
    rmSync(file);
    expect(await bytes(new Sink())).toEqual({ kind: 'absent', reason: 'no such file' });
  });

  it('follows links that end inside it, as volumes of Kubernetes have them', async () => {
    const { dir, small } = await mirror();
    mkdirSync(dir.join('mirror/..2026/release'), { recursive: true });
    writeFileSync(dir.join('mirror/..2026/release/stable.txt'), 'v1.30.2');
    symlinkSync('..2026', dir.join('mirror/..data'));
    rmSync(dir.join('mirror/release'), { recursive: true });
    symlinkSync('..data/release', dir.join('mirror/release'));
    expect(text(await small(100, 'release/stable.txt'))).toBe('v1.30.2');
  });

  it.each([
    ['a link to a file outside', 'secret', PATH],
    ['a link to a directory outside', 'outside', `${PATH}/secret`],
    ['a directory outside whose name begins alike', 'mirror-2', `${PATH}/secret`],
  ])('refuses %s', async (_, target, path) => {
    const { dir, file, small, source } = await mirror();
    mkdirSync(dir.join('outside'));
    mkdirSync(dir.join('mirror-2'));
    for (const name of ['secret', 'outside/secret', 'mirror-2/secret'])
      writeFileSync(dir.join(name), 'hunter2');
    symlinkSync(dir.join(target), file);
    const error = await rejection(small(1000, path));
    expect(error).toMatchObject({
      code: 'mirror-unreadable',
      message: `could not read the file: it leads out of ${source.root}`,
    });
  });

  it('stays where it was when its own path leads elsewhere', async () => {
    const { dir, small } = await mirror('inside');
    renameSync(dir.join('mirror'), dir.join('moved'));
    symlinkSync('moved', dir.join('mirror'));
    expect(await rejection(small())).toMatchObject({ code: 'mirror-unreadable' });
  });

  it.each([
    ['a directory', (file: string) => mkdirSync(file), 'it is a directory'],
    ['a pipe', (file: string) => execFileSync('mkfifo', [file]), 'it is a pipe'],
    [
      'a link to a pipe',
      (file: string) => {
        execFileSync('mkfifo', [`${file}.pipe`]);
        symlinkSync(`${file}.pipe`, file);
      },
      'it is a pipe',
    ],
    ['a link to itself', (file: string) => symlinkSync(file, file), 'ELOOP'],
  ])('refuses %s without waiting', async (_, make, found) => {
    const { file, small, bytes } = await mirror();
    make(file);
    for (const error of [await rejection(small()), await rejection(bytes(new Sink()))]) {
      expect(error).toMatchObject({ code: 'mirror-unreadable', found: expect.stringContaining(found) });
      expect(error).toBeInstanceOf(UnavailableError);
    }
  });

  it('refuses a socket', async () => {
    const { file, small } = await mirror();
    // The path of a socket may have about 100 bytes.
    const server = createServer();
    onTestFinished(() => void server.close());
    process.chdir(dirname(file));
    await new Promise<void>((resolve) => void server.listen('kubectl', resolve));
    expect(await rejection(small())).toMatchObject({ found: 'it is a socket' });
  });

  it('refuses what is larger than its kind can be, before it is read', async () => {
    const { file, small, bytes } = await mirror('');
    truncateSync(file, 2 ** 40);
    expect(await rejection(small())).toMatchObject({ code: 'material-oversized', from: file });
    const sink = new Sink();
    expect(await rejection(bytes(sink))).toMatchObject({
      code: 'mirror-unreadable',
      found: 'it has 1099511627776 bytes, more than 10000000',
    });
    expect(sink.length).toBe(0);
  });

  it('refuses an artifact that is empty', async () => {
    const { bytes } = await mirror('');
    expect(await rejection(bytes(new Sink()))).toMatchObject({ found: 'it is empty' });
  });

  it.each([
    ['grows', (file: string) => appendFileSync(file, 'more')],
    ['shrinks', (file: string) => truncateSync(file, 10)],
    ['is overwritten', (file: string) => writeFileSync(file, Buffer.alloc(1_000_000, 'x'))],
  ])('refuses a file that %s while it is read', async (_, change) => {
    const { file, bytes } = await mirror(Buffer.alloc(1_000_000, 'a'));
    let done = false;
    const sink = new Sink(() => {
      if (!done) change(file);
      done = true;
    });
    expect(await rejection(bytes(sink))).toMatchObject({
      code: 'mirror-unreadable',
      found: 'it was written to while it was read',
    });
    expect(sink.length).toBeLessThanOrEqual(1_000_000);
  });

  it('reads on in the file that it opened, if another one takes its name', async () => {
    const before = Buffer.alloc(1_000_000, 'a');
    const { dir, file, bytes } = await mirror(before);
    writeFileSync(dir.join('other'), Buffer.alloc(1_000_000, 'b'));
    let done = false;
    const sink = new Sink(() => {
      if (!done) symlinkSync(dir.join('other'), `${file}.new`);
      if (!done) renameSync(`${file}.new`, file);
      done = true;
    });
    // Its change time may have moved with its name, which counts as a change; other bytes are never given.
    await bytes(sink).catch((error: unknown) => error);
    const given = Buffer.concat(sink.parts);
    expect(given.equals(before.subarray(0, given.length))).toBe(true);
  });

  it('ends when the signal fires', async () => {
    const { bytes } = await mirror(Buffer.alloc(1_000_000, 'a'));
    const abort = new AbortController();
    const sink = new Sink(() => abort.abort());
    expect(await rejection(bytes(sink, undefined, abort.signal))).toBeInstanceOf(InterruptedError);
    expect(sink.parts).toHaveLength(1);
  });

  it.skipIf(NO_OTHER_USER !== undefined)(
    `names a file that this user may not read (${NO_OTHER_USER ?? 'as another user'})`,
    async () => {
      const { dir, file, source } = await mirror('secret');
      chmodSync(dir.path, 0o755);
      chmodSync(file, 0);
      const program = `
        const { DirectorySource } = await import(process.argv[1]);
        const source = new DirectorySource(process.argv[2]);
        const found = await source.small({ path: process.argv[3], maxBytes: 10, what: 'it' }).catch(({ found }) => found);
        if (found !== 'a file that this user may not read') throw new Error(String(found));`;
      expect(() => asOther(program, SOURCE, source.root, PATH)).not.toThrow();
    },
  );
});
