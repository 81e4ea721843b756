/** `scan` on the command line: tables, fields and lines of JSON, and the exit code of the run. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ScannedMachine } from '../../src/flow/scan-machine.ts';
import { readExposition } from '#support/exposition';
import { goProgram } from '#support/go-program';
import { fault } from '#support/http/faults';
import { NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { CLI_PATH } from '#support/run-cli';
import { runProgram } from '#support/run-program';
import { snapshot } from '#support/temp-dir';
import { bodyOf, type LocalWorld, localWorld } from './local-world.ts';

const SIZE = 2000;

/** A genuine kubectl without a name of its own, another builder's kubelet, and a script. */
async function tools(): Promise<LocalWorld> {
  const world = await localWorld(SIZE);
  await mkdir(world.dir.join('tools'));
  await writeFile(world.dir.join('tools/kubectl'), await bodyOf(world.kubectl.url));
  return world;
}

const gke = goProgram({ main: 'k8s.io/kubernetes/cmd/kubelet', strings: ['v1.31.1-gke.200'] });

describe('scan', () => {
  it('prints fields in a pipe, and ends with 0 where all are genuine', async () => {
    const world = await tools();
    const run = await world.run(['scan', 'tools', ...world.options]);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toBe(`genuine\t${world.dir.join('tools/kubectl')}\t\t\t\t${world.kubectl.sha256}\n`);
  });

  it('ends with 24 for another builder, unless that one is let pass', async () => {
    const world = await tools();
    await writeFile(world.dir.join('tools/kubelet'), gke);
    const scan = ['scan', 'tools', ...world.options];
    const refused = await world.run(scan);
    expect(refused.exitCode).toBe(24);
    expect(refused.stdout).toMatch(
      /^other-builder\t\S+\tkubelet\tv1\.31\.1-gke\.200\tlinux\/amd64\t[0-9a-f]{64}$/m,
    );
    expect(refused.stderr).toMatch(/\n1 of 2 genuine, 1 by another builder\. Exit code 24 /);
    const allowed = await world.run([...scan, '--allow-vendor', 'eks,gke', '--json']);
    expect(allowed.exitCode).toBe(0);
    expect(JSON.parse(allowed.stdout)).toMatchObject({
      summary: { genuine: 1, otherBuilder: 1, allowed: 1 },
      results: [{}, { verdict: 'other-builder', proved: false, allowed: { by: 'vendor', reason: 'gke' } }],
    });
    expect(await world.run([...scan, '--allow-vendor', 'mine'])).toMatchObject({ exitCode: 2 });
  });

  it('ends with 23 where a policy forbids what is genuine, names each file and counts them', async () => {
    const world = await tools();
    await writeFile(world.dir.join('tools/kubeadm'), await bodyOf(world.kubectl.url));
    const denied = {
      signingTimes: [{ from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', reason: 'a drill' }],
    };
    await writeFile(world.dir.join('policy.json'), JSON.stringify({ schemaVersion: 1, denied }));
    const run = await world.run(['scan', 'tools', ...world.options, '--policy', 'policy.json']);
    expect(run.exitCode).toBe(23);
    for (const name of ['kubeadm', 'kubectl'])
      expect(run.stderr).toContain(
        `error: ${world.dir.join('tools', name)} is genuine, but not allowed by the policy\n`,
      );
    expect(run.stderr).toMatch(/\n0 of 2 genuine, 2 not allowed by the policy\. Exit code 23 /);
  });

  it('takes a list of digests, each with its reason', async () => {
    const world = await tools();
    await writeFile(world.dir.join('tools/kubelet'), 'a rebuild');
    const scan = ['scan', 'tools', ...world.options, '--allow-digest', 'allowed'];
    const digest = '88d07bc5bbb8cab8f87a7a4ce8f6ffcad3ff6eb4d2b5ac5a1d0f8cb5ef9ae0b5';
    await writeFile(world.dir.join('allowed'), `# ours\n\n${digest}  another file\n`);
    const run = await world.run(scan);
    expect(run.exitCode).toBe(4);
    const [, sha256 = ''] = /\t([0-9a-f]{64})$/m.exec(run.stdout.split('\n')[1] ?? '') ?? [];
    await writeFile(world.dir.join('allowed'), `${sha256}  built here\n`);
    expect(await world.run(scan)).toMatchObject({ exitCode: 0 });
    await writeFile(world.dir.join('allowed'), `${sha256}\n`);
    expect(await world.run(scan)).toMatchObject({ exitCode: 2 });
  });

  it('prints one object a line, with nothing in it that a terminal or a page would obey', async () => {
    const world = await tools();
    const odd = 'a\tb\u001b[31m\u202e<script>';
    await mkdir(world.dir.join('tools', odd));
    await writeFile(world.dir.join('tools', odd, 'kubelet'), gke);
    const run = await world.run(['scan', 'tools', ...world.options, '--json-lines']);
    expect(run.exitCode).toBe(24);
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { verdict: 'other-builder', path: world.dir.join('tools', odd, 'kubelet') },
      { verdict: 'genuine', path: world.dir.join('tools/kubectl') },
    ]);
    const fields = await world.run(['scan', 'tools', ...world.options]);
    for (const text of [run.stdout, run.stderr, fields.stdout, fields.stderr])
      for (const one of ['\u001b', '\u202e']) expect(text).not.toContain(one);
    expect(fields.stdout.split('\n')[0]?.split('\t')).toHaveLength(6);
  });

  it('takes the evidence next to a lockfile that is named, without a network', async () => {
    const world = await tools();
    const lock = ['lock', 'kubectl@v1.26.4', '--platform', 'linux/amd64', ...world.options];
    expect(await world.run(lock)).toMatchObject({ exitCode: 0 });
    const scan = ['scan', 'tools', '--offline', '--trusted-root', 'root.json'];
    const env = { K8S_VERIFY_DATA_DIR: world.dir.join('nothing-kept') };
    expect(await world.run(scan, { env })).toMatchObject({ exitCode: 4 });
    const run = await world.run([...scan, '--lockfile', 'k8s-verify.lock.json'], { env });
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^genuine\t/) });
    expect(await world.run([...scan, '--lockfile', 'no-lock.json'], { env })).toMatchObject({ exitCode: 2 });
    // The lockfile has evidence, and not of this file.
    await writeFile(world.dir.join('tools/kubectl'), gke.subarray(0, 100));
    const other = await world.run([...scan, '--lockfile', 'k8s-verify.lock.json'], { env });
    expect(other).toMatchObject({ exitCode: 4 });
    expect(other.stderr).toContain('none of it next to the file, in what earlier runs kept, or in what');
  });

  it('proves what says nothing by its digest in a mirror on this machine, and names it by the manifest there', async () => {
    const world = await tools();
    const mirror = [
      'mirror',
      'kubectl',
      'v1.26.4',
      '--platform',
      'linux/amd64',
      '--evidence-only',
      '--to',
      'eo',
    ];
    expect(await world.run([...mirror, ...world.options])).toMatchObject({ exitCode: 0 });
    const scan = ['scan', 'tools', '--offline', '--mirror', 'eo', '--trusted-root', 'root.json'];
    const run = await world.run([...scan, '--data-dir', world.dir.join('none')]);
    const { sha256 } = world.kubectl;
    const path = world.dir.join('tools/kubectl');
    const row = `genuine\t${path}\tkubectl\tv1.26.4\tlinux/amd64\t${sha256}\n`;
    expect(run).toMatchObject({ exitCode: 0, stdout: row });
    // The index only says where to look.
    await writeFile(path, 'something else');
    const digest = createHash('sha256').update('something else').digest('hex');
    const index = world.dir.join('eo/k8s-verify-mirror.json');
    await writeFile(index, (await readFile(index, 'utf8')).replaceAll(sha256, digest));
    const lied = await world.run([...scan, '--data-dir', world.dir.join('none-too')]);
    expect(lied).toMatchObject({ exitCode: 4, stdout: expect.stringMatching(/^not-judged\t/) });
    await writeFile(index, '{"half');
    expect(await world.run([...scan, '--data-dir', world.dir.join('none-too')])).toMatchObject({
      exitCode: 4,
    });
  });

  it('refuses, by the manifest that an install kept, a file that says nothing under another name', async () => {
    const world = await tools();
    const install = ['kubectl', 'v1.26.4', '--platform', 'linux/amd64', '--install-dir', 'bin'];
    const kept = ['--data-dir', world.dir.join('kept')];
    expect(await world.run([...install, ...world.options, ...kept])).toMatchObject({ exitCode: 0 });
    const scan = ['scan', 'tools', '--offline', '--trusted-root', 'root.json', ...kept];
    const right = await world.run([...scan, '--json']);
    expect(JSON.parse(right.stdout)).toMatchObject({
      exitCode: 0,
      results: [{ version: 'v1.26.4', name: { bound: true, by: ['release-manifest'] } }],
    });
    await rename(world.dir.join('tools/kubectl'), world.dir.join('tools/kubelet'));
    const wrong = await world.run(scan);
    expect(wrong).toMatchObject({ exitCode: 19, stdout: expect.stringMatching(/^refused\t/) });
    expect(wrong.stderr).toContain('tools/kubelet is kubectl, and has the name of kubelet');
  });

  it('ends with 3 where nothing is below a path', async () => {
    const world = await tools();
    await mkdir(world.dir.join('empty'));
    const run = await world.run(['scan', 'empty', ...world.options]);
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(run.stderr).toContain('no Kubernetes program was found');
  });

  it('prints no line of JSON where it fails as a whole, and says why on stderr', async () => {
    const world = await tools();
    await mkdir(world.dir.join('empty'));
    await writeFile(world.dir.join('bad.json'), '{}');
    const nowhere = ['--root', world.dir.join('nowhere'), ...world.options];
    for (const [exitCode, words, told] of [
      [3, ['empty', ...world.options], 'no Kubernetes program was found'],
      [2, nowhere, 'cannot be opened\n'],
      [18, ['tools', '--offline', '--trusted-root', 'bad.json'], 'bad.json'],
    ] as const) {
      const run = await world.run(['scan', ...words, '--json-lines']);
      expect(run).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(told) });
    }
  });
});

