import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type DataStore, openDataStore } from '../../../src/data/data-store.ts';
import { KEPT_KINDS } from '../../../src/data/kept-kinds.ts';
import { asOther, NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { runProgram } from '#support/run-program';
import { snapshot } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { CAN_MOUNT, testDisk } from '#support/test-disk';

const KEY = 'a'.repeat(64);
const program = fileURLToPath(new URL('support/keep-and-read.ts', import.meta.url));

interface Opened extends DataStore {
  readonly notes: readonly string[];
  readonly texts: (kind: 'evidence' | 'names', key: string) => Promise<readonly string[]>;
}

function open(own: string | undefined, system?: string, isShared: boolean = false): Opened {
  const notes: string[] = [];
  const store = openDataStore({ own, system, isShared }, ({ text }) => notes.push(text));
  return {
    keeps: store.keeps,
    read: (kind, key) => store.read(kind, key),
    write: (kind, key, bytes, options) => store.write(kind, key, bytes, options),
    pathOf: (kind, key) => store.pathOf(kind, key),
    list: (kind) => store.list(kind),
    remove: (kind, key) => store.remove(kind, key),
    look: () => store.look(),
    notes,
    texts: async (kind, key) =>
      (await store.read(kind, key)).map(({ bytes, place }) => `${place}: ${Buffer.from(bytes).toString()}`),
  };
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

describe('keeping', () => {
  it('makes what is missing, private to this user, and gives it back', async () => {
    const directory = await testDir();
    const store = open(directory.join('share', 'k8s-verify'));
    await expect(store.write('evidence', KEY, bytesOf('bundle'))).resolves.toBe('written');
    await expect(store.texts('evidence', KEY)).resolves.toEqual(['own: bundle']);
    await expect(store.list('evidence')).resolves.toEqual([KEY]);
    expect(store.notes).toEqual([]);
    const found = await snapshot(directory.path);
    expect(found).toMatchObject({
      'share/k8s-verify': 'directory 0700',
      'share/k8s-verify/evidence': 'directory 0700',
    });
    expect(found[`share/k8s-verify/evidence/${KEY}`]).toMatch(/^file 0600 /);
    expect(Object.keys(found)).toHaveLength(4);
  });

  it('is for every user to read where root keeps it, whatever the umask', async () => {
    const directory = await testDir();
    const umask = process.umask(0o077);
    try {
      await open(directory.join('k8s-verify'), undefined, true).write('names', KEY, bytesOf('name'));
    } finally {
      process.umask(umask);
    }
    const found = await snapshot(directory.join('k8s-verify'));
    expect(found['names']).toBe('directory 0755');
    expect(found[`names/${KEY}`]).toMatch(/^file 0644 /);
  });

  it('replaces what is there, whatever it is, and follows no link', async () => {
    const directory = await testDir();
    const [kept, victim] = [directory.join('kept'), directory.join('victim')];
    mkdirSync(join(kept, 'evidence'), { recursive: true });
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, join(kept, 'evidence', KEY));
    const store = open(kept);
    await expect(store.write('evidence', KEY, bytesOf('new'))).resolves.toBe('written');
    await expect(store.texts('evidence', KEY)).resolves.toEqual(['own: new']);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
  });

  it('leaves what is there if only something new may be kept', async () => {
    const store = open((await testDir()).join('kept'));
    await expect(store.write('names', KEY, bytesOf('first'), { onlyNew: true })).resolves.toBe('written');
    await expect(store.write('names', KEY, bytesOf('second'), { onlyNew: true })).resolves.toBe('taken');
    await expect(store.texts('names', KEY)).resolves.toEqual(['own: first']);
  });

  it('removes an entry, and what is not there is gone already', async () => {
    const store = open((await testDir()).join('kept'));
    await store.write('names', KEY, bytesOf('name'));
    await expect(store.remove('names', KEY)).resolves.toBe(true);
    await expect(store.texts('names', KEY)).resolves.toEqual([]);
    await expect(store.remove('names', KEY)).resolves.toBe(true);
    await expect(store.remove('evidence', KEY)).resolves.toBe(true);
    expect(store.notes).toEqual([]);
  });

  it.each(['', '.', '..', '../x', 'a/b', '.hidden', 'UPPER', 'a'.repeat(129), 'a\0'])(
    'takes no key that could be another place: %j',
    async (key) => {
      const store = open((await testDir()).join('kept'));
      await expect(store.read('evidence', key)).rejects.toThrow(TypeError);
      await expect(store.write('evidence', key, bytesOf(''))).rejects.toThrow(TypeError);
      await expect(store.remove('evidence', key)).rejects.toThrow(TypeError);
    },
  );

  it('keeps no more entries than the limit, the oldest out first', async () => {
    const kept = (await testDir()).join('kept');
    const directory = join(kept, 'trust');
    mkdirSync(directory, { recursive: true });
    for (let index = 0; index < 20; index += 1) {
      writeFileSync(join(directory, `k${index}`), '');
      utimesSync(join(directory, `k${index}`), 1000 + index, 1000 + index);
    }
    const store = open(kept);
    await store.write('trust', 'new', bytesOf('new'));
    const left = Array.from({ length: KEPT_KINDS.trust.maxEntries - 1 }, (_, index) => `k${19 - index}`);
    await expect(store.list('trust')).resolves.toEqual(['new', ...left].toSorted());
  });

  it('keeps no more bytes than the limit, the oldest out first', async () => {
    const kept = (await testDir()).join('kept');
    const directory = join(kept, 'evidence');
    mkdirSync(directory, { recursive: true });
    const { maxBytes, maxTotalBytes = 0 } = KEPT_KINDS.evidence;
    const count = maxTotalBytes / maxBytes;
    for (let index = 0; index < count; index += 1) {
      const path = join(directory, `k${index}`);
      writeFileSync(path, '');
      truncateSync(path, maxBytes);
      utimesSync(path, 1000 + index, 1000 + index);
    }
    const store = open(kept);
    await store.write('evidence', 'new', bytesOf('new'));
    const keys = await store.list('evidence');
    expect(keys).toHaveLength(count);
    expect(keys).not.toContain('k0');
  });

  it('keeps the newest state of a key, though others of it were written later; and what is being written', async () => {
    const kept = (await testDir()).join('kept');
    const directory = join(kept, 'trust');
    mkdirSync(directory, { recursive: true });
    const write = (name: string, at: number): void => {
      writeFileSync(join(directory, name), '');
      utimesSync(join(directory, name), at, at);
    };
    for (let state = 10; state < 40; state += 1) write(`${KEY}-${state}`, 2000 - state);
    for (const part of ['.one.part', '.other.part']) write(part, 1);
    await open(kept).write('trust', 'new', bytesOf('new'));
    const left = readdirSync(directory);
    expect(left).toContain(`${KEY}-39`);
    expect(left).toEqual(expect.arrayContaining(['.one.part', '.other.part']));
    expect(left.filter((name) => !name.startsWith('.'))).toHaveLength(KEPT_KINDS.trust.maxEntries);
  });

  it('removes what a killed run left', async () => {
    const kept = (await testDir()).join('kept');
    mkdirSync(join(kept, 'names'), { recursive: true });
    const left = `.k8s-verify-00000000-1-1-${'0'.repeat(16)}.part`;
    writeFileSync(join(kept, 'names', left), 'half');
    utimesSync(join(kept, 'names', left), 1000, 1000);
    await open(kept).write('names', KEY, bytesOf('whole'));
    expect(readdirSync(join(kept, 'names'))).toEqual([KEY]);
  });

  it('is whole with 50 processes at once, and only the first of them is first', async () => {
    const directory = await testDir();
    const runs = await Promise.all(
      Array.from({ length: 50 }, async (_, index) =>
        runProgram(
          [process.execPath, program, directory.join('kept'), String.fromCodePoint(48 + index), '4'],
          { env: { PATH: process.env['PATH'] } },
        ),
      ),
    );
    const told = runs.map(({ stdout }): unknown => JSON.parse(stdout));
    expect(told.filter((one) => JSON.stringify(one) === '{"found":[],"first":"taken"}')).toHaveLength(49);
    expect(told).toContainEqual({ found: [], first: 'written' });
    expect(Object.keys(await snapshot(directory.join('kept'))).toSorted()).toEqual([
      'evidence',
      'evidence/shared',
      'names',
      'names/first',
    ]);
  });
});

describe('reading', () => {
  it('finds nothing where nothing was kept, without a word', async () => {
    const directory = await testDir();
    const store = open(directory.join('kept'), directory.join('system'));
    await expect(store.texts('evidence', KEY)).resolves.toEqual([]);
    await expect(store.list('evidence')).resolves.toEqual([]);
    expect(store.notes).toEqual([]);
    await expect(snapshot(directory.path)).resolves.toEqual({});
  });

  it("gives this user's own first, then the system's, and keeps nothing there", async () => {
    const directory = await testDir();
    const [own, system] = [directory.join('own'), directory.join('system')];
    await open(system).write('names', KEY, bytesOf('theirs'));
    const store = open(own, system);
    await expect(store.texts('names', KEY)).resolves.toEqual(['system: theirs']);
    await store.write('names', KEY, bytesOf('mine'));
    await expect(store.texts('names', KEY)).resolves.toEqual(['own: mine', 'system: theirs']);
    await expect(store.list('names')).resolves.toEqual([KEY]);
  });

  it.each<readonly [string, (path: string, elsewhere: string) => void, RegExp]>([
    [
      'a link',
      (path, elsewhere) => {
        writeFileSync(elsewhere, 'elsewhere');
        symlinkSync(elsewhere, path);
      },
      /is not used: it is a link$/,
    ],
    ['a pipe', (path) => expect(spawnSync('mkfifo', [path]).status).toBe(0), /not a regular file$/],
    ['a directory', (path) => mkdirSync(path), /not a regular file$/],
    [
      'a huge file',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 10 * 2 ** 30);
      },
      /is not used: it is larger than \d+ bytes$/,
    ],
  ])('does not use %s, and says so', async (_, plant, note) => {
    const directory = await testDir();
    mkdirSync(directory.join('kept', 'evidence'), { recursive: true });
    const path = directory.join('kept', 'evidence', KEY);
    plant(path, directory.join('elsewhere'));
    const store = open(directory.join('kept'));
    await expect(store.texts('evidence', KEY)).resolves.toEqual([]);
    await store.read('evidence', KEY);
    expect(store.notes).toEqual([expect.stringMatching(note)]);
    expect(store.notes[0]).toContain(path);
  });

  it('does not follow a link that stands for a whole kind', async () => {
    const directory = await testDir();
    mkdirSync(directory.join('kept'));
    mkdirSync(directory.join('elsewhere'));
    symlinkSync(directory.join('elsewhere'), directory.join('kept', 'evidence'));
    const store = open(directory.join('kept'));
    await expect(store.write('evidence', KEY, bytesOf('bundle'))).resolves.toBe('failed');
    await expect(store.texts('evidence', KEY)).resolves.toEqual([]);
    await expect(snapshot(directory.join('elsewhere'))).resolves.toEqual({});
    expect(store.notes).toHaveLength(2);
  });

  it('gives a cut file as it is: its reader knows what is missing', async () => {
    const kept = (await testDir()).join('kept');
    const store = open(kept);
    await store.write('evidence', KEY, bytesOf('bundle'));
    truncateSync(join(kept, 'evidence', KEY), 3);
    await expect(store.texts('evidence', KEY)).resolves.toEqual(['own: bun']);
  });
});

