import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActionWorld,
  EXE,
  KUBECTL,
  PLATFORM,
  SIGNER,
  startActionWorld,
  VERSION,
} from './action-world.ts';
import { startLocalSigstore } from '#support/local-sigstore';
import { ROOT } from '../package/packed.ts';

let world: ActionWorld;
beforeAll(async () => {
  world = await startActionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** The cells of the summary's table, row by row. */
function tableOf(summary: string): readonly (readonly string[])[] {
  const rows = summary.split('\n').filter((line) => /^\| .* \|$/.test(line));
  return rows.map((row) => row.slice(2, -2).split(' | '));
}

describe('the action', () => {
  it('installs the stable kubectl, and tells the job what it proved', async () => {
    const { run } = await world.useRunner();
    const job = await run();
    expect(job).toMatchObject({ exitCode: 0, stderr: '' });
    const [directory = ''] = job.path;
    const kubectl = path.join(directory, KUBECTL);
    expect(job.outputs).toMatchObject({
      'kubectl-path': kubectl,
      version: VERSION,
      paths: kubectl,
      sha256: world.digest('kubectl'),
      signer: SIGNER,
      'signed-at': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/),
      'log-index': expect.stringMatching(/^\d+$/),
      'cache-hit': 'false',
      'bundle-paths': `${kubectl}.sigstore.json`,
    });
    expect(job.result).toMatchObject({
      schemaVersion: 1,
      artifacts: [{ component: 'kubectl', outcome: 'installed', sha256: world.digest('kubectl') }],
    });
    expect(readFileSync(kubectl, 'utf8')).toContain(`kubectl ${VERSION}`);
    expect(existsSync(`${kubectl}.sigstore.json`)).toBe(true);
  });

  it('gives as its result the object that k8s-verify --json prints', async () => {
    const { run } = await world.useRunner();
    const { result } = await run({ components: 'kubeadm kubectl@v1.29.6' });
    const schema: object = JSON.parse(readFileSync(path.join(ROOT, 'docs/result.schema.json'), 'utf8'));
    const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);
    validate(result);
    expect(validate.errors).toBeNull();
    expect(result).toMatchObject({ ok: true, exitCode: 0 });
  });

  it('groups its log, one group an artifact with every check', async () => {
    const { run } = await world.useRunner();
    const { stdout } = await run({ version: VERSION });
    expect(stdout).toContain(`::group::kubectl ${VERSION} ${PLATFORM}: every check`);
    expect(stdout).toMatch(
      new RegExp(
        `^installed kubectl ${VERSION} ${PLATFORM} as \\S+; signed \\d{4}-\\d\\d-\\d\\d by ${SIGNER}$`,
        'm',
      ),
    );
    expect(stdout).toMatch(/^passed signature: /m);
    expect(stdout).toMatch(/^passed digest: /m);
    expect(stdout).toContain('::endgroup::');
  });

  it('writes a table to the summary: what, where it is on record, by whom, and by which trusted root', async () => {
    const { dir, run } = await world.useRunner();
    writeFileSync(dir.join('newer.json'), world.sigstore.trustedRoot());
    const { summary, outputs, result } = await run({
      version: VERSION,
      components: 'kubectl kubeadm',
      'trusted-root': dir.join('newer.json'),
    });
    const [head, ...rows] = tableOf(summary);
    expect(head).toEqual(['Program', 'Version', 'Platform', 'SHA-256', 'Signed', 'Log entry']);
    const indexes = outputs['log-index']?.split('\n') ?? [];
    const log = `https://${world.sigstore.rekor.host}`;
    expect(rows).toEqual(
      ['kubectl', 'kubeadm'].map((component, at) => [
        component,
        VERSION,
        PLATFORM,
        `\`${world.digest(component).slice(0, 8)}…${world.digest(component).slice(-6)}\``,
        result?.artifacts[at]?.signedAt?.slice(0, 10),
        `[${indexes[at]}](<${log}/api/v1/log/entries?logIndex=${indexes[at]}>) in \`${log}\``,
      ]),
    );
    expect(result?.artifacts[0]?.trustedRoot).toMatchObject({ source: 'file', path: dir.join('newer.json') });
    expect(summary).toContain(`\nSigned by \`${SIGNER}\`, vouched for by \`https://accounts.google.com\`.`);
    expect(summary).toContain(` Trusted root: \`${dir.join('newer.json')}\`.\n`);
    const file = EXE === '' ? '"$(command -v kubectl)"' : KUBECTL;
    expect(summary).toContain(`    k8s-verify verify ${file} --trusted-root ${dir.join('newer.json')}\n`);
  });

  it('links to the page of the public log', async () => {
    const { dir, run } = await world.useRunner();
    await using own = await startLocalSigstore({ rekor: { host: 'rekor.sigstore.dev' } });
    const bytes = Buffer.from('kubectl v1.28.11');
    const release = { version: 'v1.28.11', platform: PLATFORM, component: 'kubectl', bytes };
    await world.releases.publishRelease({ ...release, sigstore: own });
    writeFileSync(dir.join('own.json'), own.trustedRoot());
    const { summary, outputs } = await run({
      version: 'v1.28.11',
      'rekor-url': own.rekorUrl,
      'trusted-root': dir.join('own.json'),
    });
    const index = outputs['log-index'] ?? '';
    expect(tableOf(summary)[1]?.[5]).toBe(`[${index}](https://search.sigstore.dev/?logIndex=${index})`);
  });

  it('looks a version up once: all components are of one release', async () => {
    const { run } = await world.useRunner();
    const before = world.releases.http.requestsFor('/release/stable.txt').length;
    const job = await run({ components: 'kubectl kubeadm' });
    expect(job.outputs['version']).toBe(`${VERSION}\n${VERSION}`);
    expect(world.releases.http.requestsFor('/release/stable.txt')).toHaveLength(before + 1);
  });

  it('takes several components with versions of their own', async () => {
    const { run } = await world.useRunner();
    const job = await run({ version: VERSION, components: 'kubeadm, kubectl@v1.29.6' });
    expect(job.outputs).toMatchObject({
      version: `${VERSION}\nv1.29.6`,
      sha256: `${world.digest('kubeadm')}\n${world.digest('kubectl', 'v1.29.6')}`,
    });
    expect(new Set(job.path).size).toBe(1);
  });

  it('installs into a directory of the workflow, from the workspace on', async () => {
    const { dir, run } = await world.useRunner();
    const job = await run({ version: VERSION, 'install-dir': 'tools/bin' });
    expect(job.path).toEqual([dir.join('job-1', 'workspace', 'tools', 'bin')]);
    expect(job.outputs['kubectl-path']).toBe(dir.join('job-1', 'workspace', 'tools', 'bin', KUBECTL));
  });

  it('works on a runner without HOME, tool cache, summary or PATH', async () => {
    const { run } = await world.useRunner();
    const job = await run(
      { version: VERSION },
      {
        HOME: undefined,
        USERPROFILE: undefined,
        RUNNER_TOOL_CACHE: undefined,
        GITHUB_STEP_SUMMARY: undefined,
        PATH: undefined,
      },
    );
    expect(job).toMatchObject({ exitCode: 0, stderr: '' });
    expect(job.result?.artifacts[0]?.outcome).toBe('installed');
  });
});
