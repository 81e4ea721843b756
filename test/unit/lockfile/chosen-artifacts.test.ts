import { describe, expect, it } from 'vitest';
import { chooseArtifacts } from '../../../src/lockfile/chosen-artifacts.ts';
import type { LockedArtifact } from '../../../src/lockfile/lock.ts';
import { RequestError } from '../../../src/errors.ts';

const LINUX = 'linux/amd64';

function locked(component: string, version: string, platform: string = LINUX): LockedArtifact {
  return { component, version, platform, sha256: version.replaceAll(/\D/g, '').padEnd(64, '0') };
}
const lock = [
  locked('kubectl', 'v1.30.2'),
  locked('kubectl', 'v1.30.2', 'windows/amd64'),
  locked('kubelet', 'v1.30.2'),
  locked('kubelet', 'v1.29.6'),
  locked('kubeadm', 'v1.30.2', 'linux/arm64'),
];

describe('without a lockfile', () => {
  it.each([
    [{ components: [{ component: 'kubectl' }] }, ['stable']],
    [{ components: [{ component: 'kubectl' }], version: '1.30' }, ['1.30']],
    [
      {
        components: [{ component: 'kubectl' }, { component: 'kubelet', version: 'v1.29.6' }],
        version: 'v1.30.2',
      },
      ['v1.30.2', 'v1.29.6'],
    ],
  ])('%j: %j', (inputs, versions) => {
    expect(chooseArtifacts(inputs, undefined, LINUX).map((one) => one.version)).toStrictEqual(versions);
  });
});

describe('with a lockfile', () => {
  it('takes the version and the digest from it', () => {
    expect(chooseArtifacts({ components: [{ component: 'kubectl' }] }, lock, LINUX)).toStrictEqual([
      { component: 'kubectl', version: 'v1.30.2', sha256: lock[0]?.sha256 },
    ]);
  });

  it.each(['v1.30.2', '1.30.2'])('agrees with the version %s', (version) => {
    expect(chooseArtifacts({ components: [{ component: 'kubectl' }], version }, lock, LINUX)).toHaveLength(1);
  });

  it('lets the inputs choose between several versions', () => {
    const components = [{ component: 'kubelet', version: 'v1.29.6' }];
    expect(chooseArtifacts({ components, version: 'v1.30.2' }, lock, LINUX)).toStrictEqual([
      { component: 'kubelet', version: 'v1.29.6', sha256: lock[3]?.sha256 },
    ]);
  });

  it.each([
    ['a component that is not locked', 'mounter', undefined, /has no mounter/],
    ['a platform that is not locked', 'kubeadm', undefined, /has no kubeadm for linux\/amd64/],
    ['a version that is not the locked one', 'kubectl', 'v1.30.3', /has no kubectl v1\.30\.3/],
    ['a choice that is left open', 'kubelet', undefined, /several versions of kubelet/],
    ['an alias next to it', 'kubectl', 'stable', /does not go with a lockfile/],
    ['a partial version next to it', 'kubectl', '1.30', /does not go with a lockfile/],
  ])('refuses %s', (_, component, version, message) => {
    const inputs = { components: [{ component }], ...(version === undefined ? {} : { version }) };
    expect(() => chooseArtifacts(inputs, lock, LINUX)).toThrow(RequestError);
    expect(() => chooseArtifacts(inputs, lock, LINUX)).toThrow(message);
  });
});
