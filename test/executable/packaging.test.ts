/** What package managers read, with the digests of a release: one script writes all of it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { x as extractTar } from 'tar';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { archiveName, TARGETS } from '../../scripts/executable/targets.ts';
import { packPackage, ROOT } from '../package/packed.ts';
import { createTempDir, type TempDir } from '#support/temp-dir';

const { version }: { readonly version: string } = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
);
const NAMES = [...TARGETS.map(archiveName), `k8s-verify-${version}.tgz`];
/** Another digest for each file, so that none can stand in for another. */
const DIGESTS = new Map(NAMES.map((name, i) => [name, String(i + 1).repeat(64)]));
const REPOSITORY = 'OWNER/k8s-verify';
const BASE = `https://github.com/${REPOSITORY}/releases/download/v${version}/`;

function render(
  dir: TempDir,
  names: readonly string[] = NAMES,
  repository: string = REPOSITORY,
): number | null {
  writeFileSync(dir.join('SHA256SUMS'), names.map((name) => `${DIGESTS.get(name)}  ${name}\n`).join(''));
  const script = [
    'scripts/render-packaging.ts',
    '--sums',
    dir.join('SHA256SUMS'),
    '--repository',
    repository,
    '--out',
    dir.join('out'),
  ];
  return spawnSync(process.execPath, script, { cwd: ROOT, stdio: 'ignore' }).status;
}

async function rendered(): Promise<{ readonly dir: TempDir; readonly read: (name: string) => string }> {
  const dir = await createTempDir();
  expect(render(dir)).toBe(0);
  return { dir, read: (name) => readFileSync(dir.join('out', name), 'utf8') };
}

const has = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

/** Each URL of the text with the digest that follows it. */
function pinned(text: string, digest: RegExp): ReadonlyMap<string, string> {
  const found = text.matchAll(new RegExp(`"(${BASE}[^"]+)"[^"]*"${digest.source}"`, 'g'));
  return new Map([...found].map(([, url = '', value = '']) => [url.slice(BASE.length), value]));
}

