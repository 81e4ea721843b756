import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readVerify, type VerifyArguments } from '../../../src/cli/verify.ts';
import { RequestError } from '../../../src/errors.ts';
import { parseRun } from './parse-run.ts';

const SHA256 = '982dfe7e5a1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4';

async function read(command: string, repository?: string): Promise<VerifyArguments> {
  const [first] = readVerify(parseRun(['verify', ...command.split(' ').filter(Boolean)]), repository);
  return first;
}

async function refusal(command: string, repository?: string): Promise<RequestError> {
  const error: unknown = await read(command, repository).catch((thrown: unknown) => thrown);
  if (!(error instanceof RequestError)) throw new TypeError(`not refused: ${command}`);
  return error;
}

const REPOSITORY = 'Some-One/k8s.verify';
const WORKFLOW = `https://github.com/${REPOSITORY}/.github/workflows/release.yml`;
const ISSUER = 'https://token.actions.githubusercontent.com';

describe('verify: words to a request', () => {
  it.each<[string, VerifyArguments]>([
    ['kubectl', { subject: { kind: 'file', path: 'kubectl' }, evidence: { kind: 'beside' } }],
    [`sha256:${SHA256}`, { subject: { kind: 'digest', sha256: SHA256 }, evidence: { kind: 'beside' } }],
    [
      'kubectl --bundle b.json',
      { subject: { kind: 'file', path: 'kubectl' }, evidence: { kind: 'bundle', path: 'b.json' } },
    ],
    [
      'kubectl --predicate-type https://slsa.dev/verification_summary/v1',
      {
        subject: { kind: 'file', path: 'kubectl' },
        evidence: { kind: 'beside' },
        predicateTypes: ['https://slsa.dev/verification_summary/v1'],
      },
    ],
    [
      '--signature k.sig kubectl --certificate k.cert --save-bundle',
      {
        subject: { kind: 'file', path: 'kubectl' },
        evidence: { kind: 'detached', signaturePath: 'k.sig', certificatePath: 'k.cert' },
        saveBundlePath: 'kubectl.sigstore.json',
      },
    ],
    [
      `sha256:${SHA256.toUpperCase()} --bundle b.json --key k.pem`,
      {
        subject: { kind: 'digest', sha256: SHA256 },
        evidence: { kind: 'bundle', path: 'b.json' },
        keyFile: 'k.pem',
      },
    ],
    [
      'kubectl --as kubectl@1.30.2:linux/arm64 --mirror https://a.example/k8s/',
      {
        subject: { kind: 'file', path: 'kubectl' },
        evidence: { kind: 'beside' },
        as: {
          component: 'kubectl',
          version: { major: 1, minor: 30, patch: 2, prerelease: undefined },
          platform: { os: 'linux', arch: 'arm64' },
        },
        sources: ['https://a.example/k8s'],
      },
    ],
    [
      'c.tar.gz --list',
      {
        subject: { kind: 'file', path: 'c.tar.gz' },
        evidence: { kind: 'beside' },
        archive: { kind: 'list' },
      },
    ],
    [
      'dir/c.tar.gz --member a/b',
      {
        subject: { kind: 'file', path: 'dir/c.tar.gz' },
        evidence: { kind: 'beside' },
        archive: { kind: 'extract', into: 'c', members: ['a/b'] },
      },
    ],
    [
      'c.tgz --output here --extract',
      {
        subject: { kind: 'file', path: 'c.tgz' },
        evidence: { kind: 'beside' },
        archive: { kind: 'extract', into: resolve('here'), members: [] },
      },
    ],
    [
      './sha256:x --rekor-url https://rekor.example/ --trusted-root r.json',
      {
        subject: { kind: 'file', path: './sha256:x' },
        evidence: { kind: 'beside' },
        trustedRootFile: 'r.json',
        rekorUrl: 'https://rekor.example',
      },
    ],
  ])('%s', async (command, expected) => {
    expect(await read(command)).toStrictEqual(expected);
  });

  it.each<[string, Partial<VerifyArguments>]>([
    [' any', { releaseWorkflow: { workflow: WORKFLOW, issuer: ISSUER } }],
    [' v1.20.3', { identity: { subjectAlternativeName: `${WORKFLOW}@refs/tags/v1.20.3`, issuer: ISSUER } }],
    ['=0.2.0', { identity: { subjectAlternativeName: `${WORKFLOW}@refs/tags/v0.2.0`, issuer: ISSUER } }],
    [
      ' any --trusted-root r.json',
      { releaseWorkflow: { workflow: WORKFLOW, issuer: ISSUER }, trustedRootFile: 'r.json' },
    ],
  ])('of a build that knows its repository: f --k8s-verify-release%s', async (rest, expected) => {
    expect(await read(`f --k8s-verify-release${rest}`, REPOSITORY)).toStrictEqual({
      subject: { kind: 'file', path: 'f' },
      evidence: { kind: 'beside' },
      ...expected,
    });
  });

  it('of a build that knows no repository: refuses its own release, and says what to do', async () => {
    const error = await refusal('f --k8s-verify-release any');
    expect(error.message).toMatch(/does not know the repository/);
    expect(error.next).toMatch(/--certificate-identity https:\/\/github\.com\/OWNER\/.*bootstrap\.md/);
  });

  it.each<[string, RegExp, RegExp]>([
    ['f --k8s-verify-release any --key k', /contradict/, /leave out one/],
    [
      'f --certificate-identity i --k8s-verify-release any',
      /--certificate-identity and .* contradict/,
      /leave out one/,
    ],
    [
      'f --k8s-verify-release any --certificate-oidc-issuer https://i.example',
      /--certificate-oidc-issuer and .* contradict/,
      /leave out one/,
    ],
    ['--k8s-verify-release f', /took "f" as a version/, /v1\.2\.3 for that release/],
    ['f --k8s-verify-release', /needs a value/, /--k8s-verify-release VERSION/],
    ['f --k8s-verify-release g', /took "g" as a version/, /any for every one/],
    ['f --k8s-verify-release v1.2.3x', /took "v1\.2\.3x" as a version/, /any for every one/],
    ['f --k8s-verify-release v1.2.3-rc.1', /as a version/, /any for every one/],
    ['f --k8s-verify-release v1.02.3', /as a version/, /any for every one/],
    ['f --k8s-verify-release vv1.2.3', /as a version/, /any for every one/],
    ['f --k8s-verify-release v1.2.3 --k8s-verify-release any', /more than once/, /leave one/],
    ['f --k8s-verify-release --key k', /needs a value/, /--k8s-verify-release=VALUE/],
    ['f --k8s-verify-release=', /needs a value/, /after it/],
  ])('refuses, in a build that knows its repository: %s', async (command, message, advice) => {
    const error = await refusal(command, REPOSITORY);
    expect(error.message).toMatch(message);
    expect(error.next).toMatch(advice);
  });

  it.each<[string, RegExp, RegExp]>([
    ['', /nothing is named/, /k8s-verify verify/],
    ['f --predicate-type vsa', /not a predicate type/, /--predicate-type https:/],
    ['f --predicate-type https://a\u00adb', /not a predicate type/, /--predicate-type https:/],
    [
      'f --signature a --certificate b --predicate-type https://slsa.dev/provenance/v1',
      /--predicate-type and --signature contradict/,
      /--bundle/,
    ],
    ['a b --bundle c', /--bundle is for one file/, /one run for each/],
    ['a b --signature c --certificate d', /--signature is for one file/, /one run for each/],
    ['a b --list', /--list is for one file/, /one run for each/],
    ['a b --as kubectl@v1.30.2', /--as is for one file/, /one run for each/],
    ['f --as kubectl', /--as does not take "kubectl"/, /kubectl@v1\.30\.2:linux\/amd64/],
    ['f --as kubectl@v1.30.2 --predicate-type https://a.example', /contradict/, /leave out|use /],
    ['a b --extract', /--extract is for one file/, /one run for each/],
    ['sha256:123 --bundle b', /not a SHA-256/, /sha256sum/],
    [
      `sha256:${SHA256} --signature a --certificate b --save-bundle`,
      /needs a file/,
      /leave out --save-bundle/,
    ],
    ['a --bundle b --signature c --certificate d', /contradict/, /leave out the others/],
    ['a --bundle b --save-bundle', /contradict/, /leave out --save-bundle/],
    ['a --signature s', /needs --certificate/, /kubectl\.cert/],
    ['a --certificate s', /needs --signature/, /kubectl\.sig/],
    ['a --signature s --key k', /needs --certificate/, /from its bundle/],
    [
      'a --key k --certificate-identity i --certificate-oidc-issuer https://i.example',
      /contradict/,
      /leave out one/,
    ],
    ['c.tar.gz --list --extract', /contradict/, /leave out one/],
    ['c.tar.gz --list --member x', /--list and --member contradict/, /leave out one/],
    ['c.tar.gz --output d', /nothing to write/, /k8s-verify install/],
    ['archive --extract', /not clear what directory/, /--output/],
    ['.tar.gz --extract', /not clear what directory/, /--output/],
    ['a --install-dir d', /verify has no option --install-dir/, /verify --help/],
  ])('refuses: %s', async (command, message, advice) => {
    const error = await refusal(command);
    expect(error.message).toMatch(message);
    expect(error.next).toMatch(advice);
    expect(error.code).toBe('usage');
  });
});
