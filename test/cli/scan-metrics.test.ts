/** `scan --metrics FILE`: what Prometheus' textfile collector reads of a run. */
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Family, readExposition } from '#support/exposition';
import { goProgram } from '#support/go-program';
import type { ProgramRun } from '#support/run-program';
import { bodyOf, type LocalWorld, localWorld } from './local-world.ts';

const SIZE = 2000;

interface Scanned {
  readonly run: ProgramRun;
  readonly metrics: ReadonlyMap<string, Family>;
}

async function machine(): Promise<LocalWorld> {
  const world = await localWorld(SIZE);
  mkdirSync(world.dir.join('tools'));
  mkdirSync(world.dir.join('textfile'));
  writeFileSync(world.dir.join('tools/kubectl'), await bodyOf(world.kubectl.url));
  return world;
}

async function scanned(world: LocalWorld, more: readonly string[] = []): Promise<Scanned> {
  const file = ['--metrics', 'textfile/k8s-verify.prom'];
  const run = await world.run(['scan', 'tools', ...world.options, ...file, ...more]);
  const text = readFileSync(world.dir.join('textfile/k8s-verify.prom'), 'utf8');
  return { run, metrics: readExposition(text) };
}

const valueOf = ({ metrics }: Scanned, name: string): number | undefined =>
  metrics.get(`k8s_verify_scan_${name}`)?.samples[0]?.value;

const files = ({ metrics }: Scanned): Readonly<Record<string, number>> =>
  Object.fromEntries(
    metrics.get('k8s_verify_scan_files')?.samples.map(({ labels, value }) => [labels['verdict'], value]) ??
      [],
  );

const refused = goProgram({ main: 'k8s.io/kubernetes/cmd/kubelet', strings: ['v1.31.1-gke.200'] });

describe('the metrics', () => {
  it('say when, how and with what the scan ended', async () => {
    const world = await machine();
    const before = Date.now() / 1000;
    const one = await scanned(world);
    expect(one.run).toMatchObject({ exitCode: 0 });
    expect(valueOf(one, 'exit_code')).toBe(0);
    expect(valueOf(one, 'timestamp_seconds')).toBeGreaterThanOrEqual(Math.floor(before));
    expect(valueOf(one, 'duration_seconds')).toBeGreaterThan(0);
    expect(valueOf(one, 'unread')).toBe(0);
    expect(files(one)).toEqual({
      genuine: 1,
      refused: 0,
      unsigned: 0,
      'not-allowed': 0,
      'not-judged': 0,
      'other-builder': 0,
      unreadable: 0,
    });
    expect(one.metrics.has('k8s_verify_scan_failed_file_info')).toBe(false);
    // A file that is named has no date.
    expect(one.metrics.has('k8s_verify_scan_trusted_root_timestamp_seconds')).toBe(false);
    expect([...one.metrics.values()].map(({ type }) => type)).toEqual(Array.from(one.metrics, () => 'gauge'));
  });

  it('have a name that the collector reads, or a note', async () => {
    const world = await machine();
    const of = async (name: string): Promise<string> =>
      (await world.run(['scan', 'tools', ...world.options, '--metrics', name])).stderr;
    expect(await of('m.txt')).toContain(
      "note: m.txt: Prometheus' textfile collector reads only files whose name",
    );
    expect(await of('m.prom')).not.toContain('textfile collector');
  });

  it('have the date of the built-in trusted root', async () => {
    const world = await machine();
    const file = ['--metrics', 'textfile/k8s-verify.prom'];
    const run = await world.run(['scan', 'tools', '--offline', ...file, '--json'], {
      env: { K8S_VERIFY_DATA_DIR: world.dir.join('none') },
    });
    const metrics = readExposition(readFileSync(world.dir.join('textfile/k8s-verify.prom'), 'utf8'));
    const report: { readonly trustedRoot: { readonly asOf: string } } = JSON.parse(run.stdout);
    const { trustedRoot } = report;
    expect(valueOf({ run, metrics }, 'trusted_root_timestamp_seconds')).toBe(
      Date.parse(trustedRoot.asOf) / 1000,
    );
  });

  it('name what fails, whatever its name is', async () => {
    const world = await machine();
    const odd = 'a\tb\u001b[31m\u202e<script>"\\\n{}';
    mkdirSync(world.dir.join('tools', odd));
    writeFileSync(world.dir.join('tools', odd, 'kubelet'), refused);
    const one = await scanned(world);
    expect(one.run).toMatchObject({ exitCode: 24 });
    expect(valueOf(one, 'exit_code')).toBe(24);
    expect(files(one)).toMatchObject({ genuine: 1, 'other-builder': 1 });
    const [failed] = one.metrics.get('k8s_verify_scan_failed_file_info')?.samples ?? [];
    expect(failed?.labels).toMatchObject({
      verdict: 'other-builder',
      component: 'kubelet',
      version: 'v1.31.1-gke.200',
      path: expect.stringContaining('<script>"\\'),
    });
    for (const bad of ['\u001b', '\u202e', '\t', '\n']) expect(failed?.labels['path']).not.toContain(bad);
  });

  it('count what is let pass, and name it no more', async () => {
    const world = await machine();
    writeFileSync(world.dir.join('tools/kubelet'), refused);
    const one = await scanned(world, ['--allow-vendor', 'gke']);
    expect(one.run).toMatchObject({ exitCode: 0 });
    expect(files(one)).toMatchObject({ 'other-builder': 1 });
    expect(valueOf(one, 'files_allowed')).toBe(1);
    expect(one.metrics.has('k8s_verify_scan_failed_file_info')).toBe(false);
  });

  it('are written where the scan itself fails, and count no files then', async () => {
    const world = await machine();
    await scanned(world);
    writeFileSync(world.dir.join('root.json'), '{}');
    const one = await scanned(world);
    expect(one.run).toMatchObject({ exitCode: 18 });
    expect(valueOf(one, 'exit_code')).toBe(18);
    expect(one.metrics.has('k8s_verify_scan_files')).toBe(false);
  });
});