describe('a place where nothing can be kept is a note', () => {
  it('without a home directory', async () => {
    const store = open(undefined);
    await expect(store.write('evidence', KEY, bytesOf('bundle'))).resolves.toBe('failed');
    await expect(store.remove('evidence', KEY)).resolves.toBe(true);
    expect(store.notes).toEqual([
      'nothing could be kept: this user has no home directory; choose one with --data-dir',
    ]);
  });

  it('in the place of a file', async () => {
    const directory = await testDir();
    writeFileSync(directory.join('kept'), 'a file');
    const store = open(directory.join('kept'));
    await expect(store.write('names', KEY, bytesOf('name'))).resolves.toBe('failed');
    await expect(store.texts('names', KEY)).resolves.toEqual([]);
    expect(store.notes).toHaveLength(2);
  });

  it('and an entry that is too large is not kept', async () => {
    const directory = await testDir();
    const store = open(directory.join('kept'));
    const bytes = Buffer.alloc(KEPT_KINDS.names.maxBytes + 1);
    await expect(store.write('names', KEY, bytes)).resolves.toBe('failed');
    expect(store.notes).toEqual([expect.stringContaining('it is larger than')]);
    await expect(snapshot(directory.path)).resolves.toEqual({});
  });

  it.skipIf(!CAN_MOUNT)('on a read-only disk (needs the right to mount a disk)', async () => {
    const disk = testDisk('size=1m');
    const kept = join(disk.path, 'kept');
    await open(kept).write('names', KEY, bytesOf('old'));
    disk.makeReadOnly();
    const store = open(kept);
    await expect(store.write('names', KEY, bytesOf('new'))).resolves.toBe('failed');
    await expect(store.texts('names', KEY)).resolves.toEqual(['own: old']);
    await expect(store.remove('names', KEY)).resolves.toBe(false);
    expect(store.notes).toHaveLength(2);
    expect(store.notes[0]).toBe(`nothing could be kept in ${kept}: the disk is read-only`);
  });

  it.skipIf(!CAN_MOUNT)(
    'on a full disk, which is left as it was (needs the right to mount a disk)',
    async () => {
      const disk = testDisk('size=64k');
      const kept = join(disk.path, 'kept');
      await open(kept).write('evidence', KEY, bytesOf('old'));
      const store = open(kept);
      await expect(store.write('evidence', KEY, Buffer.alloc(1024 * 1024, 1))).resolves.toBe('failed');
      await expect(store.texts('evidence', KEY)).resolves.toEqual(['own: old']);
      expect(readdirSync(join(kept, 'evidence'))).toEqual([KEY]);
      expect(store.notes).toEqual([expect.stringContaining('no space is left')]);
    },
  );
});

