import { dirname } from 'node:path';
import { InstallError, TWO_DIGESTS, UntrustedError } from '../errors.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { MAX_ARTIFACT_BYTES } from '../limits.ts';
import type { Digest, HashAlgorithm } from '../strict/digest.ts';
import { stageCopy } from '../disk/installed.ts';
import { openStaging, type StagedArtifact, type StagedDigests } from '../disk/staging.ts';
import { confirmDigest, type VerifiedArtifact } from '../disk/verified-artifact.ts';
import type { DownloadOutcome } from '../source/bytes.ts';
import { fetchBytes } from '../source/fetch-bytes.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import { isReleaseSigner } from '../release/signer.ts';
import type { PlannedArtifact } from '../plan/plan.ts';
import type { NetworkRequest } from '../plan/request.ts';
import type { Client } from '../client.ts';
import type { RecordsOf, RunRecords } from './run-records.ts';
import type { BytesOnTheWay } from './contradiction.ts';
import type { RunLogMemory } from './run-log-memory.ts';
import type { RunTrust } from './run-trust.ts';
import type { ManifestOf } from './run-manifest.ts';

/** What every artifact of one run is fetched and proved with. */
export interface RunContext {
  readonly network: NetworkRequest;
  /** Those of `network`, in order of preference. */
  readonly sources: readonly ReleaseSource[];
  readonly client: Client;
  readonly trust: RunTrust;
  /** Compares what the log shows with what it showed before. */
  readonly logMemory: RunLogMemory;
  /** Set if proven digests are to be compared with the release's own records. */
  readonly recordsOf: RecordsOf | undefined;
  readonly manifestOf: ManifestOf;
  readonly signal: AbortSignal;
}

/**
 * The download of one planned artifact into a staging file, in parallel with everything else. Nothing is requested and
 * nothing is created before {@link Download.begin}.
 */
export class Download implements BytesOnTheWay {
  readonly plan: PlannedArtifact;
  readonly context: RunContext;
  /** The records of its release, if proven digests are compared with them. */
  readonly records: Promise<RunRecords> | undefined;
  readonly staged: StagedArtifact;
  readonly #firstByte = Promise.withResolvers<void>();
  #outcome: Promise<DownloadOutcome> | undefined;
  #startedAnew = false;

  /** @param destination the staging file is made in its directory. */
  constructor(plan: PlannedArtifact, destination: string, context: RunContext) {
    const { artifact } = plan;
    const { recordsOf, signal } = context;
    this.plan = plan;
    this.context = context;
    this.records = recordsOf?.(artifact.version);
    this.staged = openStaging({
      directory: dirname(destination),
      fileName: artifact.fileName,
      alsoHash: recordsOf === undefined ? [] : ['sha512'],
      signal,
    });
  }

  /** Starts the download if it has not started yet; resolves when all bytes are staged. */
  begin(): Promise<DownloadOutcome> {
    if (this.#outcome === undefined) {
      this.#outcome = this.#download(false);
      // The code that awaits the outcome sees its failure; until then it must not end the process.
      this.#outcome.then(() => this.#firstByte.resolve(), this.#firstByte.reject);
      this.#firstByte.promise.catch(() => undefined);
    }
    return this.#outcome;
  }

  /** Resolves once the artifact is known to exist; rejects if the download fails before its first byte. */
  async published(): Promise<void> {
    this.begin().catch(() => undefined);
    await this.#firstByte.promise;
  }

  /** The digest of the staged bytes, once all of them are there. */
  async digest(algorithm: HashAlgorithm = 'sha256'): Promise<Digest> {
    const digests = await this.#digests();
    return { algorithm, hex: digests[algorithm] ?? (await this.staged.hash(algorithm)) };
  }

