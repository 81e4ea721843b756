/** Several runs, runs that are killed, and other users: a mirror is whole at every moment, and has one writer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockForWriting } from '../../src/disk/writer-lock.ts';
import { HeldDirectory } from '../../src/disk/held-directory.ts';
import { createClient, mirror } from '../../src/index.ts';
import { attack, NO_OTHER_USER } from '#support/other-user';
import { fault } from '#support/http/faults';
import { snapshot } from '#support/temp-dir';
import { CAN_MOUNT, testDisk } from '#support/test-disk';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';
import { mirrorWorld, type MirrorWorld, program, publish, VERSION } from './mirror-world.ts';

const servers = await testServers();
const { releases } = servers;
const ROOT = `release/${VERSION}`;
const KUBECTL = `${ROOT}/bin/linux/amd64/kubectl`;
const LOCK = '.k8s-verify-writer-1.lock';
const PROGRAM = fileURLToPath(new URL('./fill-program.ts', import.meta.url));

function locks(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => name.startsWith('.k8s-verify'));
}

/** Fills the mirror in a process of its own. */
function fillElsewhere({ input, dir }: MirrorWorld): ChildProcess {
  const request = { ...input, trustedRoot: undefined, trustedRootPath: dir.join('root.json') };
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

describe('one writer at a time', () => {
  it('is a lock that names host and process, and is gone after the run', async () => {
    await publish(servers);
    const world = await mirrorWorld(servers);
    mkdirSync(world.to);
    const held = await HeldDirectory.open(world.to);
    const lock = await lockForWriting(held);
    expect(readFileSync(world.at(LOCK), 'utf8')).toMatch(new RegExp(`^.+\n[0-9a-f]{8}\n${process.pid}\n`));
    const error = await rejection(mirror(world.input, world.client));
    expect(error).toMatchObject({
      code: 'destination-busy',
      found: expect.stringContaining(`process ${process.pid} on `),
      from: world.at(LOCK),
    });
    expect(world.requests().filter((path) => path.endsWith('kubectl'))).toEqual([]);
    await lock.release();
    await held.close();
    await mirror(world.input, world.client);
    expect(locks(world.to)).toEqual([]);
  });

  it('is taken over from a process that is dead, which is told', async () => {
    await publish(servers);
    const world = await mirrorWorld(servers);
    releases.http.fault(/kubelet$/, fault.stall());
    const child = fillElsewhere(world);
    while (!existsSync(world.at(LOCK))) await new Promise((resolve) => setImmediate(resolve));
    await killed(child);
    releases.http.reset();
    expect(locks(world.to)).toContain(LOCK);
    const { notes } = await mirror(world.input, world.client);
    expect(notes).toMatchObject([
      { code: 'mirror-taken-over', text: expect.stringContaining(`process ${child.pid} on `) },
    ]);
    expect(locks(world.to)).toEqual([]);
  });

  it('is never taken over from another host, or from a lock that cannot be read', async () => {
    const world = await mirrorWorld(servers);
    await publish(servers);
    mkdirSync(world.to);
    for (const text of ['other-host\n00000000\n123\n456\n', '', 'rubbish']) {
      writeFileSync(world.at(LOCK), text);
      expect(await rejection(mirror(world.input, world.client))).toMatchObject({ code: 'destination-busy' });
      expect(readFileSync(world.at(LOCK), 'utf8')).toBe(text);
    }
  });

  it('is never a number that the next run would not know', async () => {
    const dir = await testDir();
    const held = await HeldDirectory.open(dir.path);
    const lock = await lockForWriting(held);
    const [, tag = ''] = readFileSync(dir.join(LOCK), 'utf8').split('\n');
    await lock.release();
    // A dead process of this machine, as anybody can write who may write to the mirror.
    const last = '.k8s-verify-writer-999999999.lock';
    writeFileSync(dir.join(last), `host\n${tag}\n4000000\n1\n`);
    expect(await rejection(lockForWriting(held))).toMatchObject({ code: 'destination-busy' });
    expect(locks(dir.path)).toEqual([last]);
    await held.close();
  });

  it('lets one of many through', async () => {
    const dir = await testDir();
    const directories = await Promise.all(Array.from({ length: 20 }, () => HeldDirectory.open(dir.path)));
    const tries = await Promise.all(
      directories.map((held) =>
        lockForWriting(held).then(
          () => 'taken',
          () => 'busy',
        ),
      ),
    );
    await Promise.all(directories.map((held) => held.close()));
    expect(tries.filter((one) => one === 'taken')).toHaveLength(1);
  });
});

describe('prune', () => {
  it('removes what the index lists and is not asked for, and nothing else', async () => {
    await publish(servers, ['kubectl'], ['v1.29.6', VERSION], ['linux/amd64']);
    const { input, client, to, at, text } = await mirrorWorld(servers);
    await mirror({ ...input, artifacts: ['kubectl@v1.29.6'] }, client);
    writeFileSync(at('release/v1.29.6/bin/linux/amd64/notes'), 'of an admin');
    writeFileSync(at('precious'), 'of an admin');
    const { files } = await mirror({ ...input, artifacts: [`kubectl@${VERSION}`], prune: true }, client);
    expect(files.filter(({ outcome }) => outcome === 'removed').map(({ path }) => path)).toEqual([
      at('release/v1.29.6/bin/linux/amd64/kubectl'),
      at('release/v1.29.6/kubernetes-release.spdx'),
    ]);
    const left = Object.keys(await snapshot(to)).filter((name) => name.startsWith('release/v1.29.6'));
    expect(left).toEqual([
      'release/v1.29.6',
      'release/v1.29.6/bin',
      'release/v1.29.6/bin/linux',
      'release/v1.29.6/bin/linux/amd64',
      'release/v1.29.6/bin/linux/amd64/notes',
    ]);
    expect(existsSync(at('precious'))).toBe(true);
    expect(existsSync(at('release/stable-1.29.txt'))).toBe(false);
    expect(text('release/stable.txt')).toBe(VERSION);
  });

  it('removes nothing from a directory without an index of ours', async () => {
    await publish(servers);
    const { input, client, at } = await mirrorWorld(servers);
    mkdirSync(at('release/v1.29.6/bin/linux/amd64'), { recursive: true });
    writeFileSync(at('release/v1.29.6/bin/linux/amd64/kubectl'), 'of an admin');
    expect(await rejection(mirror({ ...input, prune: true }, client))).toMatchObject({
      code: 'mirror-inconsistent',
    });
    expect(readFileSync(at('release/v1.29.6/bin/linux/amd64/kubectl'), 'utf8')).toBe('of an admin');
  });

  it('removes no file that a link leads to', async () => {
    await publish(servers, ['kubectl'], ['v1.29.6', VERSION], ['linux/amd64']);
    const { input, client, at, dir } = await mirrorWorld(servers);
    await mirror({ ...input, artifacts: ['kubectl@v1.29.6'] }, client);
    const { renameSync } = await import('node:fs');
    renameSync(at('release/v1.29.6'), dir.join('elsewhere'));
    symlinkSync(dir.join('elsewhere'), at('release/v1.29.6'));
    const before = await snapshot(dir.join('elsewhere'));
    await mirror({ ...input, artifacts: [`kubectl@${VERSION}`], prune: true }, client);
    expect(await snapshot(dir.join('elsewhere'))).toEqual(before);
  });

  it('does not leave the mirror by what an index says', async () => {
    await publish(servers);
    const { input, client, at, dir, text } = await mirrorWorld(servers);
    await mirror(input, client);
    writeFileSync(dir.join('precious'), 'precious');
    const forged = text('k8s-verify-mirror.json').replace(KUBECTL, 'release/../../precious');
    writeFileSync(at('k8s-verify-mirror.json'), forged);
    expect(await rejection(mirror({ ...input, prune: true }, client))).toMatchObject({
      code: 'mirror-inconsistent',
    });
    expect(existsSync(dir.join('precious'))).toBe(true);
  });
});

describe('evidence alone', () => {
  it('fetches no bytes of artifacts, and has a feed for bots', async () => {
    await publish(servers, ['kubectl'], ['v1.29.6', VERSION], ['linux/amd64']);
    const { input, client, text, at, requests } = await mirrorWorld(servers);
    const artifacts = [`kubectl@${VERSION}`];
    await mirror({ ...input, artifacts, evidenceOnly: true }, client);
    await mirror({ ...input, artifacts: ['kubectl@v1.29.6'], evidenceOnly: true }, client);
    expect(requests().filter((path) => path.endsWith('/kubectl'))).toEqual([]);
    expect(existsSync(at(KUBECTL))).toBe(false);
    const feed: unknown = JSON.parse(text('feed/kubectl-linux-amd64.json'));
    expect(feed).toMatchObject({
      releases: [
        { version: 'v1.29.6', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
        { version: VERSION, releaseTimestamp: expect.stringMatching(/^20.*Z$/) },
      ],
    });
    expect(text(`${ROOT}/SHA256SUMS`)).toContain('  bin/linux/amd64/kubectl\n');
    await mirror({ ...input, artifacts }, client);
    expect(readFileSync(at(KUBECTL))).toEqual(program('kubectl', VERSION, 'linux/amd64'));
  });
});

describe.skipIf(NO_OTHER_USER !== undefined)(
  `another user who writes into the mirror (${NO_OTHER_USER ?? 'as another user'})`,
  () => {
    it('leads no run to another directory', async () => {
      await publish(servers);
      const { input, client, to, dir } = await mirrorWorld(servers);
      mkdirSync(dir.join('elsewhere'));
      mkdirSync(`${to}/release`, { recursive: true });
      for (const path of [dir.path, to, `${to}/release`]) chmodSync(path, 0o777);
      const stop = await attack(
        `import { renameSync, symlinkSync, unlinkSync } from 'node:fs';
        const [release, elsewhere] = process.argv.slice(1);
        console.log('on');
        for (;;) {
          try { renameSync(release + '/v1.30.2', release + '/aside-' + Math.random()); } catch {}
          try { symlinkSync(elsewhere, release + '/v1.30.2'); } catch {}
          try { unlinkSync(release + '/v1.30.2'); } catch {}
        }`,
        `${to}/release`,
        dir.join('elsewhere'),
      );
      for (let round = 0; round < 5; round += 1) await mirror(input, client).catch(() => undefined);
      await stop();
      expect(readdirSync(dir.join('elsewhere'))).toEqual([]);
    });
  },
);

describe('a full disk', () => {
  it.skipIf(!CAN_MOUNT)(
    'ends the run with its reason, and what is there stays whole (needs root, to mount)',
    async () => {
      await publish(servers, ['kubectl'], [VERSION], ['linux/amd64']);
      const bytes = Buffer.alloc(3_000_000, 'kubelet');
      const release = { version: VERSION, platform: 'linux/amd64', component: 'kubelet', bytes };
      await releases.publishRelease({ ...release, sigstore: servers.sigstore });
      const world = await mirrorWorld(servers);
      const to = testDisk('size=2m').path;
      const error = await rejection(mirror({ ...world.input, to }, world.client));
      expect(error).toMatchObject({ code: 'disk-full' });
      expect(locks(to)).toEqual([]);
      expect(existsSync(`${to}/${ROOT}/bin/linux/amd64/kubelet`)).toBe(false);
      const { files } = await mirror({ ...world.input, to, artifacts: [`kubectl@${VERSION}`] }, world.client);
      expect(files).toHaveLength(2);
    },
  );
});

describe('a run that is killed', () => {
  it.each([1, 2, 3, 5, 8, 13, 21])('leaves whole files, and the next one goes on (%i)', async (files) => {
    await publish(servers);
    const world = await mirrorWorld(servers);
    const child = fillElsewhere(world);
    const there = (): number =>
      existsSync(world.to) ? readdirSync(world.to, { recursive: true }).length : 0;
    while (child.exitCode === null && there() < files) await new Promise((resolve) => setImmediate(resolve));
    await killed(child);
    await using client = createClient();
    await mirror(world.input, client);
    const whole = await snapshot(world.to);
    expect(
      Object.keys(whole).filter((name) => name.includes('/.k8s-verify') || name.startsWith('.k8s')),
    ).toEqual([]);
    expect(readFileSync(world.at(KUBECTL))).toEqual(program('kubectl', VERSION, 'linux/amd64'));
    const again = await mirror(world.input, client);
    expect(again.bytesWritten).toBe(0);
  });
});
