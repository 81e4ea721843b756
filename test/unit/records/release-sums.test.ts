import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { K8sVerifyError } from '../../../src/errors.ts';
import { digestFromSums } from '../../../src/records/release-sums.ts';
import { MAX_SUMS_BYTES } from '../../../src/limits.ts';
import { releaseArtifact, type ReleaseArtifact } from '../../../src/release/artifact.ts';
import { parsePlatform } from '../../../src/release/platform.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { thrownBy } from '#support/thrown-by';

const BUILD = '/workspace/src/git/kubernetes/kubernetes/_output/gcs-stage';

function artifact(component = 'kubectl', version = 'v1.26.0', platform = 'linux/amd64'): ReleaseArtifact {
  return releaseArtifact({
    component,
    version: parseReleaseVersion(version),
    platform: parsePlatform(platform),
  });
}

function hex(text: string, algorithm = 'sha256'): string {
  return createHash(algorithm).update(text).digest('hex');
}

/** A list as krel writes it: two spaces, and no newline at the end. */
function sums(paths: readonly string[], algorithm = 'sha256'): Buffer {
  return Buffer.from(paths.map((path) => `${hex(path, algorithm)}  ${path}`).join('\n'));
}

const PATHS = [
  'bin/darwin/amd64/kubectl',
  'bin/linux/amd64/kube-apiserver',
  'bin/linux/amd64/kube-apiserver.tar',
  'bin/linux/amd64/kubectl',
  'bin/linux/amd64/kubectl-convert',
  'bin/windows/amd64/kubectl.exe',
  'extra/gce/configure.sh',
  'kubernetes-client-linux-amd64.tar.gz',
  'kubernetes-src.tar.gz',
  'kubernetes.tar.gz',
];