describe('docs/install.md', () => {
  const page = readFileSync(path.join(ROOT, 'docs/install.md'), 'utf8');
  const ways = page.slice(0, page.indexOf('## What an install does'));

  it('takes files that a release has, from where it has them', async () => {
    const { dir } = await rendered();
    await using _ = dir;
    const published = new Set([...NAMES, ...readdirSync(dir.join('out'))]);
    const urls = ways.match(/https:\/\/github\.com\/[^\s"]+/g) ?? [];
    expect(urls.length).toBeGreaterThan(6);
    expect(urls.filter((url) => !url.startsWith(BASE))).toEqual([]);
    expect(urls.map((url) => url.slice(BASE.length)).filter((name) => !published.has(name))).toEqual([]);
  });

  it('names only options that install.sh has', () => {
    const script = readFileSync(path.join(ROOT, 'packaging/install.sh'), 'utf8');
    const section = ways.slice(ways.indexOf('### Install script'), ways.indexOf('### Container image'));
    const options = [...section.matchAll(/`(--[a-z-]+)`/g)].map(([, option = '']) => option);
    expect(options.toSorted()).toEqual(['--dir', '--from', '--require-signature']);
    expect(options.filter((option) => !script.includes(`[${option}`))).toEqual([]);
  });

  it('compares a digest before each step that trusts a file', () => {
    const blocks = [...ways.matchAll(/^```\n(.*?)^```$/gms)].map(([, block = '']) => block);
    const fetched = blocks.filter((block) => block.startsWith('curl'));
    expect(fetched.length).toBeGreaterThan(4);
    expect(fetched.filter((block) => !/echo "DIGEST {2}\S+" \| sha256sum --check/.test(block))).toEqual([]);
    expect(blocks.filter((block) => block.includes('ghcr.io') && !block.includes('@sha256:DIGEST'))).toEqual(
      [],
    );
    expect(ways).not.toMatch(/npm install (?:--global )?k8s-verify(?:@|\s|$)/);
  });
});

describe('what package managers read of a release', () => {
  it('pins each archive in the formula for Homebrew', async () => {
    const { dir, read } = await rendered();
    await using _ = dir;
    const formula = read('k8s-verify.rb');
    const names = ['darwin-arm64', 'linux-arm64', 'linux-x64'].map((name) => `k8s-verify-${name}.tar.xz`);
    expect([...pinned(formula, /([0-9a-f]{64})/)]).toEqual(names.map((name) => [name, DIGESTS.get(name)]));
    expect(formula).toContain(`version "${version}"`);
  });

  it.skipIf(!has('ruby'))('writes a formula in Ruby (needs ruby)', async () => {
    const { dir } = await rendered();
    await using _ = dir;
    expect(spawnSync('ruby', ['-c', dir.join('out', 'k8s-verify.rb')]).status).toBe(0);
  });

  it('pins the npm package in the flake for Nix', async () => {
    const { dir, read } = await rendered();
    await using _ = dir;
    const name = `k8s-verify-${version}.tgz`;
    const hash = Buffer.from(DIGESTS.get(name) ?? '', 'hex').toString('base64');
    expect([...pinned(read('flake.nix'), /sha256-([A-Za-z0-9+/=]+)/)]).toEqual([[name, hash]]);
  });

  it('the flake starts the command of the package alone, without the packages that the library needs', async () => {
    await using dir = await createTempDir();
    const packed = packPackage();
    await extractTar({ file: packed.tarball, cwd: dir.path });
    rmSync(packed.directory, { recursive: true });
    const command = [process.execPath, dir.join('package/bin/k8s-verify.js')];
    const script = ['scripts/try-executable.ts', '--directory', dir.join('try'), ...command];
    const { status, stderr } = spawnSync(process.execPath, script, { cwd: ROOT, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.skipIf(!has('nix-instantiate'))('writes a flake in Nix (needs nix)', async () => {
    const { dir } = await rendered();
    await using _ = dir;
    expect(spawnSync('nix-instantiate', ['--parse', dir.join('out', 'flake.nix')]).status).toBe(0);
  });

  it('tells aqua the archive of each target, and who signs their digests', async () => {
    const { dir, read } = await rendered();
    await using _ = dir;
    const { packages }: { readonly packages: readonly AquaPackage[] } = parse(read('aqua-registry.yaml'));
    const [entry] = packages;
    if (entry === undefined) throw new TypeError('there is an entry');
    const archives = [
      ['linux', 'amd64'],
      ['linux', 'arm64'],
      ['darwin', 'arm64'],
      ['windows', 'amd64'],
    ].map(([os = '', arch = '']) => aquaAsset(entry, os, arch));
    expect(archives.toSorted()).toEqual(TARGETS.map(archiveName).toSorted());
    expect(entry.supported_envs).toEqual(['linux', 'darwin/arm64', 'windows/amd64']);
    expect(entry.checksum).toMatchObject({ asset: 'SHA256SUMS', algorithm: 'sha256' });
    expect(entry.checksum.cosign.opts).toEqual([
      '--certificate-identity',
      `https://github.com/${REPOSITORY}/.github/workflows/release.yml@refs/tags/{{.Version}}`,
      '--certificate-oidc-issuer',
      'https://token.actions.githubusercontent.com',
    ]);
  });

  it('writes each digest of an archive into install.sh, and leaves no gap in it', async () => {
    const { dir, read } = await rendered();
    await using _ = dir;
    const script = read('install.sh');
    const lines = TARGETS.filter(({ platform }) => platform !== 'win32').map(
      (target) => `${DIGESTS.get(archiveName(target))}  ${archiveName(target)}`,
    );
    expect(script).toContain(`digests='${lines.join('\n')}'`);
    expect(script).not.toMatch(/@[A-Z]+@/);
  });

  it.skipIf(!has('shellcheck'))(
    'writes scripts that shellcheck is content with (needs shellcheck)',
    async () => {
      const { dir } = await rendered();
      await using _ = dir;
      const feature = path.join(ROOT, 'packaging/devcontainer-feature/install.sh');
      expect(
        spawnSync('shellcheck', [dir.join('out', 'install.sh'), feature], { encoding: 'utf8' }).stdout,
      ).toBe('');
    },
  );

  it.skipIf(process.platform === 'win32')(
    'packs a feature for development containers, whose scripts do as its options say (needs Unix)',
    async () => {
      const { dir } = await rendered();
      await using _ = dir;
      const feature = dir.join('feature');
      mkdirSync(feature);
      await extractTar({ file: dir.join('out', 'devcontainer-feature-k8s-verify.tgz'), cwd: feature });
      const description: unknown = JSON.parse(
        readFileSync(path.join(feature, 'devcontainer-feature.json'), 'utf8'),
      );
      expect(description).toMatchObject({ id: 'k8s-verify', version, options: FEATURE_OPTIONS });

      // The script that fetches is another one here: it writes down how it was started, and so does what it installs.
      const log = dir.join('log');
      const note = `#!/bin/sh\necho "$(basename "$0") $*" >> '${log}'\n`;
      writeFileSync(dir.join('k8s-verify'), note, { mode: 0o755 });
      writeFileSync(
        path.join(feature, 'k8s-verify-install.sh'),
        `${note}cp '${dir.join('k8s-verify')}' "$2"\n`,
      );
      const bin = dir.join('bin');
      mkdirSync(bin);
      const env = {
        ...process.env,
        FEATURE_DIR: bin,
        COMPONENTS: 'kubectl@v1.30.2 kubeadm',
        REQUIRESIGNATURE: 'true',
        FROM: 'https://mirror.example.com/k',
      };
      const stubs = dir.join('stubs');
      mkdirSync(stubs);
      for (const name of ['xz', 'curl'])
        writeFileSync(path.join(stubs, name), '#!/bin/sh\n', { mode: 0o755 });
      execFileSync('sh', [path.join(feature, 'install.sh')], {
        env: { ...env, PATH: `${stubs}:${process.env['PATH']}` },
      });
      expect(readFileSync(log, 'utf8')).toBe(
        `k8s-verify-install.sh --dir ${bin} --from https://mirror.example.com/k --require-signature\n` +
          `k8s-verify kubectl@v1.30.2 kubeadm --install-dir ${bin}\n`,
      );
    },
  );

  it('is not written without a digest that it needs', async () => {
    await using dir = await createTempDir();
    expect(
      NAMES.map((missing) =>
        render(
          dir,
          NAMES.filter((name) => name !== missing),
        ),
      ),
    ).not.toContain(0);
  });

  it('is the same each time', async () => {
    await using dir = await createTempDir();
    render(dir);
    const first = readFileSync(dir.join('out', 'devcontainer-feature-k8s-verify.tgz'));
    render(dir);
    expect(readFileSync(dir.join('out', 'devcontainer-feature-k8s-verify.tgz')).equals(first)).toBe(true);
  });
});

const FEATURE_OPTIONS = {
  components: { type: 'string', default: '' },
  requireSignature: { type: 'boolean', default: false },
  from: { type: 'string', default: '' },
};

interface AquaPackage {
  readonly asset: string;
  readonly format: string;
  readonly overrides: readonly { readonly goos: string; readonly format: string }[];
  readonly replacements: Readonly<Record<string, string>>;
  readonly supported_envs: readonly string[];
  readonly checksum: { readonly cosign: { readonly opts: readonly string[] } };
}

/** As aqua fills in a template. */
function aquaAsset(
  { asset, format, overrides, replacements }: AquaPackage,
  os: string,
  arch: string,
): string {
  const own = overrides.find(({ goos }) => goos === os)?.format ?? format;
  const values = { OS: replacements[os] ?? os, Arch: replacements[arch] ?? arch, Format: own };
  return Object.entries(values).reduce(
    (text, [name, value]) => text.replaceAll(`{{.${name}}}`, value),
    asset,
  );
}
