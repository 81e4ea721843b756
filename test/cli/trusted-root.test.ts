/** `k8s-verify trusted-root`, as a program, over a TUF repository on loopback. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';

import { describe, expect, it, onTestFinished } from 'vitest';
import type { TrustedRootAnswer } from '../../src/cli/trusted-root.ts';
import { embeddedTufRootBytes, PUBLIC_GOOD_TUF_URL } from '../../src/trust/embedded-root.ts';
import { orderOf } from '../../src/data/newest-kept.ts';
import { keptRootKey } from '../../src/trust/kept-root.ts';
import { fault } from '#support/http/faults';
import { logJson } from '#support/sigstore/trusted-root';
import { generateKey } from '#support/sigstore/keys';
import { runCli } from '#support/run-cli';
import type { ProgramRun } from '#support/run-program';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { startWorld, type World } from '#support/world';
import { localWorld } from './local-world.ts';

const TARGET = 'trusted_root.json';

interface TrustWorld {
  readonly dir: TempDir;
  readonly world: World;
  readonly run: (...words: readonly string[]) => Promise<ProgramRun>;
  readonly json: (...words: readonly string[]) => Promise<TrustedRootAnswer>;
}

async function trustWorld(): Promise<TrustWorld> {
  const dir = await testDir();
  const world = await startWorld({ directory: dir.path });
  onTestFinished(() => world.close());
  const options = ['--tuf-url', world.tuf.url, '--tuf-root', world.tuf.root, '--data-dir', dir.join('data')];
  const run: TrustWorld['run'] = async (...words) =>
    runCli(['trusted-root', ...words, ...options], { cwd: dir.path });
  return {
    dir,
    world,
    run,
    json: async (...words) => {
      const { exitCode, output, stdout } = await run(...words, '--json');
      expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
      return JSON.parse(stdout);
    },
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function hugeFile(path: string): void {
  writeFileSync(path, '');
  truncateSync(path, 10 * 2 ** 30);
}

describe('k8s-verify trusted-root', () => {
  it('updates, and says what has changed since', async () => {
    const { run, json, world } = await trustWorld();
    const first = await run('update');
    expect(first).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'took the trusted root by TUF, root version 1\n',
    });
    expect((await run('update')).stderr).toBe('the trusted root is the newest: root version 1, unchanged\n');
    const next = world.sigstore.trustedRoot((root) => {
      root.tlogs.push(
        logJson({ baseUrl: 'https://log2027.example', key: generateKey(), logId: Buffer.alloc(32, 7) }),
      );
    });
    world.tuf.repository.rotate({ roles: ['root'] });
    world.tuf.repository.publish({ targets: { [TARGET]: Buffer.from(next) } });
    const { stderr } = await run('update');
    expect(stderr.split('\n')).toEqual([
      'updated the trusted root: root version 1 to 2, 1 key added',
      expect.stringMatching(/^ {2}appears: log https:\/\/log2027\.example /),
      '',
    ]);
    const { action, before, changes, trustedRoot } = await json('update');
    expect({ action, before: before?.tufVersion, changes, version: trustedRoot.tufVersion }).toEqual({
      action: 'update',
      before: 2,
      changes: [],
      version: 2,
    });
  });

  it('shows who counts, without a request', async () => {
    const { run, json, world } = await trustWorld();
    await run('update');
    world.tuf.server.reset();
    const { stdout, stderr } = await run('show');
    expect(stderr).toBe('');
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(new Set(rows.map(([, use]) => use))).toEqual(
      new Set(['certificates', 'public-log', 'certificate-log', 'timestamps']),
    );
    expect(rows.every(([, , since]) => /^\d{4}-\d\d-\d\dT/.test(since ?? ''))).toBe(true);
    const { repository, keys, trustedRoot } = await json('show');
    expect(repository).toEqual({ url: world.tuf.url, rootExpires: '2999-01-01T00:00:00.000Z' });
    expect(keys).toHaveLength(rows.length);
    expect(trustedRoot).toMatchObject({ source: 'tuf', sha256: sha256(readFileSync(world.trustedRoot)) });
    expect(world.tuf.server.requests).toEqual([]);
  });

  it('names a log that demands what is not enforced here, which does not count', async () => {
    const { dir, run, json, world } = await trustWorld();
    const demanding = world.sigstore.trustedRoot(({ tlogs }) => {
      Object.assign(tlogs[1] ?? {}, { witnessConfiguration: { quorum: 2, groups: [] } });
    });
    world.tuf.repository.publish({ targets: { [TARGET]: Buffer.from(demanding) } });
    await run('update');
    const what = 'tlogs[1], which has a field "witnessConfiguration"';
    const { trustedRoot, keys } = await json('show');
    expect(trustedRoot.ignored).toEqual([what]);
    expect(keys.filter(({ use }) => use === 'public-log')).toHaveLength(1);
    const left = `trusted root: left out, since it is not known here: ${what}\n`;
    expect((await run('show', '--verbose')).stderr).toContain(left);

    const bytes = Buffer.from('a file');
    writeFileSync(dir.join('file'), bytes);
    writeFileSync(dir.join('file.sigstore.json'), world.sigstore.signBlob({ bytes }).bundle('0.3'));
    const trust = ['--tuf-url', world.tuf.url, '--tuf-root', world.tuf.root, '--data-dir', dir.join('data')];
    const { exitCode, stderr } = await runCli(['verify', dir.join('file'), '--verbose', ...trust]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).toContain(left);
  });

  it('is what doctor looks at: what is kept, and how old it is', async () => {
    const { dir, run, world } = await trustWorld();
    await run('update');
    const trust = ['--tuf-url', world.tuf.url, '--tuf-root', world.tuf.root, '--data-dir', dir.join('data')];
    const servers = ['--mirror', world.mirror, '--rekor-url', world.rekorUrl];
    const { stdout } = await runCli(['doctor', ...servers, ...trust]);
    expect(stdout).toMatch(/\ttrusted root\tby TUF, root version 1, of \d{4}-\d\d-\d\d \(today\), sha256 /);
  });

  it('exports the newest, whole and through no link', async () => {
    const { dir, run, json, world } = await trustWorld();
    const honest = readFileSync(world.trustedRoot);
    const wrote = await run('export', 'out.json');
    expect(wrote.stderr).toMatch(/^wrote out\.json, of \d{4}-\d\d-\d\d; elsewhere: --trusted-root FILE\n$/);
    expect(readFileSync(dir.join('out.json'))).toEqual(honest);
    expect((await run('export', '-')).stdout).toBe(honest.toString());
    expect((await json('export', 'again.json')).path).toBe(dir.join('again.json'));

    writeFileSync(dir.join('target'), 'mine');
    symlinkSync(dir.join('target'), dir.join('link.json'));
    await run('export', 'link.json');
    expect(readFileSync(dir.join('target'), 'utf8')).toBe('mine');
  });

  it('exports what is kept where the repository cannot be had, and says so', async () => {
    const { run, json, world } = await trustWorld();
    await json('update');
    world.tuf.server.fault('/timestamp.json', fault.status(503));
    // Checked a moment ago: nobody is asked.
    expect(await run('export', 'out.json')).toMatchObject({ exitCode: 0 });
  });

  it('refuses what is not signed as it must be, and keeps what it had', async () => {
    const { run, json, world } = await trustWorld();
    const { trustedRoot } = await json('update');
    world.tuf.repository.publish({ forged: ['timestamp'] });
    const refused = await run('update');
    expect(refused.exitCode).toBe(18);
    expect(refused.stderr).toContain('timestamp was signed by 0/1 keys');
    expect((await json('show')).trustedRoot).toEqual(trustedRoot);
  });

  it('ends with 4 where the repository does not answer, and with 20 where nothing can be kept', async () => {
    const { dir, run, world } = await trustWorld();
    mkdirSync(dir.join('data'));
    writeFileSync(dir.join('data', 'trust'), '');
    expect((await run('update')).exitCode).toBe(20);
    await world.tuf.server.close();
    expect((await run('update', '--retries', '0')).exitCode).toBe(4);
    expect(existsSync(dir.join('out.json'))).toBe(false);
  });

  it.each([
    [[], /needs to know what to do/],
    [['list'], /needs to know what to do/],
    [['export'], /needs to know what to do/],
    [['show', 'x'], /needs to know what to do/],
  ])('ends with 2 for %j', async (words, message) => {
    const { run } = await trustWorld();
    const { exitCode, stderr } = await run(...words);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('shows a file, which has no date, and renews none', async () => {
    const { dir, world } = await trustWorld();
    const { stdout } = await runCli(['trusted-root', 'show', '--trusted-root', world.trustedRoot, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ trustedRoot: { source: 'file', path: world.trustedRoot } });
    const update = await runCli(['trusted-root', 'update', '--trusted-root', world.trustedRoot], {
      cwd: dir.path,
    });
    expect(update.exitCode).toBe(2);
  });

  it('shows the one that is built in', async () => {
    const dir = await testDir();
    const { stdout } = await runCli(['trusted-root', 'show', '--json', '--data-dir', dir.join('none')]);
    expect(JSON.parse(stdout)).toMatchObject({
      trustedRoot: { source: 'embedded', tufVersion: expect.any(Number) },
      repository: {
        url: 'https://tuf-repo-cdn.sigstore.dev',
        rootExpires: expect.stringMatching(/^20\d\d-.*Z$/),
      },
    });
    expect(existsSync(dir.join('none'))).toBe(false);
  });

  it.each<readonly [string, (file: string) => void, RegExp]>([
    ['a link', (file) => symlinkSync('/dev/zero', file), /it is a link$/],
    ['a pipe', (file) => expect(spawnSync('mkfifo', [file]).status).toBe(0), /is not a regular file$/],
    ['a huge file', (file) => hugeFile(file), /it is larger than \d+ bytes$/],
    ['another version of the format', (file) => writeFileSync(file, '{"schema":2}'), /does not count: /],
  ])(
    'shows the one that is built in where %s stands for what was kept, and a note',
    async (_, plant, why) => {
      const dir = await testDir();
      mkdirSync(dir.join('data', 'trust'), { recursive: true, mode: 0o700 });
      const key = keptRootKey(embeddedTufRootBytes(), PUBLIC_GOOD_TUF_URL);
      const file = dir.join('data', 'trust', `${key}-${orderOf(99, 1)}`);
      plant(file);
      const { exitCode, stdout } = await runCli([
        'trusted-root',
        'show',
        '--json',
        '--data-dir',
        dir.join('data'),
      ]);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        trustedRoot: { source: 'embedded' },
        notes: [{ code: 'kept-not-used', text: expect.stringMatching(why) }],
      });
    },
  );

  it('does not read the variables of other tools, and says so', async () => {
    const dir = await testDir();
    const env = { SIGSTORE_ROOT_FILE: '/nowhere', TUF_ROOT: '/nowhere', TUF_MIRROR: 'https://x.example' };
    const { stdout } = await runCli(['trusted-root', 'show', '--json', '--data-dir', dir.join('none')], {
      env,
    });
    const { notes, trustedRoot } = JSON.parse(stdout);
    expect(notes.map(({ code }: { readonly code: string }) => code)).toEqual(
      Array.from({ length: 3 }, () => 'variable-not-read'),
    );
    expect(trustedRoot.source).toBe('embedded');
  });
});

describe('--trusted-root', () => {
  it('that lies in the mirror is noted, through a link too, and one outside it is not', async () => {
    const { dir, options, ...here } = await localWorld();
    const run = (args: readonly string[]): Promise<ProgramRun> => here.run(args);
    const asked = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64'];
    expect(await run(['mirror', ...asked, ...options, '--to', 'mirror'])).toMatchObject({ exitCode: 0 });
    symlinkSync('mirror/trusted_root.json', dir.join('link.json'));
    const from = ['--mirror', 'mirror', '--offline'];
    const kubectl = 'mirror/release/v1.26.4/bin/linux/amd64/kubectl';
    const commands = [
      [...asked, ...from, '--install-dir', 'bin', '--save-bundle'],
      ['verify', kubectl, ...from],
      ['scan', 'bin', ...from],
      ['mirror', '--check', 'mirror'],
    ];
    const notesOf = async (command: readonly string[], root: string): Promise<readonly string[]> => {
      const { exitCode, stdout, output } = await run([...command, '--trusted-root', root, '--json']);
      expect({ command, exitCode, output }).toMatchObject({ exitCode: 0 });
      const { notes = [] }: { notes?: readonly { code: string; text: string }[] } = JSON.parse(stdout);
      return notes.filter(({ code }) => code === 'trusted-root-in-mirror').map(({ text }) => text);
    };
    for (const command of commands) {
      for (const root of ['mirror/trusted_root.json', 'link.json']) {
        expect(await notesOf(command, root)).toEqual([
          expect.stringContaining(`${root} lies in the mirror ${dir.join('mirror')}: those who can change`),
        ]);
      }
      expect(await notesOf(command, 'root.json')).toEqual([]);
    }
  });
});
