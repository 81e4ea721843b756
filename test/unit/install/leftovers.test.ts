import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { privateName, removeLeftovers } from '../../../src/disk/leftovers.ts';
import { openStaging } from '../../../src/disk/staging.ts';
import { namesIn, scratch } from './support/disk.ts';

const program = fileURLToPath(new URL('support/stage-and-wait.ts', import.meta.url));
const running: ChildProcess[] = [];

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
    await removeLeftovers(directory);
    expect(namesIn(directory)).toEqual([name]);
  });

  it.runIf(process.platform === 'linux')(
    'is removed where its process number is in use again (needs /proc)',
    async () => {
      const directory = scratch();
      writeFileSync(join(directory, nameFrom({ start: '1' })), '');
      await removeLeftovers(directory);
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
    await removeLeftovers(directory);
    expect(namesIn(directory)).toEqual([fresh]);
  });

  it('goes with everything in it, where it is a directory', async () => {
    const directory = scratch();
    const name = nameFrom({ pid: 999_999_999 }).replace(/part$/, 'dir');
    mkdirSync(join(directory, name, 'deep'), { recursive: true });
    writeFileSync(join(directory, name, 'deep', 'file'), '');
    await removeLeftovers(directory);
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
    await removeLeftovers(directory);
    expect(namesIn(directory)).toEqual([name]);
  });

  it('a link, or a directory where a file belongs', async () => {
    const directory = scratch();
    const other = dead.replace('999999999', '999999998');
    symlinkSync('/etc', join(directory, dead));
    symlinkSync('/etc', join(directory, dead.replace(/part$/, 'dir')));
    mkdirSync(join(directory, other));
    await removeLeftovers(directory);
    expect(namesIn(directory)).toHaveLength(3);
  });

  it('anything in a directory that cannot be listed', async () => {
    await expect(removeLeftovers(join(scratch(), 'missing'))).resolves.toBeUndefined();
  });
});
