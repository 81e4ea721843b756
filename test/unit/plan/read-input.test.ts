import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.ts';
import { readInstall, readList, readResolve } from '../../../src/plan/read-input.ts';
import { readVerify } from '../../../src/plan/read-verify.ts';
import { thrownBy } from '#support/thrown-by';

const SHA256 = 'ab'.repeat(32);
const KUBECTL = { artifacts: ['kubectl'], into: 'bin' };
const identity = { subjectAlternativeName: 'me@example.com', issuer: 'https://accounts.example.com' };

describe('a source', () => {
  it('may be a store, whose address is shown without a password', () => {
    const store = { name: 'https://me:secret@bucket.example/k8s/', open: async () => undefined };
    const { sources } = readInstall({ ...KUBECTL, sources: ['https://a.example', store] });
    expect(sources).toMatchObject(['https://a.example', { shown: 'https://bucket.example/k8s' }]);
  });

  it.each([{}, { name: 'x' }, { name: '', open: 7 }, { open: 7 }, [[]], null, 7])(
    'is refused if it is %j',
    (source) => {
      const error = thrownBy(() => readInstall({ ...KUBECTL, sources: [source] }));
      expect(error).toMatchObject({ code: 'usage', found: expect.any(String) });
    },
  );
});

describe('what is to be installed', () => {
  it('may be written short', () => {
    expect(readInstall({ artifacts: ['kubectl@v1.26.4', 'kubeadm'], into: 'bin' })).toEqual({
      artifacts: [{ component: 'kubectl', version: 'v1.26.4' }, { component: 'kubeadm' }],
      destination: { kind: 'directory', path: 'bin' },
    });
  });

  it('may say all there is to say', () => {
    const { signal } = new AbortController();
    const options = {
      force: true,
      saveBundle: true,
      checkSums: true,
      fromTarball: 'client',
      signal,
    } as const;
    const artifact = {
      component: 'kubectl',
      version: '1.26',
      platform: 'linux/arm64',
      sha256: SHA256.toUpperCase(),
    };
    expect(
      readInstall({
        ...options,
        artifacts: [artifact, 'kubeadm'],
        output: 'k',
        platform: 'linux/amd64',
        extract: { members: ['a/b'] },
        sources: ['https://mirror.example.com/k8s/'],
        rekorUrl: 'https://rekor.example.com/',
        identity,
        trustedRoot: '{}',
      }),
    ).toEqual({
      ...options,
      artifacts: [
        { ...artifact, sha256: SHA256 },
        { component: 'kubeadm', platform: 'linux/amd64' },
      ],
      destination: { kind: 'file', path: 'k' },
      extract: { members: ['a/b'] },
      sources: ['https://mirror.example.com/k8s'],
      rekorUrl: 'https://rekor.example.com',
      identity,
      trustedRoot: Buffer.from('{}'),
    });
    expect(readInstall({ ...KUBECTL, extract: true }).extract).toEqual({ members: [] });
    expect(readInstall({ ...KUBECTL, requireName: true }).requireName).toBe('always');
    expect(readInstall({ ...KUBECTL, requireName: false })).not.toHaveProperty('requireName');
    expect(readInstall({ ...KUBECTL, trustedRootPath: 'r' }).trustedRootFile).toBe('r');
    expect(readInstall({ ...KUBECTL, signal: undefined })).not.toHaveProperty('signal');
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'the request is not an object'],
    ['a text', 'kubectl', 'the request is not an object'],
    ['a list', ['kubectl'], 'the request is not an object'],
    ['no artifacts', { into: 'bin' }, 'has no artifacts'],
    ['an empty list of artifacts', { artifacts: [], into: 'bin' }, 'not a list with something in it'],
    [
      'one artifact without a list',
      { artifacts: 'kubectl', into: 'bin' },
      'artifacts of the request is not a list',
    ],
    [
      'too many artifacts',
      { artifacts: Array.from({ length: 65 }, () => 'kubectl'), into: 'b' },
      'at most 64',
    ],
    ['a number for a component', { artifacts: [7], into: 'bin' }, 'artifacts[0] is not an object'],
    ['a version without a component', { artifacts: ['@v1.26.4'], into: 'bin' }, 'neither a component'],
    ['a component without its version', { artifacts: ['kubectl@'], into: 'bin' }, 'neither a component'],
    ['two versions', { artifacts: ['kubectl@v1@v2'], into: 'bin' }, 'neither a component'],
    [
      'a misspelt field',
      { artifacts: [{ component: 'kubectl', verison: 'v1' }], into: 'b' },
      'unknown field "verison"',
    ],
    [
      'a digest that is none',
      { artifacts: [{ component: 'kubectl', sha256: 'ab' }], into: 'b' },
      'not a SHA-256',
    ],
    [
      'a pin that got lost',
      { artifacts: [{ component: 'kubectl', sha256: undefined }], into: 'b' },
      'sha256 of artifacts[0] is undefined',
    ],
    ['no destination', { artifacts: ['kubectl'] }, 'the destination is missing'],
    ['two destinations', { ...KUBECTL, output: 'k' }, 'the destination is given more than once'],
    ['an empty path', { ...KUBECTL, into: '' }, 'into of the request is not a text'],
    ['NUL in a path', { ...KUBECTL, into: 'a\0b' }, 'into of the request is not a path'],
    ['NUL in the path of a trusted root', { ...KUBECTL, trustedRootPath: 'a\0b' }, 'is not a path'],
    [
      'two trusted roots',
      { ...KUBECTL, trustedRoot: '{}', trustedRootPath: 'r' },
      'the trusted root is given more',
    ],
    [
      'a lost trusted root',
      { ...KUBECTL, trustedRoot: undefined },
      'trustedRoot of the request is undefined',
    ],
    [
      'a trusted root by path in the wrong field',
      { ...KUBECTL, trustedRoot: './root.json' },
      'not what the file holds',
    ],
    ['two signers', { ...KUBECTL, identity, publicKeyPem: 'x' }, 'the signer is given more than once'],
    ['half an identity', { ...KUBECTL, identity: { issuer: 'x' } }, 'identity has no subjectAlternativeName'],
    ['an identity with a space', { ...KUBECTL, identity: { ...identity, issuer: 'x y' } }, 'white space'],
    [
      'a pattern for an identity',
      { ...KUBECTL, identity: { ...identity, issuer: /.*/ } },
      'issuer of identity is not a text',
    ],
    ['no sources', { ...KUBECTL, sources: [] }, 'not a list with something in it'],
    ['a source that is no URL', { ...KUBECTL, sources: ['ftp://srv'] }, 'not the base URL of a server'],
    [
      'a text for a switch',
      { ...KUBECTL, checkSums: 'false' },
      'checkSums of the request is not true or false',
    ],
    ['extract that is false', { ...KUBECTL, extract: false }, 'extract of the request is not true'],
    ['members that are none', { ...KUBECTL, extract: { members: [] } }, 'not a list with something in it'],
    ['another tarball', { ...KUBECTL, fromTarball: 'server2' }, 'not client, node, server'],
    ['a signal that is none', { ...KUBECTL, signal: {} }, 'signal of the request is not an AbortSignal'],
  ])('is refused as %s', (_what, input, message) => {
    const error = thrownBy(() => readInstall(input));
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
  });

  it('names the field that was meant', () => {
    expect(thrownBy(() => readInstall({ artifact: ['kubectl'], into: 'bin' }))).toMatchObject({
      next: 'did you mean artifacts?',
    });
  });

  it('shows no password of a source', () => {
    const sources = ['ftp://me:secret@example.com'];
    expect(JSON.stringify(thrownBy(() => readInstall({ ...KUBECTL, sources })))).not.toContain('secret');
  });

  it('reads each field once', () => {
    const asked: string[] = [];
    const input = {
      ...KUBECTL,
      get identity() {
        asked.push('identity');
        return identity;
      },
    };
    expect(readInstall(input).identity).toEqual(identity);
    expect(asked).toEqual(['identity']);
  });
});

