import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { privateName } from '../../../src/disk/leftovers.ts';
import { openStaging } from '../../../src/disk/staging.ts';
import { attack, NO_OTHER_USER, OTHER_UID, ROUNDS } from '#support/other-user';
import { namesIn, scratch } from './support/disk.ts';

const program = fileURLToPath(new URL('support/stage-and-wait.ts', import.meta.url));
const running: ChildProcess[] = [];

/** How many files an attacker plants, each named as one of those that it wants removed. */
const PLANTED = 1000;

/** Plants a leftover full of files, and swaps the directory in it for a link once its removal has begun. */
const PLANTING = `
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
const [, shared, victim, name, count] = process.argv;
const attempt = (step) => { try { step(); } catch {} };
const [planted, sub] = [shared + '/' + name, shared + '/' + name + '/sub'];
for (let round = 0; ; round += 1) {
  attempt(() => rmSync(shared + '/' + name, { recursive: true }));
  mkdirSync(shared + '/making/sub', { recursive: true });
  for (let index = 0; index < count; index += 1) writeFileSync(shared + '/making/sub/f' + index, '');
  attempt(() => renameSync(shared + '/making', planted));
  if (round === 0) process.stdout.write('ready');
  const until = Date.now() + 60;
  while (Date.now() < until && existsSync(sub + '/f0') && existsSync(sub + '/f' + (count - 1)));
  attempt(() => renameSync(sub, shared + '/away' + round));
  attempt(() => symlinkSync(victim, sub));
  const end = Date.now() + 20;
  while (Date.now() < end);
}
`;