describe.skipIf(NO_OTHER_USER !== undefined)(`another user (${NO_OTHER_USER ?? 'here'})`, () => {
  const AS_OTHER = ['setpriv', `--reuid=${OTHER_UID}`, `--regid=${OTHER_UID}`, '--clear-groups'] as const;

  it('is told how many places and processes could not be read, in every form', async () => {
    const world = await localWorld(SIZE);
    const closed = world.dir.join('home/.local/bin');
    await mkdir(closed, { recursive: true });
    await mkdir(world.dir.join('out'));
    await chmod(world.dir.path, 0o755);
    await chmod(closed, 0o700);
    await chown(world.dir.join('out'), OTHER_UID, OTHER_UID);
    const [page, metrics] = [world.dir.join('out/page.html'), world.dir.join('out/scan.prom')];
    const files = ['--report', page, '--metrics', metrics];
    const { stdout, stderr } = await runProgram(
      [...AS_OTHER, process.execPath, CLI_PATH, 'scan', '--processes', '--json', ...world.options, ...files],
      { cwd: '/', env: { PATH: process.env['PATH'], HOME: world.dir.join('home') } },
    );
    const report: {
      readonly machine: ScannedMachine;
      readonly notes: readonly { readonly code: string; readonly text: string }[];
    } = JSON.parse(stdout);
    const { unread, processes } = report.machine;
    expect(unread.first).toContainEqual({ path: closed, reason: 'a file that this user may not read' });
    expect(unread.count).toBe(unread.first.length);
    // This process is root's.
    expect(processes?.unread).toBeGreaterThan(0);
    const all = unread.count + (processes?.unread ?? 0);
    const text = `${all} files or directories could not be read, ${processes?.unread} of them processes`;
    expect(report.notes).toContainEqual({ code: 'scan-unread', text });
    expect(stderr).toContain(`note: ${text}\n`);
    const [metric] =
      readExposition(await readFile(metrics, 'utf8')).get('k8s_verify_scan_unread')?.samples ?? [];
    expect(metric?.value).toBe(all);
    const html = await readFile(page, 'utf8');
    const told = processes?.unread === 1 ? '1 process' : `${processes?.unread} processes`;
    for (const one of [text, closed, `${told} could not be read`]) expect(html).toContain(one);
  });
});