  /**
   * The digest after a second download, past the caches, if the staged bytes may not be one whole copy: they came from
   * several transfers, and parts of different copies do not fit together; or no length said where they should end.
   * Undefined if the second download was made already, or would give the same bytes.
   */
  async digestAnew(): Promise<Digest | undefined> {
    const { resumed, endedByClose } = await this.begin();
    if (this.#startedAnew || !(resumed || endedByClose)) return undefined;
    this.#startedAnew = true;
    await this.staged.reset();
    this.context.client.report({ kind: 'resume', artifact: this.plan.label, offset: 0 });
    this.#outcome = this.#download(true);
    return this.digest();
  }

  /**
   * The result of the proof, or the download's failure if that comes first: then there is no point in waiting for the
   * proof. Only a failure of the disk waits for it, because its exit code means that the artifact is proved.
   */
  async orFailure<Result>(proof: Promise<Result>): Promise<Result> {
    const failure = new Promise<never>((_, reject) => {
      this.#outcome?.catch(async (error: unknown) => {
        if (error instanceof InstallError) await proof.catch(() => undefined);
        reject(error);
      });
    });
    return Promise.race([proof, failure]);
  }

  /**
   * Waits for the bytes and compares them with the proven digest, after a second download ({@link Download.digestAnew})
   * if that may help.
   *
   * @returns what has that digest, and the URL or path that delivered it.
   * @throws UntrustedError `digest-mismatch`
   */
  async confirm(proven: ProvenDigest): Promise<{
    readonly verified: VerifiedArtifact;
    readonly source: string;
    readonly digests: StagedDigests;
  }> {
    let digests = await this.#digests();
    const found = digests[proven.algorithm];
    if (found !== undefined && found !== proven.hex && (await this.digestAnew()) !== undefined) {
      digests = await this.#digests();
    }
    const { url } = await this.begin();
    const verified = await confirmDigest(this.staged, proven).catch((error: unknown) => {
      if (!(error instanceof UntrustedError)) throw error;
      const isDemanded = proven.algorithm === 'sha256' && proven.hex === this.plan.demanded;
      throw isDemanded
        ? notWhatWasDemanded(error, this.plan, url)
        : notWhatWasSigned(error, this.plan.label, proven, url);
    });
    return { verified, source: url, digests };
  }

  /**
   * Takes the bytes of a file that is already there, instead of a download.
   *
   * @returns undefined, with nothing staged, if these are no longer the proven bytes.
   */
  async copyOf(
    path: string,
    proven: ProvenDigest,
  ): Promise<{ readonly verified: VerifiedArtifact; readonly digests: StagedDigests } | undefined> {
    if ((await stageCopy(path, this.staged, MAX_ARTIFACT_BYTES[this.plan.artifact.kind])) === 'copied') {
      const digests = await this.staged.finish();
      const found = digests[proven.algorithm] ?? (await this.staged.hash(proven.algorithm));
      if (found === proven.hex) return { verified: await confirmDigest(this.staged, proven), digests };
    }
    await this.staged.reset();
    return undefined;
  }

  /** Waits for the last write, then removes what was staged. The signal must have fired before. */
  async discard(): Promise<void> {
    await this.#outcome?.catch(() => undefined);
    await this.staged.discard();
  }

  async #digests(): Promise<StagedDigests> {
    await this.begin();
    return this.staged.finish();
  }

  async #download(bypassCache: boolean): Promise<DownloadOutcome> {
    const { artifact, label: what } = this.plan;
    const { sources, signal, client } = this.context;
    const { path, kind } = artifact;
    const maxBytes = MAX_ARTIFACT_BYTES[kind];
    const onProgress = (received: number, total: number | undefined): void => {
      this.#firstByte.resolve();
      const told = total === undefined ? {} : { total };
      client.report({ kind: 'download', artifact: what, received, ...told });
    };
    const request = { path, sink: this.staged, maxBytes, what, bypassCache, signal, onProgress };
    try {
      return await fetchBytes(sources, request, client.report);
    } catch (error) {
      const { nameNewest } = await import('./newest-there.ts');
      throw await nameNewest(error, artifact.version, sources, signal);
    }
  }
}

/** The digest that is demanded is proved, but not as that of this file. */
function notWhatWasDemanded(
  error: UntrustedError,
  { artifact, label, demandedBy }: PlannedArtifact,
  from: string,
): UntrustedError {
  const { component, version, platform } = artifact;
  const words = ['k8s-verify digest', component, formatReleaseVersion(version)];
  if (platform !== undefined) words.push('--platform', formatPlatform(platform));
  return error.with({
    message: `${label} is not the file that ${demandedBy === 'lockfile' ? 'the lockfile names' : 'was asked for by its digest'}`,
    from,
    why: 'the source has another file, or the digest that was asked for is that of another one',
    next: `${TWO_DIGESTS}; see which one is proved: ${words.join(' ')}`,
  });
}

/** The download has other bytes than those whose digest is proved. */
export function notWhatWasSigned(
  error: UntrustedError,
  label: string,
  { signer }: ProvenDigest,
  from: string,
): UntrustedError {
  const who = isReleaseSigner(signer) ? 'that Kubernetes signed' : 'that was signed';
  return error.with({ message: `${label} is not the file ${who}`, from });
}
