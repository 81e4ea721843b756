import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type InstallArguments, readInstall } from '../../../src/cli/install.ts';
import { RequestError } from '../../../src/errors.ts';
import { parseRun } from './parse-run.ts';

/** As a shell would split it; no test needs quotes. */
async function read(command: string): Promise<InstallArguments> {
  return readInstall(parseRun(['install', ...command.split(' ').filter(Boolean)]));
}

async function refusal(command: string): Promise<RequestError> {
  const error: unknown = await read(command).catch((thrown: unknown) => thrown);
  if (!(error instanceof RequestError)) throw new TypeError(`not refused: ${command}`);
  return error;
}

describe('install: words to a request', () => {
  it.each<[string, Partial<InstallArguments>]>([
    ['kubectl', { artifacts: [{ component: 'kubectl' }], destination: { kind: 'default' } }],
    ['kubectl v1.26.0', { artifacts: [{ component: 'kubectl', version: 'v1.26.0' }] }],
    ['kubectl 1.26', { artifacts: [{ component: 'kubectl', version: '1.26' }] }],
    ['kubectl stable-1.26', { artifacts: [{ component: 'kubectl', version: 'stable-1.26' }] }],
    ['kubectl prerelease', { artifacts: [{ component: 'kubectl', version: 'prerelease' }] }],
    ['kubectl prerelease-1.30', { artifacts: [{ component: 'kubectl', version: 'prerelease-1.30' }] }],
    [
      'kubectl@1.26 kubelet@v1.27.1',
      {
        artifacts: [
          { component: 'kubectl', version: '1.26' },
          { component: 'kubelet', version: 'v1.27.1' },
        ],
      },
    ],
    [
      'kubeadm kubelet@v1.29.0 kubectl v1.30.2',
      {
        artifacts: [
          { component: 'kubeadm', version: 'v1.30.2' },
          { component: 'kubelet', version: 'v1.29.0' },
          { component: 'kubectl', version: 'v1.30.2' },
        ],
      },
    ],
    [
      '--platform linux/arm64 kubectl --install-dir bin v1.26.0',
      {
        artifacts: [{ component: 'kubectl', version: 'v1.26.0', platform: 'linux/arm64' }],
        destination: { kind: 'directory', path: 'bin' },
      },
    ],
    [
      'kubeadm kubectl v1.30.0 --platform linux/amd64 --platform linux/arm64',
      {
        artifacts: [
          { component: 'kubeadm', version: 'v1.30.0', platform: 'linux/amd64' },
          { component: 'kubectl', version: 'v1.30.0', platform: 'linux/amd64' },
          { component: 'kubeadm', version: 'v1.30.0', platform: 'linux/arm64' },
          { component: 'kubectl', version: 'v1.30.0', platform: 'linux/arm64' },
        ],
      },
    ],
    ['kubectl -o k --force-name --save-bundle', { force: true, saveBundle: true }],
    ['kubernetes-client v1.30.2 --extract', { extract: { members: [] } }],
    [
      'kubernetes-client v1.30.2 --member client/bin/kubectl --member LICENSES --json',
      {
        extract: { members: ['client/bin/kubectl', 'LICENSES'] },
        artifacts: [{ component: 'kubernetes-client', version: 'v1.30.2' }],
      },
    ],
    ['kubeadm kubelet --from-tarball server', { fromTarball: 'server' }],
    ['kubectl --from-tarball kubernetes-client', { fromTarball: 'client' }],
    ['kubectl --check-sums', { checkSums: true }],
    ['kubectl --require-name', { requireName: 'always' }],
    [
      `kubectl --sha256 ${'AB'.repeat(32)}`,
      { artifacts: [{ component: 'kubectl', sha256: 'ab'.repeat(32) }] },
    ],
    [
      `kubectl --sha256 sha256:${'ab'.repeat(32)}`,
      { artifacts: [{ component: 'kubectl', sha256: 'ab'.repeat(32) }] },
    ],
    [
      `kubectl v1.30.2 --platform linux/arm64 --sha256 ${'ab'.repeat(32)}`,
      {
        artifacts: [
          { component: 'kubectl', version: 'v1.30.2', platform: 'linux/arm64', sha256: 'ab'.repeat(32) },
        ],
      },
    ],
    ['kubectl -- v1.26.0', { artifacts: [{ component: 'kubectl', version: 'v1.26.0' }] }],
    ['--force-name -- --kubectl', { artifacts: [{ component: '--kubectl' }] }],
    ['verify --force-name', { artifacts: [{ component: 'verify' }] }],
    ['kubernetes-src.tar.gz', { artifacts: [{ component: 'kubernetes-src.tar.gz' }] }],
    [
      'kubectl --mirror https://a.example/k8s/ --mirror=http://b.example',
      { sources: ['https://a.example/k8s', 'http://b.example'] },
    ],
    ['kubectl --rekor-url https://rekor.example', { rekorUrl: 'https://rekor.example' }],
    ['kubectl --trusted-root root.json', { trustedRootFile: 'root.json' }],
    [
      'kubectl --certificate-identity me@example.com --certificate-oidc-issuer https://issuer.example',
      { identity: { subjectAlternativeName: 'me@example.com', issuer: 'https://issuer.example' } },
    ],
    [
      'kubernetes-client v1.30.2 --extract',
      { extract: { members: [] }, destination: { kind: 'directory', path: '.' } },
    ],
    [
      '--member=a --member=b kubernetes-client v1.30.2 --install-dir d',
      {
        artifacts: [{ component: 'kubernetes-client', version: 'v1.30.2' }],
        extract: { members: ['a', 'b'] },
        destination: { kind: 'directory', path: 'd' },
      },
    ],
    [
      'kubernetes-src --extract v1.30.2',
      { artifacts: [{ component: 'kubernetes-src', version: 'v1.30.2' }] },
    ],
    ['--extract kubernetes-src', { artifacts: [{ component: 'kubernetes-src' }], extract: { members: [] } }],
    ['kubernetes-src -o d/ --extract', { destination: { kind: 'file', path: resolve('d') } }],
  ])('%s', async (command, expected) => {
    expect(await read(command)).toMatchObject(expected);
  });

  it('says nothing that was not said', async () => {
    expect(await read('kubectl')).toStrictEqual({
      artifacts: [{ component: 'kubectl' }],
      destination: { kind: 'default' },
    });
  });

  it.each<[string, RegExp, RegExp]>([
    ['', /no component is named/, /k8s-verify kubectl v1\.30\.2/],
    ['v1.27.3', /no component is named/, /k8s-verify kubectl v1\.27\.3/],
    ['kubectl v1.26.0 kubelet', /a version stands where a component should/, /kubectl@v1\.26\.0/],
    ['kubectl v1.26.0 v1.27.0', /a version stands where a component should/, /with @/],
    ['kubectl@v1.26.0 v1.27.0', /belongs to no component/, /leave out one/],
    ['kubectl@', /neither a component/, /kubectl@v1\.30\.2/],
    ['@v1.26.0', /neither a component/, /kubectl@v1\.30\.2/],
    ['kubectl@v1@v2', /neither a component/, /kubectl@v1\.30\.2/],
    ['kubectl kubectl', /named twice/, /name it once/],
    ['kubectl@v1.26.0 kubectl@v1.27.0', /named twice/, /several runs/],
    ['./kubectl', /looks like a file/, /k8s-verify verify \.\/kubectl$/],
    ['kubetcl', /no component "kubetcl"/, /^k8s-verify install kubectl$/],
    ['kubetcl@v1.30.2 -o k', /no component "kubetcl"/, /^k8s-verify install kubectl@v1\.30\.2 -o k$/],
    ['nothing-like-it', /publishes no component/, /k8s-verify list/],
    ['kubectl latest', /has two meanings/, /kubectl stable, or k8s-verify install kubectl prerelease$/],
    ['kubectl@latest-1.30', /two meanings/, /kubectl@stable-1\.30, or .* kubectl@prerelease-1\.30$/],
    ['kubectl=1.30.2', /no way to write a version/, /^k8s-verify install kubectl 1\.30\.2$/],
    ['kubeadm kubectl:v1.30.2', /no way to write a version/, /kubeadm kubectl@v1\.30\.2$/],
    ['kubectl --install-dir a --output b', /contradict/, /leave out --install-dir/],
    [`kubectl kubelet --sha256 ${'ab'.repeat(32)}`, /one artifact, but several/, /its own --sha256/],
    [
      `kubectl --platform a/b --platform c/d --sha256 ${'ab'.repeat(32)}`,
      /one artifact, but several/,
      /its own --sha256/,
    ],
    ['kubectl --sha256 abc', /does not take "abc" as a SHA-256/, /sha256sum/],
    [`kubectl --sha256 ${'ab'.repeat(33)}`, /as a SHA-256/, /sha256sum/],
    ['kubectl --require-name=yes', /--require-name takes no value/, /write --require-name/],
    ['kubectl kubelet --output b', /names one file/, /--install-dir DIR/],
    ['kubectl --platform a/b --platform c/d --output b', /names one file/, /--install-dir DIR/],
    ['kubernetes-client --member v1.30.2 --member', /--member needs a value/, /--member NAME/],
    ['kubernetes-client --extract=a', /--extract takes no value/, /write --extract/],
    ['kubernetes-client --extract -o -', /standard output/, /name a file/],
    ['kubectl --from-tarball desktop', /does not name a tarball/, /client, node or server/],
    ['kubectl --from-tarball client --extract', /contradict/, /use --from-tarball alone/],
    ['kubectl --from-tarball client --member x', /contradict/, /use --from-tarball alone/],
    ['kubectl --output -', /standard output/, /name a file/],
    ['kubectl --output bin/', /name of a file/, /--install-dir/],
    ['kubectl --certificate-identity a', /needs --certificate-oidc-issuer/, /add --certificate-oidc-issuer/],
    ['kubectl --certificate-oidc-issuer a', /needs --certificate-identity/, /add --certificate-identity/],
    ['kubectl --mirror mirror.example', /not the base URL/, /did you mean https:\/\/mirror\.example\?/],
    ['kubectl --mirror ./no/such/directory', /names a directory that is not there/, /that exists/],
    ['kubectl --mirror ftp://mirror.example', /not the base URL/, /https:\/\//],
    ['kubectl --rekor-url https://a.example/?b', /not the base URL/, /https:\/\//],
    ['kubectl --outptu k', /no option "--outptu"/, /did you mean --output\?/],
    ['kubectl --nothing-like-it', /no option/, /--help/],
    ['kubectl -x', /no option "-x"/, /after --/],
    ['kubectl --signature s', /install has no option --signature/, /--help/],
    ['kubectl --output', /--output needs a value/, /--output FILE/],
    ['kubectl --output --json', /--output needs a value/, /--output=VALUE/],
    ['kubectl --output=', /--output needs a value/, /--output FILE/],
    ['kubectl --json=yes', /--json takes no value/, /write --json/],
    ['kubectl --trusted-root a --trusted-root b', /given more than once/, /leave one/],
  ])('refuses: %s', async (command, message, advice) => {
    const error = await refusal(command);
    expect(error.message).toMatch(message);
    expect(error.next).toMatch(advice);
    expect(error.code).toMatch(/^(?:usage|component-unknown)$/);
  });

  it('keeps control characters out of what it says', async () => {
    const error = await refusal('--\u001b[31mred');
    expect(error.message).not.toContain('\u001b');
  });
});
