import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { RunResult } from '../../src/result.ts';
import { packPackage } from '../package/packed.ts';
import { fault } from '#support/http/faults';
import { type NpmRegistry, startNpmRegistry } from '#support/npm-registry';
import type { ProgramRun } from '#support/run-program';
import { snapshot } from '#support/temp-dir';
import {
  COMPONENTS,
  example,
  type ExampleWorld,
  readExample,
  startExampleWorld,
  VERSION,
} from './example-world.ts';

function onPath(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

let world: ExampleWorld;
let registry: NpmRegistry;

/** The components that are there, whole and to be run. */
function installedIn(directory: string): readonly string[] {
  const there = readdirSync(directory);
  return COMPONENTS.filter((component) => {
    const file = `${directory}/${component}`;
    return (
      there.includes(component) &&
      readFileSync(file, 'utf8').includes(`${component} ${VERSION}`) &&
      (statSync(file).mode & 0o111) !== 0
    );
  });
}

/** Bundles differ with the log's checkpoint of the day, binaries never. */
async function binariesIn(name: string): Promise<readonly (string | undefined)[]> {
  const files = await snapshot(world.dir.join(name));
  return COMPONENTS.map((component) => files[component]);
}

async function bootstrapNode(name: string, ...args: readonly string[]): Promise<ProgramRun> {
  return world.run([example('kubeadm-node.sh'), ...args], { env: { INSTALL_DIR: world.dir.join(name) } });
}

/** npm installs globally into a place of the test's own. */
function npmInto(prefix: string): Readonly<Record<string, string>> {
  return { ...registry.env, npm_config_prefix: prefix };
}

// They are for Linux machines, and use what these have.
describe.skipIf(process.platform !== 'linux')('examples (needs Linux)', () => {
  beforeAll(async () => {
    world = await startExampleWorld();
  });
  afterAll(() => world.close());

  describe('kubeadm-node.sh', () => {
    it('puts the three on a node, with their bundles, and says what is next', async () => {
      const { exitCode, stderr } = await bootstrapNode('node', VERSION);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(installedIn(world.dir.join('node'))).toStrictEqual([...COMPONENTS]);
      expect(readdirSync(world.dir.join('node'))).toContain('kubelet.sigstore.json');
      expect(stderr).toContain('next: kubeadm init');
    });

    it('says nothing of a systemd that is there and does not run', async () => {
      mkdirSync(world.dir.join('no-systemd'));
      const systemctl = '#!/bin/sh\necho System has not been booted >&2\nexit 1\n';
      writeFileSync(world.dir.join('no-systemd', 'systemctl'), systemctl, { mode: 0o755 });
      const path = `${world.dir.join('no-systemd')}:${world.dir.join('path')}:${process.env['PATH'] ?? ''}`;
      const { exitCode, stderr } = await world.run([example('kubeadm-node.sh'), VERSION], {
        env: { INSTALL_DIR: world.dir.join('no-systemd', 'bin'), PATH: path },
      });
      expect(exitCode).toBe(0);
      expect(stderr).not.toContain('booted');
    });

    it('run again, changes nothing and says so', async () => {
      const before = await binariesIn('node');
      const { exitCode, stderr } = await bootstrapNode('node', VERSION);
      expect(exitCode).toBe(0);
      expect(stderr).toContain(`the kubelet was already that of ${VERSION}`);
      expect(await binariesIn('node')).toEqual(before);
    });

    it('installs none of them where one is not proved', async () => {
      world.releases.http.fault('/kubelet', fault.body('#!/bin/sh\necho evil\n'), { times: 1 });
      const { exitCode } = await bootstrapNode('refused', VERSION);
      world.releases.http.clearFaults();
      expect(exitCode).toBe(12);
      expect(await snapshot(world.dir.join('refused'))).toEqual({});
    });

    it.each([[[]], [['stable']], [['1.30']], [['--help']]])('asks for an exact version: %j', async (args) => {
      const { exitCode, stderr } = await bootstrapNode('usage', ...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('usage:');
    });
  });

  it.skipIf(!onPath('shellcheck'))('scripts satisfy the linter of shells (needs shellcheck)', () => {
    const scripts = readdirSync(example('.')).filter((name) => name.endsWith('.sh'));
    expect(scripts).toContain('kubeadm-node.sh');
    const { stdout, status } = spawnSync('shellcheck', scripts.map(example), { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });

  describe('with the packed package', () => {
    let packed: ReturnType<typeof packPackage>;
    beforeAll(async () => {
      packed = packPackage();
      registry = await startNpmRegistry(packed.directory);
    });
    afterAll(async () => {
      await registry.close();
      rmSync(packed.directory, { recursive: true });
    });

    it('Dockerfile: every step of the first stage runs, and leaves what the second one copies', async () => {
      const stages = readExample('Dockerfile').split(/^FROM .*$/m);
      const lines = (stages[1] ?? '').replaceAll(/\\\n/g, '').split('\n');
      const defaults = lines.flatMap((line) => /^ARG (\w+)=(.*)$/.exec(line) ?? []);
      expect(defaults).not.toHaveLength(0);
      const steps = lines.flatMap((line) => /^RUN (.*)$/.exec(line)?.[1] ?? []);
      expect(steps).toHaveLength(2);
      const prefix = world.dir.join('docker');
      const out = world.dir.join('docker-out');
      for (const step of steps) {
        const { exitCode, stderr } = await world.run(['/bin/sh', '-c', step], {
          env: {
            ...npmInto(prefix),
            PATH: [`${prefix}/bin`, process.env['PATH'] ?? ''].join(':'),
            KUBECTL_VERSION: VERSION,
            K8S_VERIFY: packed.tarball,
            K8S_VERIFY_OPTIONS: world.options.join(' '),
            OUT: out,
          },
        });
        expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      }
      const copied = /^COPY --from=verified (.*) \/usr\/local\/bin\/$/m
        .exec(stages[2] ?? '')?.[1]
        ?.split(' ');
      expect(copied).toStrictEqual(['/out/kubectl', '/out/kubectl.sigstore.json']);
      expect(readdirSync(out).toSorted()).toStrictEqual(['kubectl', 'kubectl.sigstore.json']);
      expect(installedIn(out)).toStrictEqual(['kubectl']);
    });

    it('gitlab-ci.yml: one job proves and hands over, the other proves again', async () => {
      const pipeline: Readonly<
        Record<
          string,
          { readonly script?: readonly string[]; readonly artifacts?: { readonly paths: readonly string[] } }
        >
      > & { readonly stages: readonly string[]; readonly variables: Readonly<Record<string, string>> } =
        parse(readExample('gitlab-ci.yml'));
      const workspace = world.dir.join('gitlab');
      mkdirSync(workspace);
      for (const job of ['kubectl', 'deploy']) {
        const script = pipeline[job]?.script ?? [];
        expect(script.length).toBeGreaterThan(1);
        const outcome = await world.run(['bash', '-euo', 'pipefail', '-c', script.join('\n')], {
          cwd: workspace,
          env: {
            ...npmInto(world.dir.join('gitlab-npm')),
            ...pipeline.variables,
            K8S_VERIFY: packed.tarball,
          },
        });
        expect(outcome).toMatchObject({ exitCode: 0 });
      }
      for (const file of pipeline['kubectl']?.artifacts?.paths ?? []) {
        expect(statSync(`${workspace}/${file}`).isFile()).toBe(true);
      }
    });
  });

  describe('cloud-init.yaml', () => {
    const text = readExample('cloud-init.yaml');
    const config: {
      readonly write_files: readonly { readonly path: string; readonly content: string }[];
      readonly runcmd: readonly (readonly string[])[];
    } = parse(text);
    const fileAt = (place: string): string =>
      config.write_files.find((file) => file.path === place)?.content ?? '';

    const runInstaller = async (name: string, sha256: string): Promise<ProgramRun> => {
      world.releases.publishFile('/k8s-verify-linux-x64', world.command);
      mkdirSync(world.dir.join(name));
      writeFileSync(world.dir.join(name, 'install'), fileAt('/usr/local/sbin/install-kubernetes'));
      const settings = fileAt('/etc/k8s-verify.env').replace(
        /URL=.*/,
        `URL=${world.releases.url}/k8s-verify-linux-x64`,
      );
      writeFileSync(world.dir.join(name, 'env'), settings.replace(/SHA256=.*/, `SHA256=${sha256}`));
      const command = (config.runcmd[0]?.at(-1) ?? '')
        .replace('/etc/k8s-verify.env', world.dir.join(name, 'env'))
        .replace('exec /usr/local/sbin/install-kubernetes', `exec bash ${world.dir.join(name, 'install')}`);
      return world.run(['bash', '-c', command], {
        env: { K8S_VERIFY_DIR: world.dir.join(name), INSTALL_DIR: world.dir.join(name, 'bin') },
      });
    };

    it('is a cloud-config that runs what it writes', () => {
      expect(text.startsWith('#cloud-config\n')).toBe(true);
      const written = config.write_files.map((file) => file.path);
      const named = JSON.stringify(config.runcmd).match(/\/(?:etc|usr)\/[\w./-]+/g) ?? [];
      expect(named.toSorted()).toStrictEqual(written.toSorted());
    });

    it.skipIf(!onPath('curl'))(
      'installs with an executable of the digest that it names (needs curl)',
      async () => {
        const sha256 = createHash('sha256').update(world.command).digest('hex');
        expect(await runInstaller('cloud', sha256)).toMatchObject({ exitCode: 0 });
        expect(installedIn(world.dir.join('cloud', 'bin'))).toStrictEqual([...COMPONENTS]);
      },
    );

    it.skipIf(!onPath('curl'))('runs no executable of another digest (needs curl)', async () => {
      const { exitCode } = await runInstaller('cloud-refused', 'f'.repeat(64));
      expect(exitCode).not.toBe(0);
      expect(readdirSync(world.dir.join('cloud-refused')).toSorted()).toStrictEqual(['env', 'install']);
    });
  });

  describe('ansible/tasks.yml', () => {
    interface Task {
      readonly 'ansible.builtin.command'?: { readonly argv: readonly string[] };
      readonly [key: string]: unknown;
    }
    const tasks: readonly Task[] = parse(readExample('ansible/tasks.yml'));

    it('the command installs, and prints the fields that the tasks read', async () => {
      const argv = tasks[0]?.['ansible.builtin.command']?.argv ?? [];
      const [program = '', ...args] = argv.map((word) =>
        word
          .replace('{{ kubernetes_version }}', VERSION)
          .replace(/\{\{ kubernetes_install_dir .*\}\}/, world.dir.join('ansible')),
      );
      expect(args.join(' ')).not.toContain('{{');
      const { exitCode, stdout } = await world.run([program, ...args]);
      expect(exitCode).toBe(0);
      const { artifacts }: RunResult = JSON.parse(stdout);
      const fields = [...readExample('ansible/tasks.yml').matchAll(/item\.([a-zA-Z.0-9]+)/g)];
      expect(fields.length).toBeGreaterThan(3);
      for (const artifact of artifacts) {
        for (const [, field = ''] of fields) {
          expect(artifact).toHaveProperty(field.split('.'));
        }
      }
    });

    it.skipIf(!onPath('ansible-playbook'))(
      'runs as a play, and a second time changes nothing (needs ansible-playbook)',
      async () => {
        const play = [
          {
            hosts: 'localhost',
            connection: 'local',
            gather_facts: false,
            vars: { kubernetes_version: VERSION, kubernetes_install_dir: world.dir.join('play') },
            tasks: tasks.map((task) =>
              Object.fromEntries(Object.entries(task).filter(([key]) => key !== 'become')),
            ),
          },
        ];
        writeFileSync(world.dir.join('play.json'), JSON.stringify(play));
        const command = ['ansible-playbook', '-i', 'localhost,', world.dir.join('play.json')] as const;
        const first = await world.run(command);
        expect(first).toMatchObject({ exitCode: 0 });
        expect(first.stdout).toMatch(/changed=1 /);
        expect((await world.run(command)).stdout).toMatch(/changed=0 /);
      },
    );
  });

  describe('terraform/main.tf', () => {
    const text = readExample('terraform/main.tf');
    const command = /command\s*= <<-EOT\n(.*?)\n\s*EOT/s.exec(text)?.[1] ?? '';

    it('the local-exec installs, and fails where it cannot prove', async () => {
      const environment = { KUBECTL_VERSION: VERSION, TOOLS_DIRECTORY: world.dir.join('terraform') };
      const variables = [...(/environment = \{(.*?)\}/s.exec(text)?.[1]?.matchAll(/(\w+)\s*= var\./g) ?? [])];
      expect(variables.map(([, name]) => name)).toStrictEqual(Object.keys(environment));
      expect(await world.run(['bash', '-euc', command], { env: environment })).toMatchObject({ exitCode: 0 });
      expect(installedIn(world.dir.join('terraform'))).toStrictEqual(['kubectl']);
      const unsigned = { ...environment, KUBECTL_VERSION: 'v1.25.4' };
      expect(await world.run(['bash', '-euc', command], { env: unsigned })).toMatchObject({ exitCode: 10 });
    });

    it.skipIf(!onPath('terraform'))('is formatted (needs terraform)', () => {
      expect(spawnSync('terraform', ['fmt', '-check', example('terraform')]).status).toBe(0);
    });

    it.skipIf(!onPath('terraform'))(
      'is applied, and then nothing is left to do (needs terraform)',
      async () => {
        const cwd = world.dir.join('terraform-apply');
        mkdirSync(cwd);
        writeFileSync(`${cwd}/main.tf`, text);
        const terraform = (...args: readonly string[]): Promise<ProgramRun> =>
          world.run(['terraform', ...args, '-no-color'], { cwd, env: { CHECKPOINT_DISABLE: '1' } });
        expect(await terraform('init')).toMatchObject({ exitCode: 0 });
        expect(await terraform('apply', '-auto-approve')).toMatchObject({ exitCode: 0 });
        expect(installedIn(`${cwd}/.terraform/tools`)).toStrictEqual(['kubectl']);
        expect((await terraform('plan')).stdout).toContain('No changes.');
      },
    );
  });
});
