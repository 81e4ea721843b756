/** A program that writes to a file while it is verified: the name is of the bytes that were proved, or there is none. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClient } from '../../src/client.ts';
import { checkMirror, K8sVerifyError, verify } from '../../src/index.ts';
import { goProgram } from '#support/go-program';
import { createLocalSigstore } from '#support/local-sigstore';
import { testDir } from '#support/test-dir';

const FLIP = fileURLToPath(new URL('../support/flip-bytes.py', import.meta.url));
const HAS_PYTHON = spawnSync('python3', ['--version']).status === 0;
const ROUNDS = 15;
const REAL = 'v1.29.0';
const CLAIMED = 'v1.30.2';

const sigstore = createLocalSigstore();
const trustedRoot = sigstore.trustedRoot();

/** A genuine program of the one version in the place of a file of the other, which goes back and forth between both. */
async function flipping(path: string): Promise<void> {
  const bytes = goProgram({ strings: [REAL], padding: 4 * 1024 * 1024 });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  writeFileSync(`${path}.sigstore.json`, sigstore.signBlob({ bytes }).bundle('0.3'));
  const child = spawn('python3', [FLIP, path, REAL, CLAIMED], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
}

/** What each run said, in a word: a version, or the code of an error. */
async function said(run: () => Promise<string | undefined>): Promise<readonly string[]> {
  const answers: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    try {
      answers.push((await run()) ?? 'nothing');
    } catch (error) {
      if (!(error instanceof K8sVerifyError)) throw error;
      answers.push(error.code);
    }
  }
  return answers;
}

describe.skipIf(!HAS_PYTHON)(
  'a file that another program writes to through a mapping (needs python3)',
  () => {
    it('is never given another name by verify', async () => {
      const dir = await testDir();
      await flipping(dir.join('kubectl'));
      await using client = createClient({ offline: true });
      const answers = await said(async () => {
        const { artifacts } = await verify({ path: dir.join('kubectl') }, { trustedRoot }, client);
        return artifacts[0]?.version;
      });
      expect(answers.filter((one) => ![REAL, 'digest-mismatch', 'offline'].includes(one))).toEqual([]);
    });

    it('is never given another name by a check of a mirror', async () => {
      const dir = await testDir();
      await flipping(dir.join(`release/${CLAIMED}/bin/linux/amd64/kubectl`));
      await using client = createClient({ offline: true });
      const answers = await said(async () => {
        const { files } = await checkMirror({ directory: dir.path, trustedRoot }, client);
        const [one] = files;
        return one?.kind === 'failed' ? one.error.code : `proved as ${one?.artifact.version}`;
      });
      const refused = new Set(['name-mismatch', 'digest-mismatch', 'mirror-unreadable']);
      expect(answers.filter((one) => !refused.has(one))).toEqual([]);
    });
  },
);
