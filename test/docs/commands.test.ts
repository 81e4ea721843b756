/**
 * Every `sh` block of docs/, run as it is printed, on the stage of `stage.ts`. docs/bootstrap.md has a test of its own
 * (test/executable/bootstrap.test.ts), since its commands need a release of k8s-verify.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import { blocksIn, blocksOf, readPage } from './blocks.ts';
import { ROOT, setStage } from './stage.ts';

const pages = readdirSync(join(ROOT, 'docs'))
  .filter((name) => name.endsWith('.md') && name !== 'bootstrap.md')
  .map((name) => `docs/${name}`);
const scripts = pages.flatMap((page) => blocksOf(page, 'sh').map((code) => ({ page, code })));

/** What a reader puts in for the words in capitals. */
const STAND_INS = [
  ['--trusted-root FILE', '--trusted-root trusted_root.json'],
  ['policy check FILE', 'policy check policy.json'],
  ['FILE.tar.gz', 'client.tar.gz'],
  ['BUNDLE', 'kubectl-1.30.sigstore.json'],
  ['FILE', 'kubectl-1.30'],
  ['COMPONENT', 'kubectl'],
  ['DIR', 'mirror'],
  ['release VERSION', 'release v1.36.2'],
  ['VERSION', 'v1.30.2'],
  ['URL', 'https://mirror.example.com'],
  ['COMMAND', 'install'],
  ['TOPIC', 'trust'],
  ['help N', 'help 12'],
] as const;

/** Commands within a sentence; those with brackets or bars are descriptions of a command line. */
const inSentences = new Set(
  ['README.md', ...pages].flatMap((page) =>
    [...readPage(page).matchAll(/`(k8s-verify [^`]*)`/g)]
      .map(([, command = '']) => command)
      .filter((command) => !/[[|]/.test(command))
      .map((command) => STAND_INS.reduce((text, [word, value]) => text.replaceAll(word, value), command)),
  ),
);

/** The release that a script audits. */
function audited(code: string): string | undefined {
  return /k8s-verify release (v\S+)/.exec(code)?.[1];
}

function onPath(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

describe('the commands in docs/', () => {
  it.each(scripts.filter(({ code }) => !code.includes('jq ')))('$page: $code', async ({ code }) => {
    await using stage = await setStage({ whole: audited(code) });
    const ran = await stage.exec('sh', ['-exc', code]);
    expect({ exitCode: ran.exitCode, stderr: ran.stderr }).toMatchObject({ exitCode: 0 });
  });

  it.skipIf(!onPath('jq')).each(scripts.filter(({ code }) => code.includes('jq ')))(
    '$page: $code (needs jq)',
    async ({ code }) => {
      await using stage = await setStage();
      const ran = await stage.exec('sh', ['-exc', code]);
      expect({ exitCode: ran.exitCode, stderr: ran.stderr }).toMatchObject({ exitCode: 0 });
    },
  );

  it.skipIf(!onPath('jq'))('make a lockfile that the action reads (needs jq)', async () => {
    await using stage = await setStage();
    const code = blocksOf('docs/action.md', 'sh').find((script) => script.includes('k8s.lock.json'));
    await stage.exec('sh', ['-exc', code ?? 'exit 1']);
    const sha256 = createHash('sha256')
      .update(readFileSync(join(stage.path, 'proved/kubectl')))
      .digest('hex');
    expect(await readLockfile(join(stage.path, 'k8s.lock.json'))).toEqual([
      { component: 'kubectl', version: 'v1.30.2', platform: 'linux/amd64', sha256 },
    ]);
  });

  it('work in sentences, too', async () => {
    await using stage = await setStage({ whole: audited([...inSentences].join('\n')) });
    const begin =
      'export K8S_VERIFY_INSTALL_DIR="$HOME/bin"; k8s-verify kubectl v1.30.2 -o kubectl-1.30 --save-bundle; ' +
      'k8s-verify kubernetes-client v1.30.2 -o client.tar.gz --save-bundle; k8s-verify mirror kubectl v1.30.2 --to mirror; ' +
      'k8s-verify policy show > policy.json; k8s-verify lock kubectl v1.30.2';
    const ran = await stage.exec('sh', ['-exc', [begin, ...inSentences].join('\n')]);
    expect({ exitCode: ran.exitCode, stderr: ran.stderr }).toMatchObject({ exitCode: 0 });
    expect(inSentences.size).toBeGreaterThan(10);
  });

  it('are in blocks that say so, and in no other', () => {
    const hidden = pages.flatMap((page) =>
      blocksIn(page)
        .filter(({ language, code }) => language !== 'sh' && /^(?:\$ )?k8s-verify\b/m.test(code))
        .map(({ code }) => `${page}: ${code}`),
    );
    expect(hidden).toEqual([]);
  });
});