describe('the file', () => {
  it.each<readonly [string, readonly string[], number]>([
    ['a page that cannot be written', ['--report', '/proc/x'], 20],
    ['summaries that cannot be written', ['--attest', '/proc/x'], 20],
    ['a policy that is not there', ['--policy', 'nowhere.json', '--attest', 'x'], 2],
    ['a list of digests that is not there', ['--allow-digest', 'nowhere.txt'], 2],
  ])('do not go on to say 0 where the run failed for %s', async (_, more, exitCode) => {
    const world = await machine();
    const good = await scanned(world);
    expect(valueOf(good, 'exit_code')).toBe(0);
    const one = await scanned(world, more);
    expect(one.run).toMatchObject({ exitCode });
    expect(valueOf(one, 'exit_code')).toBe(exitCode);
    expect(readdirSync(world.dir.join('textfile'))).toEqual(['k8s-verify.prom']);
  });

  it('is there whole or not at all, for every user to read, and nothing else is left', async () => {
    const world = await machine();
    await scanned(world);
    expect(readdirSync(world.dir.join('textfile'))).toEqual(['k8s-verify.prom']);
    expect((statSync(world.dir.join('textfile/k8s-verify.prom')).mode & 0o777).toString(8)).toBe('644');
  });

  it('that is another one stays, and nothing is scanned', async () => {
    const world = await machine();
    writeFileSync(world.dir.join('textfile/k8s-verify.prom'), 'node_load1 1\n');
    const run = await world.run(['scan', 'tools', ...world.options, '--metrics', 'textfile/k8s-verify.prom']);
    expect(run).toMatchObject({ exitCode: 20, stdout: '' });
    expect(run.stderr).toContain('--metrics FILE');
    expect(readFileSync(world.dir.join('textfile/k8s-verify.prom'), 'utf8')).toBe('node_load1 1\n');
  });

  it.each([
    ['below a file', 'tools/kubectl/k8s-verify.prom'],
    ['that is a directory', 'textfile'],
    ['that is a link', 'link.prom'],
  ])('%s is refused before the scan', async (_, path) => {
    const world = await machine();
    symlinkSync('elsewhere', world.dir.join('link.prom'));
    const run = await world.run(['scan', 'tools', ...world.options, '--metrics', path]);
    expect(run).toMatchObject({ exitCode: 20, stdout: '' });
    expect(readdirSync(world.dir.path)).not.toContain('elsewhere');
  });
});
