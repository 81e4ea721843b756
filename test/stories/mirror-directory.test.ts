/** Installs from a mirror in a directory: with what the command line, the variable and the library say. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/strict/digest.ts';
import { install, type InstallInput, verify } from '../../src/index.ts';
import { renderManifest } from '#support/release-manifest';
import { runCli } from '#support/run-cli';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { rejection } from '#support/thrown-by';

const { sigstore, releases } = await testServers();

const VERSION = 'v1.30.2';
const KUBECTL = Buffer.from('#!/bin/sh\necho kubectl v1.30.2\n');
const PATH = `release/${VERSION}/bin/linux/amd64/kubectl`;
const MANIFEST = `release/${VERSION}/kubernetes-release.spdx`;
/** Nothing listens there: whoever asks the log fails. */
const NO_LOG = 'http://127.0.0.1:1';

interface FilledMirror {
  readonly dir: TempDir;
  readonly path: string;
  readonly put: (path: string, content: string | Uint8Array) => void;
  readonly input: InstallInput;
  /** `--trusted-root` and `--rekor-url`. */
  readonly options: readonly string[];
}

/** kubectl and the release manifest with their bundles, and which version is stable. */
async function filledMirror(bytes: Uint8Array = KUBECTL): Promise<FilledMirror> {
  const dir = await testDir();
  const path = dir.join('mirror');
  const put = (name: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(dir.join('mirror', name)), { recursive: true });
    writeFileSync(dir.join('mirror', name), content);
  };
  const files = [{ path: 'bin/linux/amd64/kubectl', sha256: digestOf(KUBECTL, 'sha256').hex }];
  const manifest = Buffer.from(renderManifest({ version: VERSION, files }));
  put(PATH, bytes);
  put(`${PATH}.sigstore.json`, sigstore.signBlob({ bytes: KUBECTL }).bundle('0.3'));
  put(MANIFEST, manifest);
  put(`${MANIFEST}.sigstore.json`, sigstore.signBlob({ bytes: manifest }).bundle('0.3'));
  put('release/stable.txt', VERSION);
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
  const input = {
    artifacts: ['kubectl'],
    platform: 'linux/amd64',
    into: dir.join('bin'),
    sources: [path],
    rekorUrl: NO_LOG,
    trustedRoot: sigstore.trustedRoot(),
  };
  const options = ['--trusted-root', dir.join('root.json'), '--rekor-url', NO_LOG];
  return { dir, path, put, input, options };
}

