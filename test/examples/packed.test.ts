/** The examples that install the package by npm: an image and a pipeline of GitLab. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type NpmRegistry, startNpmRegistry } from '#support/npm-registry';
import type { ProgramRun } from '#support/run-program';
import { packPackage } from '../package/packed.ts';
import { type ExampleWorld, installedIn, readExample, startExampleWorld, VERSION } from './example-world.ts';

interface GitLabJob {
  readonly extends?: string;
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
  readonly artifacts?: { readonly paths: readonly string[] };
  readonly cache?: { readonly paths: readonly string[] };
}

/** Another genuine release. */
const OTHER = 'v1.29.6';
let world: ExampleWorld;
let registry: NpmRegistry;
let packed: ReturnType<typeof packPackage>;

/** npm installs globally into a place of the test's own. */
function npmInto(prefix: string): Readonly<Record<string, string>> {
  return { ...registry.env, npm_config_prefix: prefix };
}

describe.skipIf(process.platform !== 'linux')('with the packed package (needs Linux)', () => {
  beforeAll(async () => {
    world = await startExampleWorld();
    packed = packPackage();
    registry = await startNpmRegistry(packed.directory);
    world.releases.publishFile('/k8s-verify.tgz', readFileSync(packed.tarball));
  });
  afterAll(async () => {
    await registry.close();
    rmSync(packed.directory, { recursive: true });
    await world.close();
  });

  it('Dockerfile: every step of the first stage runs, and leaves what the second one copies', async () => {
    const stages = readExample('Dockerfile').split(/^FROM .*$/m);
    const lines = (stages[1] ?? '').replaceAll(/\\\n/g, '').split('\n');
    const defaults = lines.flatMap((line) => /^ARG (\w+)=(.*)$/.exec(line) ?? []);
    expect(defaults).not.toHaveLength(0);
    const steps = lines.flatMap((line) => /^RUN (.*)$/.exec(line)?.[1] ?? []);
    expect(steps).toHaveLength(2);
    // The package comes by its digest, to where the first step takes it from.
    const added = lines.filter((line) =>
      /^ADD --checksum=sha256:[0-9a-f]{64} https:\/\/\S+ \/k8s-verify\.tgz$/.test(line),
    );
    expect(added).toHaveLength(1);
    expect(lines).toContain('ARG VERIFIER=/k8s-verify.tgz');
    const prefix = world.dir.join('docker');
    const out = world.dir.join('docker-out');
    for (const step of steps) {
      const { exitCode, stderr } = await world.run(['/bin/sh', '-c', step], {
        env: {
          ...npmInto(prefix),
          PATH: [`${prefix}/bin`, process.env['PATH'] ?? ''].join(':'),
          KUBECTL_VERSION: VERSION,
          VERIFIER: packed.tarball,
          VERIFIER_OPTIONS: world.options.join(' '),
          OUT: out,
        },
      });
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    }
    const copied = /^COPY --from=verified (.*) \/usr\/local\/bin\/$/m.exec(stages[2] ?? '')?.[1]?.split(' ');
    expect(copied).toStrictEqual(['/out/kubectl', '/out/kubectl.sigstore.json']);
    expect(readdirSync(out).toSorted()).toStrictEqual(['kubectl', 'kubectl.sigstore.json']);
    expect(installedIn(out)).toStrictEqual(['kubectl']);
  });

  describe('gitlab-ci.yml', () => {
    const pipeline: Readonly<Record<string, GitLabJob>> & {
      readonly stages: readonly string[];
      readonly variables: Readonly<Record<string, string>>;
    } = parse(readExample('gitlab-ci.yml'));

    /** What a job runs, with what it takes over from another. */
    const scriptOf = (name: string): readonly string[] => {
      const base = pipeline[pipeline[name]?.extends ?? ''];
      return [...(base?.before_script ?? []), ...(pipeline[name]?.script ?? [])];
    };

    /** A job in a directory that holds what the runner keeps: artifacts, and the cache. */
    const job = (
      name: string,
      workspace: string,
      changed: Readonly<Record<string, string>> = {},
    ): Promise<ProgramRun> =>
      world.run(['bash', '-euo', 'pipefail', '-c', scriptOf(name).join('\n')], {
        cwd: workspace,
        env: {
          ...npmInto(world.dir.join('gitlab-npm')),
          ...pipeline.variables,
          VERIFIER_URL: `${world.releases.url}/k8s-verify.tgz`,
          VERIFIER_SHA256: createHash('sha256').update(readFileSync(packed.tarball)).digest('hex'),
          ...changed,
          CI_PROJECT_DIR: workspace,
          K8S_VERIFY_DATA_DIR: (pipeline.variables['K8S_VERIFY_DATA_DIR'] ?? '').replace(
            '$CI_PROJECT_DIR',
            workspace,
          ),
        },
      });

    /** The workspace of a later job: nothing but the artifacts of the job "kubectl". */
    const handedOver = async (from: string, to: string): Promise<string> => {
      const workspace = world.dir.join(to);
      mkdirSync(workspace);
      const paths = pipeline['kubectl']?.artifacts?.paths ?? [];
      const copied = await world.run(['cp', '-a', '--parents', ...paths, workspace], {
        cwd: world.dir.join(from),
      });
      expect(copied).toMatchObject({ exitCode: 0 });
      return workspace;
    };

    it('one job proves and hands over, the other proves again', async () => {
      const workspace = world.dir.join('gitlab');
      mkdirSync(workspace);
      for (const name of ['kubectl', 'deploy']) expect(scriptOf(name).length).toBeGreaterThan(3);
      const first = await job('kubectl', workspace);
      expect(first).toMatchObject({ exitCode: 0 });
      expect(first.stderr).not.toContain('does not read');
      const later = await job('deploy', await handedOver('gitlab', 'gitlab-deploy'));
      expect(later).toMatchObject({ exitCode: 0 });
      // What was proved is said with its name.
      expect(later.stdout).toContain(`/tools/kubectl\tkubectl\t${VERSION}\t`);
    });

    it('the next pipeline proves what the cache has, without a request; what is something else there is replaced', async () => {
      const workspace = world.dir.join('gitlab-next');
      mkdirSync(workspace);
      const cached = pipeline['kubectl']?.cache?.paths ?? [];
      for (const path of cached)
        await world.run(['cp', '-a', world.dir.join('gitlab', path), `${workspace}/`]);
      const asked = (): number =>
        world.releases.http.requestsFor('/kubectl').length + world.sigstore.rekorServer.http.requests.length;
      const before = asked();
      expect(await job('kubectl', workspace)).toMatchObject({ exitCode: 0 });
      expect(asked()).toBe(before);
      writeFileSync(`${workspace}/tools/kubectl`, '#!/bin/sh\necho evil\n');
      expect(await job('kubectl', workspace)).toMatchObject({ exitCode: 0 });
      expect(installedIn(`${workspace}/tools`)).toEqual(['kubectl']);
    });

    it('installs no package of another digest', async () => {
      const workspace = world.dir.join('gitlab-other');
      mkdirSync(workspace);
      expect((await job('kubectl', workspace, { VERIFIER_SHA256: 'f'.repeat(64) })).exitCode).toBe(1);
      expect(existsSync(`${workspace}/tools`)).toBe(false);
    });

    it('ends where the file that was handed over is another one', async () => {
      const workspace = await handedOver('gitlab', 'gitlab-changed');
      const file = `${workspace}/tools/kubectl`;
      writeFileSync(file, `${readFileSync(file, 'utf8')}echo evil\n`);
      expect((await job('deploy', workspace)).exitCode).toBe(12);
    });

    it('ends where what was handed over is genuine, and another version', async () => {
      await world.publish(OTHER);
      mkdirSync(world.dir.join('gitlab-older'));
      const older = await job('kubectl', world.dir.join('gitlab-older'), { KUBECTL_VERSION: OTHER });
      expect(older).toMatchObject({ exitCode: 0 });
      const workspace = await handedOver('gitlab', 'gitlab-swapped');
      for (const name of ['kubectl', 'kubectl.sigstore.json'])
        copyFileSync(world.dir.join('gitlab-older', 'tools', name), `${workspace}/tools/${name}`);
      expect((await job('deploy', workspace)).exitCode).toBe(19);
      // With all that the other job left, nothing signed says that it is the version that was asked for.
      expect((await job('deploy', await handedOver('gitlab-older', 'gitlab-all-swapped'))).exitCode).toBe(4);
    });
  });
});
