import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ActionInputs, INPUT_NAMES, readInputs } from '../../../src/action/inputs.ts';
import { outputsOf } from '../../../src/action/outputs.ts';
import { RequestError } from '../../../src/errors.ts';

function read(inputs: Readonly<Record<string, string>>): ActionInputs {
  return readInputs((name) => inputs[name] ?? '');
}

interface ActionFile {
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly branding: object;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}
const actionFile: ActionFile = parse(readFileSync(new URL('../../../action.yml', import.meta.url), 'utf8'));

describe('action.yml', () => {
  it('names the inputs that are read, and gives each a default, so that no variable of a job takes its place', () => {
    expect(Object.keys(actionFile.inputs)).toStrictEqual([...INPUT_NAMES]);
    for (const input of Object.values(actionFile.inputs)) {
      expect(input.description).not.toBe('');
      expect(input.default).toBeTypeOf('string');
    }
  });

  it('says by default what the inputs mean when they are empty', () => {
    const defaults = Object.fromEntries(
      Object.entries(actionFile.inputs).map(([name, input]) => [name, input.default]),
    );
    expect(read(defaults)).toStrictEqual(read({}));
  });

  it('names the outputs that are written', () => {
    const written = outputsOf({ schemaVersion: 1, artifacts: [], notes: [] });
    expect(Object.keys(actionFile.outputs)).toStrictEqual(Object.keys(written));
    for (const { description } of Object.values(actionFile.outputs)) expect(description).not.toBe('');
  });

  it('has what the Marketplace asks for', () => {
    expect(actionFile.name).toContain('k8s-verify');
    expect(actionFile.description.length).toBeLessThanOrEqual(125);
    expect(actionFile.author).not.toBe('');
    expect(actionFile.branding).toEqual({ icon: 'check-circle', color: 'blue' });
  });

  it('runs the bundled file with Node 24', () => {
    expect(actionFile.runs).toStrictEqual({ using: 'node24', main: 'dist/action/index.js' });
  });
});

