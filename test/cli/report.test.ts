/** `--report FILE`: the page next to the other answers of a run, and where it cannot be written. */
import { spawnSync } from 'node:child_process';
import { chmodSync, lchownSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goProgram } from '#support/go-program';
import { NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { CAN_MOUNT, testDisk } from '#support/test-disk';
import { publishWholeRelease } from '#support/whole-release';
import { dataOf, elementsCalled } from '../unit/report/page-checks.ts';
import { byId, readPage, textOf } from '../unit/report/read-page.ts';
import { bodyOf, type LocalWorld, localWorld } from './local-world.ts';
import { schemaFaults } from './result-schema.ts';

const gke = goProgram({ main: 'k8s.io/kubernetes/cmd/kubelet', strings: ['v1.31.1-gke.200'] });

/** A genuine kubectl. */
async function tools(): Promise<LocalWorld> {
  const world = await localWorld(2000);
  await mkdir(world.dir.join('tools'));
  await writeFile(world.dir.join('tools/kubectl'), await bodyOf(world.kubectl.url));
  return world;
}

function pageIn({ dir }: LocalWorld, name: string): string {
  return readFileSync(dir.join(name), 'utf8');
}

/** What the page says to type, with its name in it. */
function takeOutOf(page: string, name: string): string {
  const commands = elementsCalled(byId(readPage(page), 'check'), 'code').map(textOf);
  return commands.find((command) => command.startsWith('sed '))?.replace('FILE', name) ?? '';
}

const HAS_SHA256SUM = spawnSync('sha256sum', ['--version'], { stdio: 'ignore' }).status === 0;

function titleOf(page: string): string {
  return elementsCalled(readPage(page), 'title').map(textOf).join('');
}

describe('the page of a scan', () => {
  it('holds what --json prints in the same run, whether all is genuine or not', async () => {
    const world = await tools();
    const scan = ['scan', 'tools', ...world.options, '--json', '--report', 'out/page.html'];
    const good = await world.run(scan);
    expect(good).toMatchObject({ exitCode: 0, stderr: 'wrote out/page.html\n' });
    expect(dataOf(pageIn(world, 'out/page.html'))).toEqual(JSON.parse(good.stdout));
    await writeFile(world.dir.join('tools/kubelet'), gke);
    const bad = await world.run(scan);
    expect(bad.exitCode).toBe(24);
    const data = dataOf(pageIn(world, 'out/page.html'));
    expect(data).toEqual(JSON.parse(bad.stdout));
    expect(schemaFaults(data)).toEqual([]);
    const allowed = await world.run([...scan, '--allow-vendor', 'gke']);
    expect(allowed.exitCode).toBe(0);
    expect(dataOf(pageIn(world, 'out/page.html'))).toEqual(JSON.parse(allowed.stdout));
    expect(readdirSync(world.dir.join('out'))).toEqual(['page.html']);
  });

  it('is the same for the same input, whichever form the other answer has', async () => {
    const world = await tools();
    await writeFile(world.dir.join('tools/kubelet'), gke);
    const env = { SOURCE_DATE_EPOCH: '1764351600', K8S_VERIFY_DATA_DIR: world.dir.join('data') };
    const scan = ['scan', 'tools', ...world.options];
    const plain = await world.run(scan, { env });
    const pages: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const run = await world.run([...scan, '--report', 'page.html'], { env });
      expect(run).toMatchObject({ exitCode: plain.exitCode, stdout: plain.stdout });
      pages.push(pageIn(world, 'page.html'));
    }
    const [page = '', again] = pages;
    expect(again).toBe(page);
    expect(titleOf(page)).toMatch(/^1 of 2 genuine: /);
    expect(dataOf(page)).toMatchObject({ time: '2025-11-28T17:40:00.000Z' });
    const lines = await world.run([...scan, '--json-lines', '--report', 'page.html'], { env });
    expect(lines.exitCode).toBe(plain.exitCode);
    const results = lines.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(dataOf(pageIn(world, 'page.html'))).toMatchObject({ results });
  });

  it.skipIf(!HAS_SHA256SUM)(
    'gives up its data, with the digest that it names, to the command that it prints (needs sha256sum)',
    async () => {
      const world = await tools();
      const run = await world.run(['scan', 'tools', ...world.options, '--json', '--report', 'page.html']);
      const page = pageIn(world, 'page.html');
      const command = takeOutOf(page, 'page.html');
      const shell = (typed: string) =>
        spawnSync('sh', ['-c', typed], { cwd: world.dir.path, encoding: 'utf8' }).stdout;
      const [digest = ''] = shell(command).split(' ');
      expect(textOf(byId(readPage(page), 'check'))).toContain(digest);
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(JSON.parse(shell(command.replace(' | sha256sum', '')))).toEqual(JSON.parse(run.stdout));
    },
  );

  it('gives the command that replaces a refused file where it is', async () => {
    const world = await tools();
    const program = goProgram({ strings: ['v1.26.4'] });
    await writeFile(world.dir.join("tools/kubectl's copy"), program);
    const run = await world.run(['scan', 'tools', ...world.options, '--report', 'page.html']);
    expect(run.exitCode).toBe(12);
    const look = textOf(byId(readPage(pageIn(world, 'page.html')), 'look'));
    expect(look).toContain(
      `k8s-verify kubectl v1.26.4 --output '${world.dir.join(`tools/kubectl'\\''s copy`)}'`,
    );
  });

  it('is written for a run that failed as a whole, and for one that found nothing', async () => {
    const world = await tools();
    await writeFile(world.dir.join('bad.json'), '{}');
    const log = world.options.slice(0, -1);
    const failed = await world.run(['scan', 'tools', ...log, 'bad.json', '--json', '--report', 'page.html']);
    expect(failed.exitCode).toBe(18);
    expect(titleOf(pageIn(world, 'page.html'))).toBe('Failed: scan, exit code 18');
    expect(dataOf(pageIn(world, 'page.html'))).toEqual(JSON.parse(failed.stdout));
    await mkdir(world.dir.join('empty'));
    const empty = await world.run(['scan', '--root', 'empty', ...world.options, '--report', 'page.html']);
    expect(empty.exitCode).toBe(0);
    expect(titleOf(pageIn(world, 'page.html'))).toMatch(/^no Kubernetes program found: /);
  });
});

describe('the page of a release', () => {
  it('holds what --json prints in the same run', async () => {
    const world = await localWorld(2000);
    const paths = ['bin/linux/amd64/kubectl', 'bin/linux/amd64/kubelet'];
    await publishWholeRelease(world.releases, { version: 'v1.30.2', paths, sigstore: world.sigstore });
    const part = ['--component', 'kubectl', '--component', 'kubelet', '--platform', 'linux/amd64'];
    const audit = ['release', 'v1.30.2', ...part, ...world.options, '--json', '--report', 'page.html'];
    const run = await world.run(audit);
    const page = pageIn(world, 'page.html');
    expect(dataOf(page)).toEqual(JSON.parse(run.stdout));
    expect(titleOf(page)).toMatch(/^All 2 signed files genuine: Kubernetes v1\.30\.2$/);
    world.releases.publishFile('/release/v1.30.2/bin/linux/amd64/kubectl.sha256', `${'a'.repeat(64)}\n`);
    const odd = await world.run(audit);
    expect(odd.exitCode).toBe(22);
    expect(dataOf(pageIn(world, 'page.html'))).toEqual(JSON.parse(odd.stdout));
    const none = await world.run(['release', 'v1.99.0', ...world.options, '--json', '--report', 'page.html']);
    expect(none.exitCode).toBe(4);
    expect(titleOf(pageIn(world, 'page.html'))).toBe('Failed: release, exit code 4');
  });
});

describe('a page that cannot be written', () => {
  it('is told before the work, with 20, and what was there stays', async () => {
    const world = await tools();
    await writeFile(world.dir.join('notes.html'), '<p>mine</p>');
    await mkdir(world.dir.join('directory'));
    symlinkSync('notes.html', world.dir.join('link.html'));
    const before = readdirSync(world.dir.path);
    for (const name of ['notes.html', 'directory', 'link.html', 'notes.html/page.html']) {
      const asked = world.releases.http.requests.length;
      const run = await world.run(['scan', 'tools', ...world.options, '--json', '--report', name]);
      expect(run.exitCode).toBe(20);
      expect(JSON.parse(run.stdout)).toMatchObject({ exitCode: 20, error: { exitCode: 20 } });
      expect(run.stderr).toContain('name another place with --report FILE');
      expect(world.releases.http.requests).toHaveLength(asked);
    }
    expect(pageIn(world, 'notes.html')).toBe('<p>mine</p>');
    expect(readdirSync(world.dir.path)).toEqual(before);
  });

  it.skipIf(!CAN_MOUNT)('is told after it as well, with all that was found (needs a mount)', async () => {
    const world = await tools();
    const disk = testDisk('size=16k');
    const page = join(disk.path, 'page.html');
    const run = await world.run(['scan', 'tools', ...world.options, '--json', '--report', page]);
    expect(run.exitCode).toBe(20);
    const printed: unknown = JSON.parse(run.stdout);
    expect(printed).toMatchObject({
      ok: false,
      exitCode: 20,
      results: [{ verdict: 'genuine' }],
      summary: { found: 1, genuine: 1 },
      error: { code: 'output-unwritable' },
    });
    expect(schemaFaults(printed)).toEqual([]);
    expect(readdirSync(disk.path)).toEqual([]);
    // What is worse decides.
    await writeFile(world.dir.join('tools/kubelet'), gke);
    const worse = await world.run(['scan', 'tools', ...world.options, '--report', page]);
    expect(worse.exitCode).toBe(24);
    expect(worse.stderr).toContain('no space is left');
  });

  const isRefused = NO_OTHER_USER === undefined;
  it.skipIf(!isRefused)(
    `is one that a link of another user leads to (${NO_OTHER_USER ?? 'needs root'})`,
    async () => {
      const world = await tools();
      await mkdir(world.dir.join('shared'));
      await mkdir(world.dir.join('private'));
      chmodSync(world.dir.join('shared'), 0o1777);
      symlinkSync('../private', world.dir.join('shared/reports'));
      const scan = ['scan', 'tools', ...world.options, '--report', 'shared/reports/page.html'];
      expect(await world.run(scan)).toMatchObject({ exitCode: 0 });
      lchownSync(world.dir.join('shared/reports'), OTHER_UID, OTHER_UID);
      const run = await world.run(scan);
      expect(run.exitCode).toBe(20);
      expect(run.stderr).toContain(`a link of user ${OTHER_UID}`);
      expect(readdirSync(world.dir.join('private'))).toEqual(['page.html']);
    },
  );
});