describe('an install from a mirror directory', () => {
  it('takes version, evidence, name and bytes from it, and asks nobody', async () => {
    const { path, dir, input } = await filledMirror();
    const { artifacts } = await install(input);
    expect(artifacts).toMatchObject([
      {
        outcome: 'installed',
        version: VERSION,
        source: `${path}/${PATH}`,
        evidence: { kind: 'bundle', location: `${path}/${PATH}.sigstore.json` },
        name: { bound: true, by: ['release-manifest'] },
      },
    ]);
    expect(readFileSync(dir.join('bin/kubectl'))).toEqual(KUBECTL);
  });

  it('is the same by a file URL, by --mirror and by K8S_VERIFY_MIRROR', async () => {
    const { path, dir, input, options } = await filledMirror();
    const url = pathToFileURL(path).href;
    expect(await install({ ...input, sources: [url] })).toMatchObject({
      artifacts: [{ outcome: 'installed' }],
    });
    const words = ['kubectl', '--platform', 'linux/amd64', ...options];
    const ways: readonly (readonly [readonly string[], Record<string, string>])[] = [
      [['--mirror', path], {}],
      [['--mirror', url], {}],
      [['--mirror', 'mirror'], {}],
      [[], { K8S_VERIFY_MIRROR: `${NO_LOG} ${path}` }],
    ];
    for (const [index, [more, env]] of ways.entries()) {
      const into = dir.join(`bin-${index}`);
      const line = [...words, '--install-dir', into, '--retries', '0', ...more];
      const run = await runCli(line, { cwd: dir.path, env });
      expect(run).toMatchObject({ exitCode: 0, stdout: `${into}/kubectl\n` });
    }
  });

  it('takes the pair and the log where the mirror has no bundle', async () => {
    const { dir, put, input } = await filledMirror();
    const signed = sigstore.signBlob({ bytes: KUBECTL });
    rmSync(dir.join('mirror', `${PATH}.sigstore.json`));
    put(`${PATH}.sig`, signed.signatureFile);
    put(`${PATH}.cert`, signed.certificateFile);
    const { artifacts } = await install({ ...input, rekorUrl: sigstore.rekorUrl });
    expect(artifacts).toMatchObject([{ outcome: 'installed', evidence: { kind: 'detached' } }]);
  });

  it('names the gap where the mirror lacks a part of the signature', async () => {
    const { dir, path, put, input } = await filledMirror();
    rmSync(dir.join('mirror', `${PATH}.sigstore.json`));
    put(`${PATH}.cert`, sigstore.signBlob({ bytes: KUBECTL }).certificateFile);
    expect(await rejection(install(input))).toMatchObject({
      code: 'mirror-incomplete',
      message: `the mirror has kubectl ${VERSION} linux/amd64, but not its signature`,
      wanted: 'kubectl.sigstore.json, or kubectl.sig and kubectl.cert',
      found: 'no such file, for .sig, and for .sigstore.json',
      from: `${path}/${PATH.slice(0, -'kubectl'.length)}`,
    });
  });

  it('names the file that it does not have, and learns nothing of it', async () => {
    const { dir, path, input } = await filledMirror();
    rmSync(dir.join('mirror', PATH));
    expect(await rejection(install(input))).toMatchObject({
      code: 'mirror-incomplete',
      message: `the mirror does not have kubectl ${VERSION} linux/amd64`,
      from: `${path}/${PATH}`,
    });
  });

  it('goes on to the next mirror, and to a server', async () => {
    const { dir, input, path } = await filledMirror();
    mkdirSync(dir.join('empty'));
    const { artifacts } = await install({ ...input, sources: [dir.join('empty'), path] });
    expect(artifacts).toMatchObject([{ source: `${path}/${PATH}` }]);
    await releases.publishRelease({
      version: VERSION,
      platform: 'linux/amd64',
      component: 'kubectl',
      bytes: KUBECTL,
      sigstore,
    });
    const both = { sources: [dir.join('empty'), releases.url], rekorUrl: sigstore.rekorUrl };
    const versioned = { ...input, ...both, artifacts: [`kubectl@${VERSION}`], into: dir.join('other') };
    expect(await install(versioned)).toMatchObject({ artifacts: [{ source: `${releases.url}/${PATH}` }] });
  });

  it('refuses a file that was swapped', async () => {
    const { path, dir, input } = await filledMirror(Buffer.from('#!/bin/sh\necho other\n'));
    expect(await rejection(install(input))).toMatchObject({
      code: 'digest-mismatch',
      from: `${path}/${PATH}`,
    });
    expect(existsSync(dir.join('bin/kubectl'))).toBe(false);
  });

  it('refuses an older release under the name of a newer one', async () => {
    const { put, input, dir } = await filledMirror();
    const old = Buffer.from('#!/bin/sh\necho kubectl v1.24.9\n');
    put(PATH, old);
    put(`${PATH}.sigstore.json`, sigstore.signBlob({ bytes: old }).bundle('0.3'));
    expect(await rejection(install(input))).toMatchObject({ code: 'name-mismatch' });
    expect(existsSync(dir.join('bin/kubectl'))).toBe(false);
  });

  it('does not read what a link in it leads to outside', async () => {
    const { dir, input } = await filledMirror();
    rmSync(dir.join('mirror', PATH));
    writeFileSync(dir.join('secret'), KUBECTL);
    symlinkSync(dir.join('secret'), dir.join('mirror', PATH));
    expect(await rejection(install(input))).toMatchObject({
      code: 'mirror-unreadable',
      found: `it leads out of ${dir.join('mirror')}`,
    });
  });

  it('gives verify the release manifest that binds a name', async () => {
    const { input, path } = await filledMirror();
    const { artifacts } = await verify(
      { bytes: KUBECTL, bundle: readFileSync(`${path}/${PATH}.sigstore.json`) },
      { as: `kubectl@${VERSION}:linux/amd64`, sources: [path], trustedRoot: input.trustedRoot ?? '' },
    );
    expect(artifacts).toMatchObject([{ name: { bound: true, by: ['release-manifest'] } }]);
  });

  it('is refused at once if there is no such directory', async () => {
    const { dir, options } = await filledMirror();
    const run = await runCli(['kubectl', '--mirror', 'mirror.example.com/k8s', ...options], {
      cwd: dir.path,
    });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('did you mean https://mirror.example.com/k8s?');
  });
});
