import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { K8sVerifyError } from '../../../src/errors.ts';
import { digestsFromProvenance } from '../../../src/records/provenance.ts';
import { MAX_PROVENANCE_BYTES, MAX_PROVENANCE_VALUES } from '../../../src/limits.ts';
import { releaseArtifact } from '../../../src/release/artifact.ts';
import { parsePlatform } from '../../../src/release/platform.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { parseJsonStrictly } from '../../../src/strict/json.ts';
import { sharedFile } from '#support/shared';
import { testDir } from '#support/test-dir';
import { thrownBy } from '#support/thrown-by';

const READER = new URL('../../../src/records/provenance.ts', import.meta.url).href;
const REAL = sharedFile('data/records/provenance-v1.25.2.json');

const kubectl = releaseArtifact({
  component: 'kubectl',
  version: parseReleaseVersion('v1.26.0'),
  platform: parsePlatform('linux/amd64'),
});
const sha256 = createHash('sha256').update('kubectl').digest('hex');
const sha512 = createHash('sha512').update('kubectl').digest('hex');
const other256 = createHash('sha256').update('other').digest('hex');
const NAME = 'gs://k8s-release/release/v1.26.0/bin/linux/amd64/kubectl';

function statement(subject: unknown, more: object = {}): object {
  return {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.1',
    subject,
    predicate: { builder: { id: 'https://git.k8s.io/release/docs/krel' } },
    ...more,
  };
}

function envelope(content: unknown): object {
  return {
    payloadType: 'application/vnd.in-toto+json',
    payload: Buffer.from(JSON.stringify(content)).toString('base64'),
    signatures: [{ sig: 'AAAA' }],
  };
}

function bundle(content: unknown): object {
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {},
    dsseEnvelope: envelope(content),
  };
}

function read(document: unknown) {
  return digestsFromProvenance(Buffer.from(JSON.stringify(document)), kubectl);
}

