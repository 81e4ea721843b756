/** The index of a mirror says of each file what its path says, and calls nothing a list but lists. */
import { describe, expect, it } from 'vitest';
import { formatIndex, type MirroredFile, readIndex } from '../../../src/mirror/index-file.ts';
import { thrownBy } from '#support/thrown-by';

const FILE: MirroredFile = {
  path: 'release/v1.30.2/bin/linux/amd64/kubectl',
  component: 'kubectl',
  version: 'v1.30.2',
  platform: 'linux/amd64',
  sha256: 'ab'.repeat(32),
  bytes: 7,
  signedAt: '2024-06-11T00:00:00.000Z',
  sideFiles: ['.sig'],
};
const MADE = [
  'feed/kube-apiserver-linux-amd64.json',
  'release/latest-1.txt',
  'release/stable-1.30.txt',
  'release/stable.txt',
  'release/v1.31.0-rc.1/SHA256SUMS',
];

function read(file: object, made: readonly string[] = MADE): unknown {
  const index = { schemaVersion: 1, files: [{ ...FILE, ...file }], made };
  return readIndex(Buffer.from(JSON.stringify(index)), '/srv/k8s/k8s-verify-mirror.json');
}

describe('the index of a mirror', () => {
  it('is read as it was written', () => {
    const index = { files: [FILE], made: MADE };
    expect(readIndex(Buffer.from(formatIndex(index)), 'x')).toEqual(index);
  });

  it('may name as many releases as files', () => {
    const files = Array.from({ length: 10_000 }, (_, minor) => ({
      ...FILE,
      path: `release/v1.${minor}.0/bin/linux/amd64/kubectl`,
      version: `v1.${minor}.0`,
    }));
    const index = readIndex(Buffer.from(formatIndex({ files, made: [] })), 'x');
    expect(index.files).toHaveLength(files.length);
  });

  it.each<readonly [string, object]>([
    ['another component than the path', { component: 'kubelet' }],
    ['a component that leads out of the feeds', { component: '../../x' }],
    ['another version than the path', { version: 'v1.29.0' }],
    ['a version that leads out of the releases', { version: '../x' }],
    ['a version without its v', { version: '1.30.2' }],
    ['another platform than the path', { platform: 'linux/arm64' }],
    ['no platform', { platform: undefined }],
    ['a platform for what is for all', { path: 'release/v1.30.2/kubernetes-release.spdx' }],
    ['a path that no release has', { path: 'release/v1.30.2/bin/linux/amd64/mine' }],
    ['a path that leads out', { path: 'release/v1.30.2/../../kubectl' }],
    ['a time that is none', { signedAt: 'x"}' }],
  ])('is refused with %s', (_, change) => {
    expect(thrownBy(() => read(change))).toMatchObject({ code: 'mirror-inconsistent' });
  });

  it.each([
    'release/v1.30.2/bin/linux/amd64/kubectl',
    'release/notes.txt',
    'release/v1.30.2/SHA512SUMS',
    'release/mine/SHA256SUMS',
    'release/../SHA256SUMS',
    'feed/../x.json',
    'feed/a/b.json',
  ])('is refused where it calls %s a list', (path) => {
    expect(thrownBy(() => read({}, [...MADE, path]))).toMatchObject({ code: 'mirror-inconsistent' });
  });
});
