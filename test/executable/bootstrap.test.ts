import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { TARGETS } from '../../scripts/executable/targets.ts';
import { ROOT } from '../package/packed.ts';
import { buildTree, copySourceTree } from '../package/source-tree.ts';
import { createLocalSigstore } from '#support/local-sigstore';
import { runCli } from '#support/run-cli';
import { createTempDir, type TempDir } from '#support/temp-dir';

const text = readFileSync(path.join(ROOT, 'docs/bootstrap.md'), 'utf8');
const IDENTITY = 'https://github.com/OWNER/k8s-verify/.github/workflows/release.yml@refs/tags/v0.1.0';
const ISSUER = 'https://token.actions.githubusercontent.com';
const FILE = 'k8s-verify-linux-x64.tar.xz';
const CONTENT = Buffer.from('an executable');

/** The blocks of the document in one language. */
function blocks(language: string): readonly string[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, name, block = '']) =>
    name === language ? [block] : [],
  );
}

describe('docs/bootstrap.md', () => {
  let dir: TempDir;
  beforeAll(async () => {
    dir = await createTempDir();
    const sigstore = createLocalSigstore();
    const signed = sigstore.signBlob({
      bytes: CONTENT,
      identity: [{ kind: 'uri', value: IDENTITY }],
      issuer: ISSUER,
    });
    writeFileSync(dir.join(FILE), CONTENT);
    writeFileSync(dir.join(`${FILE}.sigstore.json`), signed.bundle('0.3'));
    const repository = { url: 'git+https://github.com/OWNER/k8s-verify.git' };
    copySourceTree(dir.join('released'), { repository, trustedRoot: sigstore.trustedRoot() });
    await buildTree(dir.join('released'));
    return () => dir.remove();
  });

  /** The commands with k8s-verify: by the option of a released build, and for one that knows no repository. */
  const commands = blocks('')
    .filter((block) => block.startsWith('k8s-verify verify'))
    .map((block) => block.replaceAll('\\\n', ' ').trim().split(/\s+/).slice(1));

  it('has a command for a released k8s-verify, and one for any other', () => {
    expect(commands.map((words) => words[2])).toEqual(['--k8s-verify-release', '--certificate-identity']);
  });

  it.each(commands)('k8s-verify %s %s %s ... verifies a release', async (...words) => {
    const run = async (): Promise<number | null> =>
      (await runCli(words, { cwd: dir.path, script: dir.join('released', 'bin', 'k8s-verify.js') })).exitCode;
    expect(await run()).toBe(0);
    writeFileSync(dir.join(FILE), 'another executable');
    expect(await run()).not.toBe(0);
    writeFileSync(dir.join(FILE), CONTENT);
  });

  const tools = ['openssl', 'python3', 'sha256sum', 'base64'].every(
    (tool) =>
      spawnSync(tool, [tool === 'openssl' ? 'version' : '--version'], { stdio: 'ignore' }).status === 0,
  );
  it.skipIf(!tools)(
    'the commands with openssl and sha256sum run (needs openssl, sha256sum and python3)',
    () => {
      const scripts = blocks('sh');
      expect(scripts).toHaveLength(2);
      const outputs = scripts.map((script) => {
        const { stdout, stderr, status } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
          cwd: dir.path,
          encoding: 'utf8',
          env: { ...process.env, VERIFIER_SHA256: createHash('sha256').update(CONTENT).digest('hex') },
        });
        expect({ stderr, status }).toMatchObject({ status: 0 });
        return stdout;
      });
      expect(outputs[0]).toContain(`${FILE}: OK`);
      expect(outputs[1]).toContain(IDENTITY);
      expect(outputs[1]).toContain('Verified OK');
    },
  );

  it('names one identity and one issuer, those of the release workflow', () => {
    const workflow: { readonly on: { readonly push: { readonly tags: readonly string[] } } } = parse(
      readFileSync(path.join(ROOT, '.github/workflows/release.yml'), 'utf8'),
    );
    expect(workflow.on.push.tags).toHaveLength(1);
    const identities = text.match(/https:\/\/github\.com\/OWNER[^\s`]*/g) ?? [];
    expect(new Set(identities)).toEqual(new Set([IDENTITY]));
    expect(text).toContain(ISSUER);
  });

  it('lists what the release consists of, as the release workflow makes it', () => {
    const cells = [...text.matchAll(/^\| (`[^|]+`) \|/gm)].map(([, cell = '']) => cell);
    const listed = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    expect(listed).toEqual([
      'k8s-verify-<os>-<arch>.tar.xz',
      'k8s-verify-win-x64.zip',
      'k8s-verify-<os>-<arch>.LICENSES.txt',
      'k8s-verify-0.1.0.tgz',
      'k8s-verify-image.txt',
      'install.sh',
      'k8s-verify.rb',
      'flake.nix',
      'aqua-registry.yaml',
      'devcontainer-feature-k8s-verify.tgz',
      'k8s-verify-action-index.js',
      'k8s-verify-action-main.cjs',
      'k8s-verify.cdx.json',
      'SHA256SUMS',
      '<file>.sigstore.json',
    ]);
    const workflow = readFileSync(path.join(ROOT, '.github/workflows/release.yml'), 'utf8');
    for (const made of [
      'path: dist/k8s-verify-*',
      'npm pack --ignore-scripts --pack-destination release',
      'cp dist/action/index.js release/k8s-verify-action-index.js',
      'cp dist/action/main.cjs release/k8s-verify-action-main.cjs',
      'npm run --silent sbom > release/k8s-verify.cdx.json',
      'node scripts/pack-executables.ts release',
      'node ../scripts/render-packaging.ts --sums "$RUNNER_TEMP/sums"',
      '> release/k8s-verify-image.txt',
      'sha256sum -- * > SHA256SUMS',
      'cosign sign-blob --yes --bundle "$file.sigstore.json" "$file"',
    ]) {
      expect(workflow).toContain(made);
    }
  });

  it.each(TARGETS)('says which Node is in the executable for $name', ({ package: name, nodeVersion }) => {
    expect(text).toContain(`\`${name}\``);
    expect(text).toContain(nodeVersion);
  });

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !existsSync(path.join(ROOT, 'docs', link)))).toEqual([]);
  });
});
