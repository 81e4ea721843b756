/** Terraform with the state of one machine on another. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fault } from '#support/http/faults';
import type { ProgramRun } from '#support/run-program';
import {
  example,
  type ExampleWorld,
  installedIn,
  onPath,
  startExampleWorld,
  VERSION,
} from './example-world.ts';

let world: ExampleWorld;

function withKubectl(name: string, ...args: readonly string[]): Promise<ProgramRun> {
  return world.run(['bash', example('terraform/with-kubectl.sh'), ...args], {
    cwd: world.dir.path,
    env: { HOME: world.dir.join(name) },
  });
}

/** A machine that has the configuration, a state that it shares with the others, and nothing else. */
async function machine(name: string): Promise<(...args: readonly string[]) => Promise<ProgramRun>> {
  const cwd = world.dir.join(name);
  mkdirSync(`${cwd}/manifests`, { recursive: true });
  writeFileSync(`${cwd}/manifests/one.yaml`, 'kind: ConfigMap\n');
  for (const file of ['main.tf', 'with-kubectl.sh'])
    copyFileSync(example(`terraform/${file}`), `${cwd}/${file}`);
  chmodSync(`${cwd}/with-kubectl.sh`, 0o644);
  const state = world.dir.join('shared.tfstate');
  writeFileSync(`${cwd}/backend.tf`, `terraform {\n  backend "local" {\n    path = "${state}"\n  }\n}\n`);
  const terraform = (...args: readonly string[]): Promise<ProgramRun> =>
    world.run(['terraform', ...args, '-no-color', '-input=false'], {
      cwd,
      env: { CHECKPOINT_DISABLE: '1', HOME: `${cwd}/home`, TF_CLI_CONFIG_FILE: '/dev/null' },
    });
  expect(await terraform('init')).toMatchObject({ exitCode: 0 });
  return terraform;
}

describe.skipIf(process.platform !== 'linux')('examples/terraform (needs Linux)', () => {
  beforeAll(async () => {
    world = await startExampleWorld();
  });
  afterAll(() => world.close());

  describe('with-kubectl.sh', () => {
    it('runs a command with the proven kubectl first on PATH, and proves it again each time', async () => {
      const first = await withKubectl('home', VERSION, 'tools', 'command -v kubectl; kubectl get nodes');
      expect(first).toMatchObject({
        exitCode: 0,
        stdout: `${world.dir.join('tools/kubectl')}\nkubectl ${VERSION}\n`,
      });
      writeFileSync(world.dir.join('tools/kubectl'), '#!/bin/sh\necho evil\n');
      const second = await withKubectl('home', VERSION, 'tools', 'kubectl get nodes');
      expect(second).toMatchObject({ exitCode: 0, stdout: `kubectl ${VERSION}\n` });
      const requests = world.releases.http.requests.length;
      expect(await withKubectl('home', VERSION, 'tools', 'true')).toMatchObject({ exitCode: 0, stdout: '' });
      expect(world.releases.http.requests).toHaveLength(requests);
    });

    it('runs nothing where it cannot be proved, and ends with the exit code of that', async () => {
      const touch = `touch '${world.dir.join('ran')}'`;
      expect((await withKubectl('home', 'v1.25.4', 'unsigned', touch)).exitCode).toBe(10);
      expect((await withKubectl('home', VERSION, 'unsigned')).exitCode).toBe(2);
      expect(existsSync(world.dir.join('ran'))).toBe(false);
    });

    it('runs no other kubectl, whatever the name of the directory and the variables of the shell are', async () => {
      const elsewhere = world.dir.join('elsewhere');
      mkdirSync(`${elsewhere}/tools`, { recursive: true });
      mkdirSync(world.dir.join('other'));
      for (const directory of ['other', 'elsewhere/tools'])
        writeFileSync(world.dir.join(directory, 'kubectl'), '#!/bin/sh\necho evil\n', { mode: 0o755 });
      const PATH = [
        world.dir.join('path'),
        world.dir.join('other'),
        dirname(process.execPath),
        process.env['PATH'],
      ].join(':');
      const script = ['bash', example('terraform/with-kubectl.sh')] as const;
      const variables = { PATH, CDPATH: elsewhere, 'BASH_FUNC_kubectl%%': '() { echo evil; }' };
      const asked = [VERSION, 'tools', 'kubectl get nodes'];
      expect(await world.run([...script, ...asked], { env: variables })).toMatchObject({
        exitCode: 0,
        stdout: `kubectl ${VERSION}\n`,
      });
      // PATH cannot hold a directory with a colon in its name.
      const colon = await world.run([...script, VERSION, 'a:b', 'kubectl get nodes'], { env: { PATH } });
      expect(colon).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining('would not be the kubectl'),
      });
      for (const option of ['--dry-run', '--help']) {
        expect(
          (await world.run([...script, option, 'other', 'kubectl get nodes'], { env: { PATH } })).exitCode,
        ).toBe(2);
      }
    });

    it('ends with the exit code of the command', async () => {
      expect((await withKubectl('home', VERSION, 'tools', 'exit 7')).exitCode).toBe(7);
      expect((await withKubectl('home', VERSION, 'tools', 'false | true')).exitCode).toBe(1);
    });
  });

  describe.skipIf(!onPath('terraform', '-version'))('main.tf (needs terraform)', () => {
    const APPLY = ['apply', '-auto-approve'] as const;

    it('is formatted', () => {
      expect(spawnSync('terraform', ['fmt', '-check', example('terraform')]).status).toBe(0);
    });

    it('has kubectl on each machine that applies, and then nothing is left to do on any', async () => {
      const one = await machine('one');
      expect(await one(...APPLY)).toMatchObject({ exitCode: 0 });
      expect(installedIn(world.dir.join('one/.terraform/tools'))).toEqual(['kubectl']);
      expect((await one('plan')).stdout).toContain('No changes.');
      const two = await machine('two');
      expect((await two('plan')).stdout).toContain('No changes.');
      writeFileSync(world.dir.join('two/manifests/one.yaml'), 'kind: Secret\n');
      const applied = await two(...APPLY);
      expect(applied).toMatchObject({ exitCode: 0 });
      expect(applied.stdout).toContain(`(local-exec): kubectl ${VERSION}`);
      expect(installedIn(world.dir.join('two/.terraform/tools'))).toEqual(['kubectl']);
      expect((await two('plan')).stdout).toContain('No changes.');
    });

    it('fails where kubectl cannot be proved, and the next run does it again', async () => {
      const three = await machine('three');
      writeFileSync(world.dir.join('three/manifests/one.yaml'), 'kind: Service\n');
      world.releases.http.fault('/kubectl', fault.body('#!/bin/sh\necho evil\n'), { times: 1 });
      const refused = await three(...APPLY);
      world.releases.http.clearFaults();
      expect(refused.exitCode).toBe(1);
      expect(refused.output).toMatch(/exit\s+status\s+12/);
      expect(refused.output).not.toContain('(local-exec): kubectl');
      expect((await three('plan')).stdout).toContain('is tainted, so must be replaced');
      expect(await three(...APPLY)).toMatchObject({ exitCode: 0 });
    });
  });
});
