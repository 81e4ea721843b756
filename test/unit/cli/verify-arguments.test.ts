import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../src/cli/command-line.ts';
import { readVerifyArguments, type VerifyArguments } from '../../../src/cli/verify-arguments.ts';
import { RequestError } from '../../../src/errors.ts';

const SHA256 = '982dfe7e5a1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4';

async function read(command: string): Promise<VerifyArguments> {
  return readVerifyArguments(await readCommandLine('verify', command.split(' ').filter(Boolean)));
}

async function refusal(command: string): Promise<RequestError> {
  const error: unknown = await read(command).catch((thrown: unknown) => thrown);
  if (!(error instanceof RequestError)) throw new TypeError(`not refused: ${command}`);
  return error;
}

describe('verify: words to a request', () => {
  it.each<[string, VerifyArguments]>([
    ['kubectl', { subject: { kind: 'file', path: 'kubectl' }, evidence: { kind: 'beside' } }],
    [
      'kubectl --bundle b.json',
      { subject: { kind: 'file', path: 'kubectl' }, evidence: { kind: 'bundle', path: 'b.json' } },
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
      'c.tar.gz --list',
      {
        subject: { kind: 'file', path: 'c.tar.gz' },
        evidence: { kind: 'beside' },
        archive: { kind: 'list' },
      },
    ],
    [
      'dir/c.tar.gz --extract a/b',
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

  it.each<[string, RegExp, RegExp]>([
    ['', /nothing is named/, /k8s-verify verify/],
    ['a b', /one file is verified at a time/, /one run for each/],
    ['sha256:123 --bundle b', /not a SHA-256/, /sha256sum/],
    [`sha256:${SHA256}`, /no evidence beside it/, /name the evidence/],
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
      /leave out the one/,
    ],
    ['c.tar.gz --list --extract', /contradict/, /leave out one/],
    ['c.tar.gz --output d', /nothing to write/, /k8s-verify install/],
    ['archive --extract', /not clear what directory/, /--output/],
    ['.tar.gz --extract', /not clear what directory/, /--output/],
    ['a --install-dir d', /verify has no option --install-dir/, /verify --help/],
  ])('refuses: %s', async (command, message, advice) => {
    const error = await refusal(command);
    expect(error.message).toMatch(message);
    expect(error.advice).toMatch(advice);
    expect(error.code).toBe('usage');
  });
});
