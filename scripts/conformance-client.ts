/**
 * A client for the sigstore-conformance suite, over the library's `verify`. Its protocol (docs/cli_protocol.md there), arguments
 * always in this order, exit status 0 for "verified":
 *
 *     verify-bundle [--staging] --bundle FILE --certificate-identity IDENTITY --certificate-oidc-issuer URL
 *       [--trusted-root FILE] FILE_OR_DIGEST
 *     verify-bundle [--staging] --bundle FILE --key PEM [--trusted-root FILE] FILE_OR_DIGEST
 */
import { existsSync, readFileSync } from 'node:fs';
import { readBundle } from '../src/evidence/read-bundle.ts';
import {
  exitCodeFor,
  K8sVerifyError,
  RequestError,
  verify,
  type VerifyInput,
  type VerifyOptions,
} from '../src/index.ts';

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
 * The suite only asks whether an envelope's statement is about the artifact. Its statements have these types. Another type
 * is refused, so that you look at a new one before it counts.
 */
const PREDICATE_TYPES: readonly string[] = ['https://slsa.dev/provenance/v1'];

async function verifyBundle(argv: readonly string[]): Promise<string> {
  const { bundlePath, options, artifact } = parseArguments(argv);
  const bundle = readFileSync(bundlePath);
  const statement = readBundle(bundle).content.kind === 'dsse' ? { predicateTypes: PREDICATE_TYPES } : {};
  const input: VerifyInput = { ...subjectOf(artifact), bundle };
  const { artifacts } = await verify(input, { ...options, ...statement });
  return artifacts.map(({ checks }) => `${checks.digest.detail} ${checks.identity.detail}`).join();
}

interface Arguments {
  readonly bundlePath: string;
  /** The signer and the trusted root. */
  readonly options: VerifyOptions;
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
  if (staging && trustedRoot === undefined) {
    throw new RequestError('usage', 'the staging instance needs --trusted-root: its root does not ship');
  }
  const options: VerifyOptions = {
    ...(key === undefined
      ? { identity: { subjectAlternativeName: identity ?? '', issuer: issuer ?? '' } }
      : { publicKeyPem: readFileSync(key, 'utf8') }),
    ...(trustedRoot === undefined ? {} : { trustedRootPath: trustedRoot }),
  };
  return { bundlePath: bundle, options, artifact };
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** "A digest if it starts with sha256:, has the right length and no such path exists." */
function subjectOf(artifact: string): VerifyInput {
  return DIGEST.test(artifact) && !existsSync(artifact)
    ? { sha256: artifact.slice('sha256:'.length) }
    : { path: artifact };
}

if (import.meta.main) {
  const { exitCode, message } = await runClient(process.argv.slice(2));
  console.error(message);
  process.exitCode = exitCode;
}