/** Another process that has staged a file in the directory and waits. */
async function stageElsewhere(directory: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

afterEach(async () => {
  for (const child of running.splice(0))
    if (child.exitCode === null && child.signalCode === null) await kill(child);
});

/** A name as a process of this host would have made it, with one part changed. */
function nameFrom(change: { readonly tag?: string; readonly pid?: number; readonly start?: string }): string {
  const [, tag, pid, start, rest] = /^\.k8s-verify-(\w+)-(\d+)-(\d+)-(.*)$/.exec(privateName('part')) ?? [];
  return `.k8s-verify-${change.tag ?? tag}-${change.pid ?? pid}-${change.start ?? start}-${rest}`;
}

/** As a run into the directory does, which has just staged something of its own there. */
async function clear(directory: string): Promise<void> {
  const staged = openStaging({ directory, fileName: 'kubectl' });
  await staged.open();
  await staged.discard();
}

function age(path: string, hours: number): void {
  const then = Date.now() / 1000 - hours * 3600;
  utimesSync(path, then, then);
}

describe('what a killed run left', () => {
  it('is removed by the next run into the directory, and what a living one has is not', async () => {
    const directory = scratch();
    const dead = await stageElsewhere(directory);
    const alive = await stageElsewhere(directory);
    expect(readdirSync(directory)).toHaveLength(2);
    await kill(dead);
    const staged = openStaging({ directory, fileName: 'kubectl' });
    await staged.open();
    const left = namesIn(directory).map((name) => Number(name.split('-')[3]));
    expect(left.sort((a, b) => a - b)).toEqual(
      [alive.pid, process.pid].sort((a, b) => Number(a) - Number(b)),
    );
    await staged.discard();
  });

  it.each(['part', 'old', 'dir'] as const)('is kept while this process lives: %s', async (kind) => {
    const directory = scratch();
    const name = privateName(kind);
    if (kind === 'dir') mkdirSync(join(directory, name));
    else writeFileSync(join(directory, name), '');
    await clear(directory);
    expect(namesIn(directory)).toEqual([name]);
  });

  it.runIf(process.platform === 'linux')(
    'is removed where its process number is in use again (needs /proc)',
    async () => {
      const directory = scratch();
      writeFileSync(join(directory, nameFrom({ start: '1' })), '');
      await clear(directory);
      expect(namesIn(directory)).toEqual([]);
    },
  );

  it('of another host is kept for a day', async () => {
    const directory = scratch();
    const fresh = nameFrom({ tag: '00000000', pid: 999_999_999 });
    const old = nameFrom({ tag: '00000000', pid: 999_999_998 });
    for (const name of [fresh, old]) writeFileSync(join(directory, name), '');
    age(join(directory, fresh), 23);
    age(join(directory, old), 25);
    await clear(directory);
    expect(namesIn(directory)).toEqual([fresh]);
  });

  it('goes with everything in it, where it is a directory', async () => {
    const directory = scratch();
    const name = nameFrom({ pid: 999_999_999 }).replace(/part$/, 'dir');
    mkdirSync(join(directory, name, 'deep'), { recursive: true });
    writeFileSync(join(directory, name, 'deep', 'file'), '');
    await clear(directory);
    expect(namesIn(directory)).toEqual([]);
  });
});

describe('never removed', () => {
  const dead = nameFrom({ pid: 999_999_999 });
  it.each([
    ['a longer name', `${dead}.bak`],
    ['a name with something before it', `x${dead}`],
    ['another program that starts alike', '.k8s-verify-cache'],
    ['an upper-case tag', dead.replace(/-[0-9a-f]{8}-/, '-ABCDEF01-')],
    ['a process number that is none', dead.replace('-999999999-', '-0-')],
    ['another kind', dead.replace(/part$/, 'sig')],
    ['a plain file', 'kubectl'],
  ])('%s', async (_, name) => {
    const directory = scratch();
    writeFileSync(join(directory, name), '');
    age(join(directory, name), 1000);
    await clear(directory);
    expect(namesIn(directory)).toEqual([name]);
  });

  it('a link, or a directory where a file belongs', async () => {
    const directory = scratch();
    const other = dead.replace('999999999', '999999998');
    symlinkSync('/etc', join(directory, dead));
    symlinkSync('/etc', join(directory, dead.replace(/part$/, 'dir')));
    mkdirSync(join(directory, other));
    await clear(directory);
    expect(namesIn(directory)).toHaveLength(3);
  });
});

describe('when clocks differ by more than a day', () => {
  it('what a living run of this host has stays', async () => {
    const directory = scratch();
    const alive = await stageElsewhere(directory);
    const [name = ''] = namesIn(directory);
    age(join(directory, name), 1000);
    await clear(directory);
    expect(namesIn(directory)).toEqual([name]);
    await kill(alive);
    await clear(directory);
    expect(namesIn(directory)).toEqual([]);
  });

  it.each([-72, 72])(
    'what another host has just written stays, where this one is %i hours off',
    async (hours) => {
      const directory = scratch();
      const name = nameFrom({ tag: '00000000', pid: 999_999_999 });
      writeFileSync(join(directory, name), '');
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
      try {
        await clear(directory);
      } finally {
        vi.useRealTimers();
      }
      expect(namesIn(directory)).toEqual([name]);
    },
  );
});

describe.skipIf(NO_OTHER_USER !== undefined)(`of another user (${NO_OTHER_USER ?? 'as root'})`, () => {
  it.each(['part', 'old', 'dir'] as const)('is left alone, however old: %s', async (kind) => {
    const directory = scratch();
    const name = nameFrom({ pid: 999_999_999 }).replace(/part$/, kind);
    if (kind === 'dir') mkdirSync(join(directory, name));
    else writeFileSync(join(directory, name), '');
    chownSync(join(directory, name), OTHER_UID, OTHER_UID);
    age(join(directory, name), 1000);
    await clear(directory);
    expect(namesIn(directory)).toEqual([name]);
  });

  it('is none where they gave its name to a directory of ours', async () => {
    const [theirs, sticky] = [scratch(), scratch()];
    const name = nameFrom({ pid: 999_999_999 }).replace(/part$/, 'dir');
    for (const directory of [theirs, sticky]) {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, 'secret'), '');
    }
    chownSync(theirs, OTHER_UID, OTHER_UID);
    chmodSync(sticky, 0o1777);
    for (const directory of [theirs, sticky]) await clear(directory);
    expect(namesIn(join(theirs, name))).toEqual(['secret']);
    expect(namesIn(sticky)).toEqual([]);
  });

  it('deletes nothing elsewhere while they swap what they planted for links', async () => {
    const root = scratch();
    chmodSync(root, 0o755);
    const [shared, victim] = [join(root, 'shared'), join(root, 'victim')];
    mkdirSync(shared);
    chownSync(shared, OTHER_UID, OTHER_UID);
    mkdirSync(victim);
    for (let index = 0; index < PLANTED; index += 1) writeFileSync(join(victim, `f${index}`), 'secret');
    const name = nameFrom({ pid: 999_999_999 }).replace(/part$/, 'dir');
    const stop = await attack(PLANTING, shared, victim, name, String(PLANTED));
    for (let round = 0; round < ROUNDS; round += 1) {
      while (!existsSync(join(shared, name, 'sub', 'f0'))) await setImmediate();
      await clear(shared);
    }
    await stop();
    expect(namesIn(victim)).toHaveLength(PLANTED);
  });
});
