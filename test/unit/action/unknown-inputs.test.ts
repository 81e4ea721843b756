import { describe, expect, it } from 'vitest';
import { INPUT_NAMES } from '../../../src/action/inputs.ts';
import { refuseInput, unknownInputs } from '../../../src/action/unknown-inputs.ts';
import { thrownBy } from '#support/thrown-by';

describe('inputs that there are not', () => {
  it.each([
    ['INPUT_VERSIONS', 'versions', 'version'],
    ['INPUT_COMPONENT', 'component', 'components'],
    ['INPUT_LOCK-FILE', 'lock-file', 'lockfile'],
    ['INPUT_CERTIFICATE-IDENTIY', 'certificate-identiy', 'certificate-identity'],
    ['INPUT_INSTALL_DIR', 'install_dir', 'install-dir'],
    ['INPUT_TAG', 'tag', undefined],
  ])('%s: probably meant as', (variable, name, meant) => {
    expect(unknownInputs({ [variable]: 'x', PATH: '/bin' })).toStrictEqual([{ name, meant }]);
  });

  it('finds nothing in what the runner sets for known ones', () => {
    const variables = INPUT_NAMES.map((name) => [`INPUT_${name.toUpperCase()}`, ''] as const);
    expect(unknownInputs(Object.fromEntries(variables))).toStrictEqual([]);
  });
});

describe('inputs that mean something elsewhere', () => {
  it.each([
    ['INPUT_CHECKSUMS', 'sha256', /write sha256 .* a lockfile/],
    ['INPUT_DIGEST', 'sha256', /write sha256/],
    ['INPUT_DOWNLOADBASEURL', 'mirror', /write mirror/],
    ['INPUT_DOWNLOAD-URL', 'mirror', /write mirror/],
    ['INPUT_KUBERNETES-VERSION', 'version', /write version/],
    ['INPUT_BIN-DIR', 'install-dir', /write install-dir/],
    ['INPUT_KUBECTL-VERSION', 'components', /components: kubectl@v/],
    ['INPUT_KUBELET-VERSION', 'components', /components: kubelet@v/],
    ['INPUT_KUBE_APISERVER_TAR', 'components', /components: kube-apiserver\.tar@v/],
    ['INPUT_ARCH', 'platform', /platform: linux\/arm64/],
    ['INPUT_SETUP-TOOLS', 'components', /components: kubectl kubeadm/],
    ['INPUT_HELM', 'the inputs of action.yml', /a step of its own/],
    ['INPUT_KUSTOMIZE', 'the inputs of action.yml', /cannot prove it/],
    ['INPUT_CERTIFICATE-IDENTITY-REGEXP', 'the inputs of action.yml', /whole and exact/],
    ['INPUT_BUNDLE', 'the inputs of action.yml', /bundle-paths/],
  ])('%s is an error, and the advice names what there is', (variable, expected, advice) => {
    const [unknown, ...more] = unknownInputs({ [variable]: '1.29.6' });
    expect(more).toEqual([]);
    const error = thrownBy(() => unknown === undefined || refuseInput(unknown));
    expect(error).toMatchObject({ name: 'RequestError', code: 'usage', wanted: expected });
    expect(error.next).toMatch(advice);
  });

  it.each(['INPUT_TAG', 'INPUT_GITHUB_TOKEN', 'INPUT_FAIL_FAST'])('%s changes nothing here', (variable) => {
    const [unknown] = unknownInputs({ [variable]: 'x' });
    expect(unknown).toStrictEqual({ name: variable.slice(6).toLowerCase(), meant: undefined });
    expect(() => unknown && refuseInput(unknown)).not.toThrow();
  });
});