describe('checksum lists', () => {
  it.each([
    ['kubectl', 'linux/amd64', 'bin/linux/amd64/kubectl'],
    ['kubectl', 'windows/amd64', 'bin/windows/amd64/kubectl.exe'],
    ['kubectl', 'darwin/amd64', 'bin/darwin/amd64/kubectl'],
    ['kube-apiserver', 'linux/amd64', 'bin/linux/amd64/kube-apiserver'],
    ['kube-apiserver.tar', 'linux/amd64', 'bin/linux/amd64/kube-apiserver.tar'],
    ['kubernetes-client', 'linux/amd64', 'kubernetes-client-linux-amd64.tar.gz'],
    ['kubernetes-src', 'linux/amd64', 'kubernetes-src.tar.gz'],
    ['kubernetes', 'linux/amd64', 'kubernetes.tar.gz'],
  ])('have %s for %s, relative and absolute, by both algorithms', (component, platform, path) => {
    const wanted = artifact(component, 'v1.26.0', platform);
    const absolute = PATHS.map((one) => `${BUILD}/v1.26.0/${one}`);
    expect(digestFromSums(sums(PATHS), wanted, 'sha256')).toBe(hex(path));
    expect(digestFromSums(sums(PATHS, 'sha512'), wanted, 'sha512')).toBe(hex(path, 'sha512'));
    expect(digestFromSums(sums(absolute), wanted, 'sha256')).toBe(hex(`${BUILD}/v1.26.0/${path}`));
    expect(digestFromSums(sums(absolute, 'sha512'), wanted, 'sha512')).toBe(
      hex(`${BUILD}/v1.26.0/${path}`, 'sha512'),
    );
  });

  it.each([
    ['a newline at the end', Buffer.concat([sums(PATHS), Buffer.from('\n')])],
    ['the mark of binary mode', Buffer.from(sums(PATHS).toString().replaceAll('  ', ' *'))],
    ['the same line twice', sums([...PATHS, ...PATHS])],
    ['the version before each path', Buffer.from(sums(PATHS).toString().replaceAll('  ', '  v1.26.0/'))],
    ['lines with spaces in the path', sums([...PATHS, 'extra/a file'])],
  ])('may have %s', (_, bytes) => {
    expect(digestFromSums(bytes, artifact(), 'sha256')).toBe(hex('bin/linux/amd64/kubectl'));
  });

  it.each([
    ['another platform', ['bin/linux/arm64/kubectl']],
    ['another component', ['bin/linux/amd64/kubectl-convert']],
    ['another version', [`${BUILD}/v1.26.1/bin/linux/amd64/kubectl`]],
    ['a version that only ends alike', [`${BUILD}/xv1.26.0/bin/linux/amd64/kubectl`]],
    ['a pre-release of it', [`${BUILD}/v1.26.0-rc.1/bin/linux/amd64/kubectl`]],
    ['a directory more', ['x/bin/linux/amd64/kubectl', '/bin/linux/amd64/kubectl']],
    ['a side file', ['bin/linux/amd64/kubectl.sha256', 'bin/linux/amd64/kubectl.exe']],
  ])('do not have it where they only have %s', (_, paths) => {
    expect(digestFromSums(sums(paths), artifact(), 'sha256')).toBeUndefined();
  });

  const good = hex('x');
  it.each([
    ['nothing', ''],
    ['a newline', '\n'],
    ['an error page', '<!DOCTYPE html>\n<title>503</title>'],
    ['an empty line between', `${good}  a\n\n${good}  b`],
    ['two newlines at the end', `${good}  a\n\n`],
    ['carriage returns', `${good}  a\r\n${good}  b\r\n`],
    ['upper case', `${good.toUpperCase()}  a`],
    ['a digit too few', `${good.slice(1)}  a`],
    ['a digit too many', `0${good}  a`],
    ['the other algorithm', `${hex('x', 'sha512')}  a`],
    ['one space', `${good} a`],
    ['three spaces', `${good}   a`],
    ['a tab', `${good}\ta`],
    ['no path', `${good}  `],
    ['a line cut short', `${good}  a\n${good.slice(0, 40)}`],
    ['the BSD format', `SHA256 (a) = ${good}`],
    ['the escaped format', String.raw`\${good}  a\nb`],
    ['a path that climbs', `${good}  bin/../../etc`],
    ['a path with a control character', `${good}  a\u0000b`],
    ['a path without end', `${good}  ${'a'.repeat(100_000)}`],
    ['a byte order mark', `\uFEFF${good}  a`],
  ])('are refused with %s', (_, text) => {
    const error = thrownBy(() => digestFromSums(Buffer.from(text), artifact(), 'sha256'));
    expect(error.code).toBe('material-malformed');
    expect(error.message).toMatch(/^line \d+ of SHA256SUMS of v1\.26\.0 is not a checksum$/);
  });

  it('are refused where they are not text', () => {
    expect(thrownBy(() => digestFromSums(Buffer.from([0xff, 0xfe, 0]), artifact(), 'sha256')).code).toBe(
      'material-malformed',
    );
  });

  it('are refused where they are too large, before they are read', () => {
    const bytes = new Uint8Array(MAX_SUMS_BYTES + 1);
    expect(thrownBy(() => digestFromSums(bytes, artifact(), 'sha256')).code).toBe('material-oversized');
  });

  it.each([
    ['on the artifact', 'bin/linux/amd64/kubectl', 'bin/linux/amd64/kubectl'],
    ['on another file', 'bin/linux/amd64/mounter', 'bin/linux/amd64/mounter'],
    ['between the two formats', 'bin/linux/amd64/kubectl', `${BUILD}/v1.26.0/bin/linux/amd64/kubectl`],
  ])('are refused where they contradict themselves %s', (_, one, other) => {
    const text = `${hex('one')}  ${one}\n${hex('other')}  ${other}`;
    expect(thrownBy(() => digestFromSums(Buffer.from(text), artifact(), 'sha256'))).toMatchObject({
      code: 'material-malformed',
      found: `${hex('one')} and ${hex('other')}`,
    });
  });

  it('never answer what they do not say, whatever they are', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(...PATHS).map((path) => `${hex(path)}  ${path}`),
      fc.constantFrom(...PATHS).map((path) => `${hex('another')} ${path}`),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        const digest = digestOrCode(Buffer.from(text));
        const said = digest === undefined || digest === 'material-malformed' || text.includes(digest);
        expect(said).toBe(true);
      }),
    );
  });
});

function digestOrCode(bytes: Uint8Array): string | undefined {
  try {
    return digestFromSums(bytes, artifact(), 'sha256');
  } catch (error) {
    if (error instanceof K8sVerifyError) return error.code;
    throw error;
  }
}
