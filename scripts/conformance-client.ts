/**
 * A client for the sigstore-conformance suite, over the library. Its protocol (docs/cli_protocol.md there), arguments
 * always in this order, exit status 0 for "verified":
 *
 *     verify-bundle [--staging] --bundle FILE --certificate-identity IDENTITY --certificate-oidc-issuer URL
 *       [--trusted-root FILE] FILE_OR_DIGEST
 *     verify-bundle [--staging] --bundle FILE --key PEM [--trusted-root FILE] FILE_OR_DIGEST
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { K8sVerifyError, RequestError } from '../src/errors.ts';
import type { Digest, HashAlgorithm } from '../src/strict/digest.ts';
import type { Evidence } from '../src/evidence/evidence.ts';
import { readBundle } from '../src/evidence/read-bundle.ts';
import { exitCodeFor } from '../src/exit-codes.ts';
import { type ProofSubject, requiredSubject } from '../src/proof/proof.ts';
import { proveDigest } from '../src/proof/prove-digest.ts';
import type { Policy } from '../src/policy/policy.ts';
import { EMBEDDED_ROOT_NAME, embeddedRootBytes } from '../src/trust/embedded-root.ts';
import { readTrustedRoot } from '../src/trust/read-trusted-root.ts';
import type { TrustMaterial } from '../src/trust/trust-material.ts';

export interface ClientOutcome {
  readonly exitCode: number;
  /** One line for people. */
  readonly message: string;
}

/** Runs one command of the protocol; never throws for what the arguments or files hold. */
export async function runClient(argv: readonly string[]): Promise<ClientOutcome> {
  try {
    return { exitCode: 0, message: await verifyBundle(argv) };
  } catch (error) {
    if (!(error instanceof K8sVerifyError)) throw error;
    const parts = [error.wanted && `expected ${error.wanted}`, error.found && `found ${error.found}`];
    const detail = parts.filter((part) => part !== undefined && part !== '').join('; ');
    return {
      exitCode: exitCodeFor(error),
      message: `${error.code} (${error.check ?? '-'}): ${error.message}${detail === '' ? '' : `: ${detail}`}`,
    };
  }
}

/**
 * The suite asks of an envelope that its statement is about the artifact, whatever it says of it. Its statements are of
 * these types; one of another type is refused, so that a new one is looked at before it counts.
 */
const PREDICATE_TYPES: readonly string[] = ['https://slsa.dev/provenance/v1'];

async function verifyBundle(argv: readonly string[]): Promise<string> {
  const { bundle, policy: signer, trustedRoot, staging, artifact } = parseArguments(argv);
  const trust = readTrust(trustedRoot, staging);
  const evidence = readBundle(readFileSync(bundle));
  const policy = {
    ...signer,
    ...(evidence.content.kind === 'dsse' ? { predicateTypes: PREDICATE_TYPES } : {}),
  };
  const proven = proveDigest(evidence, await readSubject(artifact, evidence, policy), policy, trust);
  return `${proven.algorithm}:${proven.hex} ${proven.checks.identity.detail}`;
}

interface Arguments {
  readonly bundle: string;
  readonly policy: Policy;
  readonly trustedRoot: string | undefined;
  readonly staging: boolean;
  readonly artifact: string;
}

function parseArguments(argv: readonly string[]): Arguments {
  const rest = [...argv];
  const flag = (name: string): boolean => rest[0] === name && rest.shift() !== undefined;
  const option = (name: string): string | undefined => (flag(name) ? rest.shift() : undefined);
  const command = rest.shift();
  const staging = flag('--staging');
  const bundle = option('--bundle');
  const identity = option('--certificate-identity');
  const issuer = option('--certificate-oidc-issuer');
  const key = option('--key');
  const trustedRoot = option('--trusted-root');
  const artifact = rest.shift();
  const certificate = identity !== undefined && issuer !== undefined;
  if (
    command !== 'verify-bundle' ||
    bundle === undefined ||
    artifact === undefined ||
    rest.length > 0 ||
    certificate === (key !== undefined) ||
    (identity === undefined) !== (issuer === undefined)
  ) {
    throw new RequestError('usage', 'these are not the arguments of the conformance protocol', {
      wanted:
        'verify-bundle [--staging] --bundle FILE (--certificate-identity ... --certificate-oidc-issuer ... | --key PEM) [--trusted-root FILE] FILE_OR_DIGEST',
      found: argv.join(' '),
    });
  }
  const policy: Policy =
    key === undefined
      ? {
          kind: 'certificate-identity',
          identities: [{ subjectAlternativeName: identity ?? '', issuer: issuer ?? '' }],
        }
      : { kind: 'managed-key', publicKeyPem: readFileSync(key, 'utf8') };
  return { bundle, policy, trustedRoot, staging, artifact };
}

function readTrust(path: string | undefined, staging: boolean): TrustMaterial {
  if (path !== undefined) return readTrustedRoot(readFileSync(path), { kind: 'file', path });
  if (staging)
    throw new RequestError('usage', 'the staging instance needs --trusted-root: its root does not ship');
  return readTrustedRoot(embeddedRootBytes(), { kind: 'embedded', name: EMBEDDED_ROOT_NAME });
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** "A digest if it starts with sha256:, has the right length and no such path exists." */
async function readSubject(artifact: string, evidence: Evidence, policy: Policy): Promise<ProofSubject> {
  if (DIGEST.test(artifact) && !existsSync(artifact)) {
    return { kind: 'digest', digest: { algorithm: 'sha256', hex: artifact.slice('sha256:'.length) } };
  }
  const { kind, algorithm, also = [] } = requiredSubject(evidence, policy);
  if (kind === 'message') return { kind, message: readFileSync(artifact) };
  const digestBy = async (name: HashAlgorithm): Promise<Digest> => {
    const hash = createHash(name);
    await pipeline(createReadStream(artifact), hash);
    return { algorithm: name, hex: hash.digest('hex') };
  };
  return { kind, digest: await digestBy(algorithm), also: await Promise.all(also.map(digestBy)) };
}

if (import.meta.main) {
  const { exitCode, message } = await runClient(process.argv.slice(2));
  console.error(message);
  process.exitCode = exitCode;
}
