import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type PackageSeed, packageSeed } from '../../scripts/trust-roots/package-seed.ts';
import { checkTrustRoot } from '../../scripts/trust-roots/check.ts';
import { readReadme, renderReadme } from '../../scripts/trust-roots/readme.ts';
import type { Origin } from '../../scripts/trust-roots/trust-root-folder.ts';
import { readRootRecord } from '../../src/trust/root-age.ts';
import { testDir } from '#support/test-dir';
import { newLog, PUBLIC_GOOD, publicGood } from './public-good.ts';
import { runIn } from './refresh.ts';

/** What the record next to the files says. */
const { currentAsOf: FETCHED_ON } = readRootRecord(readFileSync(`${PUBLIC_GOOD}/record.json`));
const FETCHED: Origin = { kind: 'repository', url: 'https://tuf.example/a', seedVersion: '5.0.1' };

async function copy(): Promise<string> {
  const folder = (await testDir()).join('sigstore-public-good');
  cpSync(PUBLIC_GOOD, folder, { recursive: true });
  return folder;
}

/** A folder whose trusted root was fetched, and is newer than that of the package. */
async function fetched(): Promise<string> {
  const folder = await copy();
  const trusted = publicGood((root) => root.tlogs.push(newLog('https://log2027-1.example')));
  writeFileSync(`${folder}/trusted_root.json`, trusted);
  const files = { root: readFileSync(`${folder}/root.json`), trusted };
  writeFileSync(`${folder}/README.md`, renderReadme(files, FETCHED, FETCHED_ON));
  return folder;
}

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

/** The package as a later release of it could be. */
function later(change: Partial<PackageSeed> & { readonly rootVersion?: number }): PackageSeed {
  const { files, version } = packageSeed();
  const { rootVersion, ...rest } = change;
  const root =
    rootVersion === undefined
      ? files.root
      : Buffer.from(JSON.stringify({ signed: { version: rootVersion }, signatures: [] }));
  return { version, files: { ...files, root }, ...rest };
}

describe('npm run trust-roots -- --check', () => {
  it('passes for the folder that ships', async () => {
    expect(await runIn(PUBLIC_GOOD, ['--check'])).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
      untouched: true,
    });
  });

  it('passes for what was fetched, although the package carries something else', async () => {
    expect(await runIn(await fetched(), ['--check'])).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it.each(['root.json', 'trusted_root.json'])('complains of a %s that was edited', async (name) => {
    for (const folder of [await copy(), await fetched()]) {
      edit(`${folder}/${name}`, (text) => `${text}\n`);
      const { exitCode, stderr } = await runIn(folder, ['--check']);
      expect(exitCode).toBe(1);
      expect(stderr).toBe(`trust-roots/sigstore-public-good/${name} is not what the README records`);
    }
  });

  it('complains of a trusted root that was edited together with its digest', async () => {
    const folder = await copy();
    const trusted = publicGood((root) => root.tlogs.push(newLog('https://log.example')));
    writeFileSync(`${folder}/trusted_root.json`, trusted);
    const files = { root: readFileSync(`${folder}/root.json`), trusted };
    writeFileSync(
      `${folder}/README.md`,
      renderReadme(files, { kind: 'package', version: packageSeed().version }, FETCHED_ON),
    );
    expect(checkTrustRoot(folder, packageSeed())).toEqual([
      expect.stringContaining('trusted_root.json is not what @sigstore/tuf'),
    ]);
  });

  it.each([
    ['another sentence', (text: string) => `${text}More.\n`, /edited by hand/],
    ['another root version', (text: string) => text.replace(/\(version \d+\)/, '(version 99)'), /edited by hand/],
    ['no origin', (text: string) => text.replace(/^Origin: .*$/m, 'Origin: unknown'), /names no origin/],
    ['no digests', (text: string) => text.replaceAll(/[0-9a-f]{64}/g, ''), /not what the README records/],
  ])('complains of a README with %s', async (_name, change, complaint) => {
    const folder = await fetched();
    edit(`${folder}/README.md`, change);
    expect(await runIn(folder, ['--check'])).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(complaint) });
  });

  it('refuses a trusted root that cannot be read strictly, whatever its digest', async () => {
    const folder = await copy();
    const files = { root: readFileSync(`${folder}/root.json`), trusted: Buffer.from('{}') };
    writeFileSync(`${folder}/trusted_root.json`, files.trusted);
    writeFileSync(`${folder}/README.md`, renderReadme(files, FETCHED, FETCHED_ON));
    expect(await runIn(folder, ['--check'])).toMatchObject({ exitCode: 18 });
  });

  it.each([[['--help']], [['-h']], [['--fetch', '--help']]])('is passed over for the help: %j', async (args) => {
    const { exitCode, stdout, stderr } = await runIn('/nowhere', args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npm run trust-roots -- \[--check \| --fetch /);
    for (const option of ['--check', '--fetch', '--repository URL', '--ca-file FILE', '-h, --help']) {
      expect(stdout).toContain(`  ${option}`);
    }
  });

  it('refuses a folder that lacks a file', async () => {
    const folder = await copy();
    rmSync(`${folder}/trusted_root.json`);
    expect(await runIn(folder, ['--check'])).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(/cannot be read/) });
  });

  it('complains once the package is another one', async () => {
    expect(checkTrustRoot(await copy(), later({ version: '5.9.9' }))).toEqual([
      expect.stringContaining('5.9.9 is installed'),
    ]);
  });

  it('complains of fetched files once the package carries a newer TUF root, and not before', async () => {
    const folder = await fetched();
    expect(checkTrustRoot(folder, later({ version: '5.9.9' }))).toEqual([]);
    expect(checkTrustRoot(folder, later({ version: '5.9.9', rootVersion: 99 }))).toEqual([
      expect.stringContaining('newer TUF root'),
    ]);
  });

  it.each<Origin>([FETCHED, { kind: 'package', version: '5.0.1' }])('reads what it writes: %j', (origin) => {
    const { files } = packageSeed();
    const record = readReadme(renderReadme(files, origin, FETCHED_ON));
    expect(record.origin).toEqual(origin);
    expect([...record.digests.keys()]).toEqual(['trusted_root.json', 'root.json']);
  });
});

describe('npm run trust-roots', () => {
  it('takes fetched files back to what the package carries, and says what that undoes', async () => {
    const folder = await fetched();
    expect(await runIn(folder, [])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^gone: log https:\/\/log2027-1\.example/),
    });
    expect(checkTrustRoot(folder, packageSeed())).toEqual([]);
  });

  it('leaves a newer TUF root alone', async () => {
    const folder = await fetched();
    writeFileSync(`${folder}/root.json`, '{"signed":{"version":99}}');
    expect(await runIn(folder, [])).toMatchObject({
      exitCode: 18,
      stderr: expect.stringMatching(/older than the one in the folder/),
      untouched: true,
    });
  });

  it.each(['not JSON', '{}', '{"signed":{"version":"1"}}', '{"signed":{"version":0}}', '[]'])(
    'refuses a folder whose TUF root is %s',
    async (root) => {
      const folder = await copy();
      writeFileSync(`${folder}/root.json`, root);
      expect(await runIn(folder, [])).toMatchObject({ exitCode: 18, untouched: true });
    },
  );
});
