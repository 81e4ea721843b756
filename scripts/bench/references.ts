/** What people do without k8s-verify: fetch with curl, hash with openssl, verify with cosign. */
import { KUBERNETES_RELEASE_SIGNERS } from '../../src/release/signer.ts';
import { findProgram } from './bench.ts';
import type { Command } from './measure.ts';

export const NO_COSIGN = 'cosign is not on the PATH';

/** A file and its `.sig` and `.cert`, by one curl, into the directory. */
export function curlSigned(url: string, directory: string): Command {
  return {
    program: 'curl',
    args: ['-sSf', '--remote-name-all', ...['', '.sig', '.cert'].map((suffix) => `${url}${suffix}`)],
    cwd: directory,
  };
}

export function opensslDigest(file: string): Command {
  return { program: 'openssl', args: ['dgst', '-sha256', file] };
}

/** Offline, with the bundle; undefined where there is no cosign. */
export function cosignVerifyBlob(file: string, bundle: string, trustedRootPath: string): Command | undefined {
  const program = findProgram('cosign');
  const identity = KUBERNETES_RELEASE_SIGNERS[0]?.identity;
  if (program === undefined || identity === undefined) return undefined;
  const evidence = ['--bundle', bundle, '--new-bundle-format', '--trusted-root', trustedRootPath];
  const signer = [
    '--certificate-identity',
    identity.subjectAlternativeName,
    '--certificate-oidc-issuer',
    identity.issuer,
  ];
  return { program, args: ['verify-blob', ...evidence, ...signer, file] };
}