describe('reading inputs', () => {
  it('without any: the newest stable kubectl, through the tool cache', () => {
    expect(read({})).toStrictEqual({
      components: [],
      requireName: 'known',
      offline: false,
      cache: true,
      summary: true,
      setupOnly: false,
    });
  });

  it('with a digest, and with a word on names', () => {
    const sha256 = 'ab'.repeat(32);
    expect(read({ sha256: `sha256:${sha256.toUpperCase()}` }).sha256).toBe(sha256);
    expect(read({ sha256 }).sha256).toBe(sha256);
    expect(read({ 'require-name': 'True' }).requireName).toBe('always');
    expect(read({ 'require-name': 'false' })).not.toHaveProperty('requireName');
  });

  it('with the words of azure/setup-kubectl and action-setup-kube-tools', () => {
    const checksum = 'ab'.repeat(32);
    expect(read({ checksum }).sha256).toBe(checksum);
    expect(read({ checksum, sha256: `sha256:${checksum}` }).sha256).toBe(checksum);
    expect(read({ kubectl: '1.29.6' }).components).toEqual([{ component: 'kubectl', version: '1.29.6' }]);
    expect(read({ kubectl: '1.29.6', components: 'kubeadm' }).components).toEqual([
      { component: 'kubeadm' },
      { component: 'kubectl', version: '1.29.6' },
    ]);
    expect(read({ 'arch-type': 'arm64' }).platform).toBe('arm64');
  });

  it('with the command alone for later steps', () => {
    expect(read({ 'setup-only': 'true', offline: 'true', cache: 'false' }).setupOnly).toBe(true);
  });

  it('with the TUF repository of another Sigstore, and with a file that says the versions', () => {
    expect(read({ 'tuf-url': 'https://tuf.example/', 'tuf-root': 'root.json' }).tuf).toStrictEqual({
      url: 'https://tuf.example',
      rootFile: 'root.json',
    });
    expect(read({ 'version-file': '.tool-versions' }).versionFile).toBe('.tool-versions');
  });

  it('without a network, and without a lockfile too', () => {
    expect(read({ offline: 'true' }).offline).toBe(true);
  });

  it('with many of them', () => {
    expect(
      read({
        version: 'v1.30.2',
        components: 'kubeadm, kubelet@v1.29.6\nkubectl',
        'install-dir': 'bin',
        mirror: 'https://a.example/k8s/\n  http://b.example',
        'rekor-url': 'https://log.example/',
        'trusted-root': 'root.json',
        'certificate-identity': 'a@example.com',
        'certificate-oidc-issuer': 'https://issuer.example',
        offline: 'TRUE',
        lockfile: 'k8s.lock.json',
        'require-name': 'true',
        cache: 'false',
        summary: 'false',
        platform: 'linux/arm64',
      }),
    ).toStrictEqual({
      components: [
        { component: 'kubeadm' },
        { component: 'kubelet', version: 'v1.29.6' },
        { component: 'kubectl' },
      ],
      version: 'v1.30.2',
      installDirectory: 'bin',
      mirrors: ['https://a.example/k8s', 'http://b.example'],
      rekorUrl: 'https://log.example',
      trustedRootFile: 'root.json',
      identity: { subjectAlternativeName: 'a@example.com', issuer: 'https://issuer.example' },
      lockfile: 'k8s.lock.json',
      requireName: 'always',
      offline: true,
      cache: false,
      summary: false,
      setupOnly: false,
      platform: 'linux/arm64',
    });
  });

  it.each([
    ['several versions', { version: 'v1.30.2 v1.29.6' }, /several versions/],
    ['several versions with commas', { version: 'v1.30.2,v1.29.6' }, /several versions/],
    ['a component twice', { components: 'kubectl kubectl@v1.29.6' }, /twice/],
    ['a component without a name', { components: '@v1.29.6' }, /components/],
    ['a component without its version', { components: 'kubectl@' }, /components/],
    ['a component with two versions', { components: 'kubectl@v1.29.6@v1.30.2' }, /components/],
    ['a mirror that is a file', { mirror: 'file:///etc' }, /mirror/],
    ['a mirror with a query', { mirror: 'https://a.example/?x=1' }, /mirror/],
    ['a log that is no URL', { 'rekor-url': 'log' }, /rekor-url/],
    ['an identity alone', { 'certificate-identity': 'a@example.com' }, /certificate-oidc-issuer/],
    ['an issuer alone', { 'certificate-oidc-issuer': 'https://i.example' }, /certificate-identity/],
    ['a digest that is none', { sha256: 'abc' }, /sha256 is not a SHA-256/],
    ['a digest of several', { sha256: 'ab'.repeat(32), components: 'kubectl kubeadm' }, /several are named/],
    ['a digest next to a lockfile', { sha256: 'ab'.repeat(32), lockfile: 'l' }, /exclude each other/],
    ['a checksum that is none', { checksum: 'abc' }, /checksum is not a SHA-256/],
    ['two digests', { sha256: 'ab'.repeat(32), checksum: 'cd'.repeat(32) }, /two digests of one file/],
    ['several versions of kubectl', { kubectl: '1.29.6 1.30.2' }, /input kubectl has several/],
    [
      'kubectl in two inputs',
      { kubectl: '1.29.6', components: 'kubeadm kubectl' },
      /kubectl and components name/,
    ],
    ['a platform in two inputs', { platform: 'linux/arm64', 'arch-type': 'arm64' }, /exclude each other/],
    ['a platform without a system', { platform: 'arm64' }, /platform has another form/],
    ['an architecture with a system', { 'arch-type': 'linux/arm64' }, /arch-type has another form/],
    ['a summary that is neither true nor false', { summary: 'no' }, /summary/],
    [
      'a component for the command alone',
      { 'setup-only': 'true', components: 'kubectl' },
      /takes no components/,
    ],
    ['a lockfile for the command alone', { 'setup-only': 'true', lockfile: 'l' }, /takes no lockfile/],
    ['a require-name that is neither true nor false', { 'require-name': 'kubectl' }, /require-name/],
    ['a cache that is neither true nor false', { cache: 'yes' }, /cache/],
    ['an offline that is neither true nor false', { offline: '1' }, /offline/],
    ['a TUF repository without a root', { 'tuf-url': 'https://t.example' }, /tuf-url needs tuf-root/],
    ['a TUF root without its repository', { 'tuf-root': 'root.json' }, /tuf-root needs tuf-url/],
    ['a TUF repository that is no URL', { 'tuf-url': 'tuf', 'tuf-root': 'root.json' }, /tuf-url/],
    [
      'a TUF repository next to a trusted root',
      { 'tuf-url': 'https://t.example', 'tuf-root': 'r', 'trusted-root': 'f' },
      /trusted-root and tuf-url exclude each other/,
    ],
    ['a version file next to a lockfile', { 'version-file': 'f', lockfile: 'l' }, /exclude each other/],
  ])('refuses %s', (_, inputs, message) => {
    expect(() => read(inputs)).toThrow(RequestError);
    expect(() => read(inputs)).toThrow(message);
  });

  it('never repeats a URL that may hold a password', () => {
    const refused = catchError(() => read({ mirror: 'https://user:hunter2@a.example/?x' }));
    expect(refused).toBeInstanceOf(RequestError);
    expect(inspect(refused)).not.toContain('hunter2');
  });
});

function catchError(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