describe('provenance of a release', () => {
  it.each([
    ['behind the bucket', NAME],
    ['behind a URL', 'https://dl.k8s.io/release/v1.26.0/bin/linux/amd64/kubectl'],
    ['behind a bucket with its slash collapsed', 'gs:/k8s-release/release/v1.26.0/bin/linux/amd64/kubectl'],
    ['relative', 'bin/linux/amd64/kubectl'],
    ['with the version', 'v1.26.0/bin/linux/amd64/kubectl'],
  ])('has the digests of a subject named %s', (_, name) => {
    expect(read(statement([{ name, digest: { sha1: 'x', sha256, sha512 } }]))).toEqual({
      digests: { sha256, sha512 },
      form: { kind: 'statement' },
    });
  });

  it('reads version 1 of the statement', () => {
    const subject = [{ name: NAME, digest: { sha256 } }];
    expect(read(statement(subject, { _type: 'https://in-toto.io/Statement/v1' })).digests).toEqual({
      sha256,
    });
  });

  it.each([
    ['in double quotation marks', `"${sha256}"`],
    ['in single ones', `'${sha256}'`],
  ])('reads a hash %s', (_, quoted) => {
    expect(read(statement([{ name: NAME, digest: { sha256: quoted } }])).digests).toEqual({ sha256 });
  });

  it('takes duplicates that agree, and adds up what they say', () => {
    const subjects = [
      { name: NAME, digest: { sha256 } },
      { name: NAME, digest: { sha256: `"${sha256}"` } },
      { name: 'bin/linux/amd64/kubectl', digest: { sha512 } },
    ];
    expect(read(statement(subjects)).digests).toEqual({ sha256, sha512 });
  });

  it('refuses duplicates that differ, naming both', () => {
    const subjects = [
      { name: NAME, digest: { sha256 } },
      { name: NAME, digest: { sha256: other256 } },
    ];
    expect(thrownBy(() => read(statement(subjects)))).toMatchObject({
      code: 'material-malformed',
      found: `${sha256} and ${other256}`,
    });
  });

  it.each([
    ['another platform', 'gs://k8s-release/release/v1.26.0/bin/linux/arm64/kubectl'],
    ['another version', 'gs://k8s-release/release/v1.26.1/bin/linux/amd64/kubectl'],
    ['a side file', `${NAME}.sha256`],
    ['a longer name', 'gs://k8s-release/release/xv1.26.0/bin/linux/amd64/kubectl'],
  ])('has nothing where the subject is %s', (_, name) => {
    expect(read(statement([{ name, digest: { sha256 } }])).digests).toBeUndefined();
  });

  it('says where a subject has no digest to compare', () => {
    expect(read(statement([{ name: NAME, digest: { sha1: 'abc' } }])).digests).toEqual({});
  });

  it('opens an envelope, and a bundle whose bytes it hands on for the proof', () => {
    const content = statement([{ name: NAME, digest: { sha256 } }]);
    expect(read(envelope(content))).toMatchObject({ digests: { sha256 }, form: { kind: 'envelope' } });
    const bytes = Buffer.from(JSON.stringify(bundle(content)));
    const provenance = digestsFromProvenance(bytes, kubectl);
    expect(provenance).toMatchObject({ digests: { sha256 }, form: { kind: 'bundle', bytes } });
  });

  const subject = [{ name: NAME, digest: { sha256 } }];
  it.each<[string, unknown]>([
    ['a list', [statement(subject)]],
    ['nothing', null],
    ['an empty object', {}],
    ['another type', statement(subject, { _type: 'https://in-toto.io/Statement/v2' })],
    ['a type that is no text', statement(subject, { _type: 1 })],
    ['no predicate type', statement(subject, { predicateType: undefined })],
    ['no subjects', statement([])],
    ['subjects that are no list', statement({})],
    ['a subject that is null', statement([null])],
    ['a subject without a name', statement([{ digest: { sha256 } }])],
    ['a subject without digests', statement([{ name: 'x' }])],
    ['digests that are a list', statement([{ name: 'x', digest: [sha256] }])],
    ['a digest that is no text', statement([{ name: NAME, digest: { sha256: 1 } }])],
    ['a digest cut short', statement([{ name: NAME, digest: { sha256: sha256.slice(1) } }])],
    ['a digest in upper case', statement([{ name: NAME, digest: { sha256: sha256.toUpperCase() } }])],
    ['half a pair of quotation marks', statement([{ name: NAME, digest: { sha256: `"${sha256}` } }])],
    ['quotation marks that differ', statement([{ name: NAME, digest: { sha256: `"${sha256}'` } }])],
    ['statement and envelope at once', { ...statement(subject), ...envelope(statement(subject)) }],
    ['envelope and bundle at once', { ...envelope(statement(subject)), ...bundle(statement(subject)) }],
    ['an envelope of something else', { ...envelope(statement(subject)), payloadType: 'text/plain' }],
    ['an envelope whose payload is no text', { ...envelope(statement(subject)), payload: {} }],
    ['an envelope whose payload is no base64', { ...envelope(statement(subject)), payload: '{}' }],
    ['an envelope in an envelope', envelope(envelope(statement(subject)))],
    ['an envelope of a list', envelope([])],
    ['a bundle of unknown type', { ...bundle(statement(subject)), mediaType: 'application/json' }],
    ['a bundle without a type', { dsseEnvelope: envelope(statement(subject)) }],
    ['a bundle whose envelope is null', { ...bundle(statement(subject)), dsseEnvelope: null }],
  ])('is refused where it is %s', (_, document) => {
    const error = thrownBy(() => read(document));
    expect(error.code).toBe('material-malformed');
    expect(error.found?.length ?? 0).toBeLessThan(200);
  });

  it.each([
    ['nothing', ''],
    ['an error page', '<html>'],
    ['two documents', '{}{}'],
    ['a key twice', JSON.stringify(statement(subject)).replace('{', '{"subject":[],')],
    ['nested without end', '['.repeat(100_000)],
  ])('is refused where its text is %s', (_, text) => {
    expect(thrownBy(() => digestsFromProvenance(Buffer.from(text), kubectl)).code).toBe('material-malformed');
  });

  /** Where the memory of a run ends that reads one of these as it comes. */
  const HEAP_MB = 40;
  it.each([
    ['empty lists', `[${'[],'.repeat(345_000)}[]]`],
    ['empty objects', `[${'{},'.repeat(345_000)}{}]`],
    ['objects with a key', `[${'{"":0},'.repeat(149_000)}0]`],
    ['numbers', `[${'0,'.repeat(520_000)}0]`],
    ['keys', `{${Array.from({ length: 95_000 }, (_, key) => `"${key.toString(36)}":0`).join(',')}}`],
    [
      'subjects',
      JSON.stringify(statement(Array.from({ length: 30_000 }, () => ({ name: 'a', digest: {} })))),
    ],
  ])('costs little where it is nothing but %s', async (_, text) => {
    const bytes = Buffer.from(text);
    expect(bytes.byteLength).toBeLessThanOrEqual(MAX_PROVENANCE_BYTES);
    const dir = await testDir();
    await writeFile(dir.join('provenance.json'), bytes);
    const script = `
      import { readFileSync } from 'node:fs';
      const { digestsFromProvenance } = await import(${JSON.stringify(READER)});
      const bytes = readFileSync(process.argv[1]);
      try {
        digestsFromProvenance(bytes, ${JSON.stringify(kubectl)});
      } catch ({ code }) {
        console.log(code);
      }`;
    const parameters = ['--input-type=module', `--max-old-space-size=${HEAP_MB}`, '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...parameters,
      dir.join('provenance.json'),
    ]);
    expect(stdout.trim()).toBe('material-oversized');
  });

  it.skipIf(REAL === undefined)('of a real release is far within its bounds (needs ../shared)', () => {
    const bytes = readFileSync(REAL ?? '');
    expect(bytes.byteLength * 16).toBeLessThan(MAX_PROVENANCE_BYTES);
    const v1252 = releaseArtifact({
      component: 'kubectl',
      version: parseReleaseVersion('v1.25.2'),
      platform: parsePlatform('linux/amd64'),
    });
    expect(digestsFromProvenance(bytes, v1252).digests).toMatchObject({
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const limits = { maxBytes: bytes.byteLength, maxValues: MAX_PROVENANCE_VALUES / 16 };
    expect(() => parseJsonStrictly(bytes, 'it', limits)).not.toThrow();
  });

  it('is refused where it is too large, before it is read', () => {
    const bytes = new Uint8Array(MAX_PROVENANCE_BYTES + 1);
    expect(thrownBy(() => digestsFromProvenance(bytes, kubectl)).code).toBe('material-oversized');
  });

  it('fails on any other JSON with our own error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const outcome = codeOf(() => read(value));
        expect(outcome).toBe('material-malformed');
      }),
    );
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('_type', 'subject', 'predicateType', 'payload'),
        (value, key) => {
          const outcome = codeOf(() => read({ ...statement(subject), [key]: value }));
          expect(['material-malformed', undefined]).toContain(outcome);
        },
      ),
    );
  });
});

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof K8sVerifyError) return error.code;
    throw error;
  }
}