/** Each is large enough for a thread. */
const PADDING = 400_000;

describe('an interrupted scan', () => {
  it('ends with 130 in the middle of many files, and leaves nothing but the metrics of it', async () => {
    const world = await tools();
    const digests: string[] = [];
    for (let index = 10; index < 60; index += 1) {
      const bytes = goProgram({ strings: ['v1.30.2'], padding: PADDING + index });
      digests.push(createHash('sha256').update(bytes).digest('hex'));
      await writeFile(world.dir.join(`tools/kubectl-${index}`), bytes);
    }
    const { http } = world.sigstore.rekorServer;
    const isInTheMiddle = ({ body }: { readonly body: Uint8Array }): boolean =>
      Buffer.from(body).includes(digests[25] ?? '');
    http.fault(isInTheMiddle, fault.stall());
    const before = await snapshot(world.dir.path);
    const outputs = ['--report', 'page.html', '--attest', 'vsa.jsonl', '--metrics', 'scan.prom'];
    const run = await world.run(['scan', 'tools', ...world.options, '--json-lines', ...outputs], {
      interrupt: { when: http.waitFor(isInTheMiddle) },
    });
    // A thread that went on would keep the process, and a signal would end it.
    expect(run).toMatchObject({ exitCode: 130, signal: null });
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(26);
    const added = Object.keys(await snapshot(world.dir.path)).filter((name) => !(name in before));
    expect(added).toEqual(['scan.prom']);
    expect(await readFile(world.dir.join('scan.prom'), 'utf8')).toMatch(/^k8s_verify_scan_exit_code 130$/m);
  });
});