describe('what is to be verified', () => {
  const bytes = Uint8Array.of(1, 2);
  const beside = { kind: 'beside' };

  it.each<[string, object, object]>([
    ['a file', { path: 'k' }, { subject: { kind: 'file', path: 'k' }, evidence: beside }],
    ['bytes', { bytes }, { subject: { kind: 'bytes', bytes }, evidence: beside }],
    ['a digest', { sha256: SHA256 }, { subject: { kind: 'digest', sha256: SHA256 }, evidence: beside }],
    [
      'bytes and the text of a bundle',
      { bytes, bundle: '{}' },
      { subject: { kind: 'bytes', bytes }, evidence: { kind: 'bundle-in-memory', bytes: Buffer.from('{}') } },
    ],
    [
      'a digest and the file of a bundle',
      { sha256: SHA256, bundlePath: 'b' },
      { subject: { kind: 'digest', sha256: SHA256 }, evidence: { kind: 'bundle', path: 'b' } },
    ],
    [
      'a signature and a certificate',
      { path: 'k', signature: 's', certificate: bytes },
      {
        subject: { kind: 'file', path: 'k' },
        evidence: { kind: 'detached-in-memory', signature: Buffer.from('s'), certificate: bytes },
      },
    ],
    [
      'their files',
      { bytes, signaturePath: 's', certificatePath: 'c' },
      {
        subject: { kind: 'bytes', bytes },
        evidence: { kind: 'detached', signaturePath: 's', certificatePath: 'c' },
      },
    ],
  ])('may be %s', (_what, input, request) => {
    expect(readVerify(input, {})).toEqual(request);
  });

  it('takes options', () => {
    const options = { predicateTypes: ['https://slsa.dev/provenance/v1'], saveBundlePath: 'b' };
    const releaseWorkflow = {
      workflow: 'https://github.com/o/r/.github/workflows/w.yml',
      issuer: 'https://i',
    };
    const archive = { kind: 'extract', into: 'd' };
    expect(readVerify({ path: 'k' }, { ...options, releaseWorkflow, archive })).toMatchObject({
      ...options,
      releaseWorkflow,
      archive: { ...archive, members: [] },
    });
    expect(readVerify({ path: 'k' }, { archive: { kind: 'list' } }).archive).toEqual({ kind: 'list' });
  });

  it('is copied, so that the evidence does not change after it was read', () => {
    const bundle = Uint8Array.of(1, 2);
    const { evidence } = readVerify({ sha256: SHA256, bundle }, {});
    bundle[0] = 9;
    expect(evidence).toMatchObject({ bytes: Uint8Array.of(1, 2) });
  });

  const bundle = '{}';
  it.each<[string, unknown, unknown, string]>([
    ['nothing', {}, {}, 'the artifact is missing'],
    ['bytes and a digest', { bytes, sha256: SHA256, bundle }, {}, 'the artifact is given more than once'],
    ['bytes and a path', { bytes, path: 'k', bundle }, {}, 'the artifact is given more than once'],
    ['two kinds of evidence', { bytes, bundle, bundlePath: 'b' }, {}, 'the evidence is given more than once'],
    [
      'a bundle and a signature',
      { bytes, bundle, signature: 's', certificate: 'c' },
      {},
      'the evidence is given',
    ],
    ['a signature alone', { bytes, signature: 's' }, {}, 'signature needs certificate'],
    ['a certificate alone', { bytes, certificatePath: 'c' }, {}, 'certificatePath needs signaturePath'],
    [
      'a signature and the file of a certificate',
      { bytes, signature: 's', certificatePath: 'c' },
      {},
      'needs',
    ],
    ['a text for bytes', { bytes: 'kubectl', bundle }, {}, 'not a Uint8Array'],
    ['other numbers for bytes', { bytes: Uint16Array.of(1), bundle }, {}, 'not a Uint8Array'],
    [
      'memory that others write to',
      { bytes: new Uint8Array(new SharedArrayBuffer(2)), bundle },
      {},
      'no other thread',
    ],
    ['a parsed bundle', { bytes, bundle: {} }, {}, 'not a Uint8Array'],
    ['an empty bundle', { bytes, bundle: '' }, {}, 'bundle of what is to be verified is not a text'],
    ['a path for a bundle', { bytes, bundle: 'kubectl.sigstore.json' }, {}, 'not what the file holds'],
    ['a digest with its algorithm', { sha256: `sha256:${SHA256}`, bundle }, {}, 'not a SHA-256'],
    ['an identity with the artifact', { bytes, bundle, identity }, {}, 'unknown field "identity"'],
    ['a lost identity', { bytes, bundle }, { identity: undefined }, 'identity of the options is undefined'],
    ['no predicate types', { bytes, bundle }, { predicateTypes: [] }, 'not a list with something in it'],
    ['an unknown option', { bytes, bundle }, { identities: [] }, 'unknown field "identities"'],
    ['options that are none', { bytes, bundle }, 'x', 'the options is not an object'],
    [
      'two signers',
      { bytes, bundle },
      { identity, releaseWorkflow: {} },
      'the signer is given more than once',
    ],
    [
      'a list with a directory',
      { path: 'k' },
      { archive: { kind: 'list', into: 'd' } },
      'into of archive is not',
    ],
    [
      'an archive without a directory',
      { path: 'k' },
      { archive: { kind: 'extract' } },
      'archive has no into',
    ],
  ])('is refused as %s', (_what, input, options, message) => {
    const error = thrownBy(() => readVerify(input, options));
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
  });
});

describe('what is to be listed', () => {
  it('is the newest release where none is named', () => {
    expect(readList({})).toEqual({ version: 'stable', platforms: undefined });
    expect(readList({ platforms: ['linux/amd64'] }).platforms).toEqual([{ os: 'linux', arch: 'amd64' }]);
  });

  it.each<[string, unknown, string]>([
    ['no platforms', { platforms: [] }, 'usage'],
    ['a platform that is none', { platforms: ['linux'] }, 'platform-impossible'],
    ['a version that is no text', { version: 1.26 }, 'usage'],
  ])('is refused with %s', (_what, input, code) => {
    expect(thrownBy(() => readList(input))).toMatchObject({ name: 'RequestError', code });
  });

  it('is a version as text, for a look-up', () => {
    expect(readResolve('1.26', {})).toEqual({ version: '1.26' });
    expect(thrownBy(() => readResolve(1.26, {}))).toMatchObject({ name: 'RequestError', code: 'usage' });
  });
});
