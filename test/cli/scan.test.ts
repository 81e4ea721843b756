/** `scan` on the command line: tables, fields and lines of JSON, and the exit code of the run. */
import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { goProgram } from '#support/go-program';
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

  it('ends with 3 where nothing is below a path', async () => {
    const world = await tools();
    await mkdir(world.dir.join('empty'));
    const run = await world.run(['scan', 'empty', ...world.options]);
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(run.stderr).toContain('no Kubernetes program was found');
  });
});