describe('looking', () => {
  it('counts the evidence of this user and of the machine, and leaves nothing behind', async () => {
    const directory = await testDir();
    const [own, system] = [directory.join('own'), directory.join('system')];
    await open(own).write('evidence', KEY, bytesOf('12345'));
    await open(own).write('names', KEY, bytesOf('no evidence'));
    await open(system).write('evidence', KEY, bytesOf('123'));
    await open(system).write('evidence', 'b', bytesOf('1234'));
    const before = await snapshot(directory.path);
    await expect(open(own, system).look()).resolves.toEqual({
      own: { kind: 'ready', path: own },
      evidence: [
        { path: own, files: 1, bytes: 5 },
        { path: system, files: 2, bytes: 7 },
      ],
    });
    expect(await snapshot(directory.path)).toEqual(before);
  });

  it('tells what is still to be made from what cannot be, and makes neither', async () => {
    const directory = await testDir();
    const absent = directory.join('a', 'b', 'k8s-verify');
    await expect(open(absent).look()).resolves.toEqual({
      own: { kind: 'absent', path: absent },
      evidence: [],
    });
    expect(readdirSync(directory.path)).toEqual([]);
    writeFileSync(directory.join('file'), '');
    const below = directory.join('file', 'k8s-verify');
    await expect(open(below).look()).resolves.toEqual({
      own: { kind: 'unusable', path: below, why: 'it is not a directory' },
      evidence: [],
    });
    await expect(open(undefined).look()).resolves.toEqual({ own: { kind: 'nowhere' }, evidence: [] });
  });

  it.skipIf(!CAN_MOUNT)(
    'sees a read-only disk, and what is kept there (needs the right to mount)',
    async () => {
      const disk = testDisk('size=1m');
      const kept = join(disk.path, 'kept');
      await open(kept).write('evidence', KEY, bytesOf('old'));
      disk.makeReadOnly();
      await expect(open(kept).look()).resolves.toEqual({
        own: { kind: 'unusable', path: kept, why: 'the disk is read-only' },
        evidence: [{ path: kept, files: 1, bytes: 3 }],
      });
    },
  );

  it.skipIf(NO_OTHER_USER !== undefined)(
    `sees a directory of another user (${NO_OTHER_USER ?? 'here'})`,
    async () => {
      const directory = await testDir();
      const kept = directory.join('kept');
      mkdirSync(kept);
      chownSync(kept, OTHER_UID, OTHER_UID);
      await expect(open(kept).look()).resolves.toEqual({
        own: { kind: 'unusable', path: kept, why: `${kept} belongs to another user (${OTHER_UID})` },
        evidence: [],
      });
    },
  );
});

