/** The pipeline of Jenkins, without Jenkins: its environment, and the shell steps of its stages in one workspace. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProgramRun } from '#support/run-program';
import { type ExampleWorld, installedIn, onPath, readExample, startExampleWorld } from './example-world.ts';

const text = readExample('Jenkinsfile');
const STAGES = ['k8s-verify', 'kubectl', 'deploy'] as const;
/** Another genuine release. */
const OTHER = 'v1.29.6';
let world: ExampleWorld;

/** What is not a comment. */
const code = text.replaceAll(/^\s*\/\/.*$/gm, '');

const environment = Object.fromEntries(
  Array.from(code.matchAll(/^ {4}(\w+) = '(.*)'$/gm), ([, name = '', value = '']) => [name, value]),
);

/** Variables with another value than those of the pipeline. */
type Changed = Readonly<Record<string, string>>;

/** What Jenkins writes into a file, and runs with `sh -xe`. */
function scriptOf(stage: string): string {
  const body = code.split(`stage('${stage}')`)[1]?.split("stage('")[0] ?? '';
  return Array.from(body.matchAll(/sh '''\n([\s\S]*?)'''/g), ([, script = '']) => script).join('');
}

async function run(stage: string, name: string, changed: Changed = {}): Promise<ProgramRun> {
  const workspace = world.dir.join(name);
  mkdirSync(workspace, { recursive: true });
  world.releases.publishFile('/k8s-verify-linux-x64', world.command);
  return world.run(['sh', '-xe', '-c', scriptOf(stage)], {
    cwd: workspace,
    env: {
      ...environment,
      VERIFIER_URL: `${world.releases.url}/k8s-verify-linux-x64`,
      VERIFIER_SHA256: createHash('sha256').update(world.command).digest('hex'),
      ...changed,
    },
  });
}

/** A build: it ends with the first stage that fails. */
async function build(name: string, changed: Changed = {}): Promise<ProgramRun & { readonly stage: string }> {
  for (const stage of STAGES) {
    const ran = await run(stage, name, changed);
    if (ran.exitCode !== 0 || stage === STAGES.at(-1)) return { ...ran, stage };
  }
  throw new Error('a build has stages');
}

describe('Jenkinsfile', () => {
  it('is a declarative pipeline whose strings are those of the shell', () => {
    expect(code.trim()).toMatch(/^pipeline \{[\s\S]*\}$/);
    expect(code.split('{')).toHaveLength(code.split('}').length);
    expect(Array.from(code.matchAll(/stage\('(.*)'\)/g), ([, name]) => name)).toEqual([...STAGES]);
    // Groovy puts nothing into these, and takes no backslash out of them.
    expect(code.match(/\bsh '''/g)).toHaveLength(STAGES.length);
    expect(code).not.toMatch(/["']{3}[^']*\\|sh "/);
    expect(environment).toMatchObject({ K8S_VERIFY_DATA_DIR: '.k8s-verify' });
  });

  describe.skipIf(process.platform !== 'linux' || !onPath('curl'))('(needs Linux, curl)', () => {
    beforeAll(async () => {
      world = await startExampleWorld();
    });
    afterAll(() => world.close());

    it('proves, and proves again; the next build asks for nothing, and replaces what is something else', async () => {
      expect(await build('workspace')).toMatchObject({ exitCode: 0, stage: 'deploy' });
      const tools = world.dir.join('workspace', 'tools');
      expect(installedIn(tools)).toEqual(['kubectl']);
      for (const [, file = ''] of code.matchAll(/archiveArtifacts artifacts: '([^']*)'/g)) {
        expect(statSync(world.dir.join('workspace', file)).isFile()).toBe(true);
      }
      const asked = (): number =>
        world.releases.http.requestsFor('/kubectl').length + world.sigstore.rekorServer.http.requests.length;
      const before = asked();
      expect(await build('workspace')).toMatchObject({ exitCode: 0 });
      expect(asked()).toBe(before);
      writeFileSync(`${tools}/kubectl`, '#!/bin/sh\necho evil\n');
      expect(await build('workspace')).toMatchObject({ exitCode: 0 });
      expect(installedIn(tools)).toEqual(['kubectl']);
    });

    it('runs no executable of another digest', async () => {
      const { exitCode, stage, stderr } = await build('other', { VERIFIER_SHA256: 'f'.repeat(64) });
      expect({ exitCode, stage }).toEqual({ exitCode: 1, stage: 'k8s-verify' });
      expect(stderr).not.toContain('chmod');
    });

    it('deploys with no other file than the one that was proved', async () => {
      expect(await build('changed')).toMatchObject({ exitCode: 0 });
      const file = world.dir.join('changed', 'tools', 'kubectl');
      writeFileSync(file, `${readFileSync(file, 'utf8')}echo evil\n`);
      expect(await run('deploy', 'changed')).toMatchObject({ exitCode: 12 });
    });

    it('deploys with no genuine file of another version', async () => {
      await world.publish(OTHER);
      expect(await build('pinned')).toMatchObject({ exitCode: 0 });
      expect(await build('older', { KUBECTL_VERSION: OTHER })).toMatchObject({ exitCode: 0 });
      for (const name of ['kubectl', 'kubectl.sigstore.json'])
        copyFileSync(world.dir.join('older', 'tools', name), world.dir.join('pinned', 'tools', name));
      expect(await run('deploy', 'pinned')).toMatchObject({ exitCode: 19 });
    });
  });
});
