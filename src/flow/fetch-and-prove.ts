import type { RecordsOf } from './compare-records.ts';
import { UntrustedError } from '../errors.ts';
import type { CrossCheck } from '../records/cross-check.ts';
import type { ReleaseRecords } from '../records/release-records.ts';
import type { VerifiedArtifact } from '../disk/verified-artifact.ts';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { PlannedArtifact } from '../plan/plan.ts';
import type { Proof, ProofContext } from './prove-with-log.ts';
import { nameFile } from './name-failure.ts';
import { reportChecks } from './report.ts';
import { logOf, type NetworkRequest, releaseSourcesOf } from '../plan/request.ts';
import { Transfer } from './download.ts';
import { fetchSideFiles } from '../source/side-files.ts';
import type { TrustSupply } from './open-trust.ts';
import type { Client } from '../client.ts';

/** What every artifact of one run is proved with. */
export interface PrepareContext {
  readonly network: NetworkRequest;
  readonly client: Client;
  readonly trust: TrustSupply;
  /** Where proven digests are to be held against the release's own records. */
  readonly recordsOf?: RecordsOf | undefined;
  readonly signal: AbortSignal;
}

/** One planned artifact in the making: its bytes on their way, and whatever else is fetched beside them. */
export interface Fetching {
  readonly plan: PlannedArtifact;
  readonly context: PrepareContext;
  readonly transfer: Transfer;
  /** Of its release, where proven digests are held against them. */
  readonly records: Promise<ReleaseRecords> | undefined;
}

/** An artifact whose digest is proved. */
export interface Proved {
  readonly proof: Proof;
  /** What the release's own records say of it, where they were asked for. */
  readonly crossChecks?: readonly CrossCheck[];
}

/** An artifact whose bytes are staged, and have the proven digest. */
export interface ProvedBytes extends Proved {
  readonly verified: VerifiedArtifact;
  /** The URL that delivered the bytes. */
  readonly source: string;
}

/**
 * Runs `prepare` with a transfer into the directory. Its signal is aborted and what was staged is removed when that
 * fails; otherwise what is staged belongs to the caller.
 */
export async function withTransfer<Result>(
  plan: PlannedArtifact,
  directory: string,
  context: PrepareContext,
  prepare: (fetching: Fetching) => Promise<Result>,
): Promise<Result> {
  const { artifact, label } = plan;
  const { network, recordsOf, client } = context;
  const abort = new AbortController();
  const signal = AbortSignal.any([context.signal, abort.signal]);
  const transfer = new Transfer(
    {
      sources: releaseSourcesOf(network, client.http),
      path: artifact.path,
      directory,
      fileName: artifact.fileName,
      label,
      maxBytes: MAX_ARTIFACT_BYTES[artifact.kind],
      sha512: recordsOf !== undefined,
      signal,
    },
    client,
  );
  try {
    const records = recordsOf?.(artifact.version);
    return await prepare({ plan, context: { ...context, signal }, transfer, records });
  } catch (error) {
    abort.abort();
    await transfer.discard();
    throw error;
  }
}

/**
 * Proves the digest of an artifact, while its bytes are on their way where that has begun, tells each check, and holds
 * the digest against the one that the request demands, if it demands one.
 */
export async function provePlanned({ plan, context, transfer }: Fetching): Promise<Proof> {
  const { network, client, signal } = context;
  const { http, report } = client;
  const sources = releaseSourcesOf(network, http);
  const { artifact, label } = plan;
  const files = { report, sources, path: artifact.path, what: label, signal };
  const prove = async (): Promise<Proof> => {
    const sideFiles = fetchSideFiles(files);
    sideFiles.catch(() => undefined);
    // The servers have something to do now: a good moment to load the proof's code and the trusted root.
    await http.underWay();
    const { proveArtifact } = await import('./prove.ts');
    const request = {
      ...(await proofContext(plan, context)),
      files,
      published: () => transfer.published(),
      digestOfBytes: () => transfer.digest(),
      digestOfBytesAnew: () => transfer.digestAnew(),
    };
    return proveArtifact(request, sideFiles);
  };
  const proof = await transfer.orFailure(prove()).catch((error: unknown) => {
    throw nameFile(error, label);
  });
  reportChecks(report, label, proof);
  assertDemanded(plan, proof.proven.hex, 'which is properly signed');
  return proof;
}

/**
 * Properly signed, and yet another file than the one that the request settled on.
 *
 * @param standing what the found digest is, for the message.
 * @throws UntrustedError `digest-mismatch`
 */
export function assertDemanded(
  { label, demanded }: Pick<PlannedArtifact, 'label' | 'demanded'>,
  found: string,
  standing: string,
): void {
  if (demanded === undefined || demanded === found) return;
  throw new UntrustedError('digest-mismatch', `${label} is not the file that was asked for by its digest`, {
    check: 'digest',
    wanted: `sha256:${demanded}`,
    found: `sha256:${found}, ${standing}`,
    why: 'a signature does not say which version it is for: a mirror can serve another release under this name',
    next: 'find out where the two digests come from; the release server may have been changed, or the lockfile',
  });
}

/**
 * Waits for the bytes, and holds them against the proven digest and that against the release's records.
 *
 * @throws UntrustedError `digest-mismatch`; UnavailableError
 */
export async function confirmPlanned(fetching: Fetching, proof: Proof): Promise<ProvedBytes> {
  // Both at once: records that cannot be had end the download.
  const [confirmed, records] = await Promise.all([fetching.transfer.confirm(proof.proven), fetching.records]);
  const { verified, source, sha512 } = confirmed;
  if (records === undefined || sha512 === undefined) return { proof, verified, source };
  const crossChecks = await crossCheckPlanned(fetching, { sha256: verified.sha256, sha512 }, records);
  return { proof, verified, source, crossChecks };
}

/** Holds digests of the proven bytes against the release's records. */
export async function crossCheckPlanned(
  { plan, context }: Fetching,
  digests: { readonly sha256: string; readonly sha512: string },
  records: ReleaseRecords,
): Promise<readonly CrossCheck[]> {
  const { artifact, label } = plan;
  const { crossCheckArtifact } = await import('./compare-records.ts');
  return crossCheckArtifact({ artifact, label, ...digests, records }, await proofContext(plan, context));
}

async function proofContext(
  { policy }: PlannedArtifact,
  { network, client, trust, signal }: PrepareContext,
): Promise<ProofContext> {
  const log = { http: client.http, ...logOf(network), signal };
  return { log, policy, trust: await trust(), clock: client.clock };
}