const NAMESPACE = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec'] as const;
/** A disk at the first argument, which holds a copy of the second one; then the rest is run. */
const WITH_DISK = 'mount -t tmpfs none "$1" && cp "$2" "$1/kubelet" && shift 2 && exec "$@"';
const CAN_UNSHARE =
  process.geteuid?.() === 0 &&
  spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), 'mount -t tmpfs none /mnt']).status === 0;

describe.skipIf(!CAN_UNSHARE)('another file system below a path (needs root, to mount one)', () => {
  it.each<readonly [string, readonly string[], number, readonly string[]]>([
    ['is not looked at with --one-file-system', ['--one-file-system'], 0, ['tools/kubectl']],
    ['is looked at without the option', [], 24, ['tools/disk/kubelet', 'tools/kubectl']],
  ])('%s', async (_, option, exitCode, expected) => {
    const world = await tools();
    const disk = world.dir.join('tools/disk');
    await mkdir(disk);
    await writeFile(world.dir.join('kubelet'), gke);
    const scan = [process.execPath, CLI_PATH, 'scan', 'tools', ...world.options, '--json', ...option];
    const run = await runProgram([...NAMESPACE, WITH_DISK, 'sh', disk, world.dir.join('kubelet'), ...scan], {
      cwd: world.dir.path,
      env: { PATH: process.env['PATH'], HOME: world.dir.path },
    });
    expect(run).toMatchObject({ exitCode });
    const report: unknown = JSON.parse(run.stdout);
    expect(report).toMatchObject({ summary: { found: expected.length }, machine: { unread: { count: 0 } } });
    expect(report).toMatchObject({ results: expected.map((path) => ({ path: world.dir.join(path) })) });
  });
});