describe.skipIf(NO_OTHER_USER !== undefined)(`another user (${NO_OTHER_USER ?? 'here'})`, () => {
  it('owns a file or a directory that is then not used', async () => {
    const directory = await testDir();
    const kept = directory.join('kept');
    await open(kept).write('names', KEY, bytesOf('ours'));
    chownSync(join(kept, 'names', KEY), OTHER_UID, OTHER_UID);
    const store = open(kept);
    await expect(store.texts('names', KEY)).resolves.toEqual([]);
    chownSync(join(kept, 'names'), OTHER_UID, OTHER_UID);
    await expect(store.write('names', 'b', bytesOf('ours'))).resolves.toBe('failed');
    await expect(store.list('names')).resolves.toEqual([]);
    expect(store.notes).toEqual([
      `${join(kept, 'names', KEY)} is not used: it belongs to another user (${OTHER_UID})`,
      expect.stringContaining(`belongs to another user (${OTHER_UID})`),
      expect.stringContaining(`belongs to another user (${OTHER_UID})`),
    ]);
  });

  it('cannot make root write elsewhere by a directory of their own', async () => {
    const directory = await testDir();
    const victim = directory.join('victim');
    mkdirSync(victim);
    chmodSync(directory.path, 0o777);
    asOther(
      `import { mkdirSync, symlinkSync } from 'node:fs';
       const [, kept, victim] = process.argv;
       mkdirSync(kept);
       symlinkSync(victim, kept + '/evidence');`,
      directory.join('kept'),
      victim,
    );
    const store = open(directory.join('kept'));
    await expect(store.write('evidence', KEY, bytesOf('bundle'))).resolves.toBe('failed');
    expect(readdirSync(victim)).toEqual([]);
    expect(statSync(directory.join('kept')).uid).toBe(OTHER_UID);
  });
});
