import { InstallError, UntrustedError } from '../errors.ts';
import type { Digest } from '../strict/digest.ts';
import { stageCopy } from '../disk/installed.ts';
import { openStaging, type StagedArtifact, type StagedDigests } from '../disk/staging.ts';
import { confirmDigest, type VerifiedArtifact } from '../disk/verified-artifact.ts';
import type { DownloadOutcome } from '../source/bytes.ts';
import { fetchBytes } from '../source/fetch-bytes.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import type { ProvenDigest } from '../proof/prove-digest.ts';
import { isReleaseSigner } from '../release/signer.ts';
import type { Client } from '../client.ts';

export interface TransferRequest {
  /** In order of preference. */
  readonly sources: readonly ReleaseSource[];
  /** Of the artifact, below a source. */
  readonly path: string;
  /** The staging file is made in this file's directory. */
  readonly directory: string;
  readonly fileName: string;
  readonly label: string;
  /** The most that is taken. */
  readonly maxBytes: number;
  /** Whether the SHA-512 is computed, too. */
  readonly sha512: boolean;
  readonly signal: AbortSignal;
}

/** Bytes that have the proven digest, and where they came from. */
export interface ConfirmedTransfer {
  readonly verified: VerifiedArtifact;
  /** The URL that delivered them. */
  readonly source: string;
  /** Hex; undefined where it was not asked for. */
  readonly sha512: string | undefined;
}

/**
 * The bytes of one artifact on their way into a staging file, beside whatever else goes on. Nothing is asked for and
 * nothing is created before {@link Transfer.begin}.
 */
export class Transfer {
  readonly staged: StagedArtifact;
  readonly #request: TransferRequest;
  readonly #client: Client;
  readonly #firstByte = Promise.withResolvers<void>();
  #outcome: Promise<DownloadOutcome> | undefined;
  #startedAnew = false;

  constructor(request: TransferRequest, client: Client) {
    const { directory, fileName, sha512, signal } = request;
    this.#request = request;
    this.#client = client;
    this.staged = openStaging({ directory, fileName, alsoHash: sha512 ? ['sha512'] : [], signal });
  }

  /** Starts the download where it has not been started; resolves when all bytes are staged. */
  begin(): Promise<DownloadOutcome> {
    if (this.#outcome === undefined) {
      this.#outcome = this.#download(false);
      // Whoever waits for the outcome sees its failure; until somebody does, it must not end the process.
      this.#outcome.then(() => this.#firstByte.resolve(), this.#firstByte.reject);
      this.#firstByte.promise.catch(() => undefined);
    }
    return this.#outcome;
  }

  /** Resolves once the artifact is known to be there; rejects where the download failed before its first byte. */
  async published(): Promise<void> {
    this.begin().catch(() => undefined);
    await this.#firstByte.promise;
  }

  /** The digest of the staged bytes, once all of them are there. */
  async digest(): Promise<Digest> {
    const { sha256 } = await this.#digests();
    return { algorithm: 'sha256', hex: sha256 };
  }

  /**
   * The digest that another download gives, where the staged bytes may be no whole copy: they were pieced together from
   * several transfers, and pieces of different copies do not fit together; or nothing told where they should end.
   * There is one fresh start, past the caches; undefined where it was had, or would give the same bytes.
   */
  async digestAnew(): Promise<Digest | undefined> {
    const { resumed, endedByClose } = await this.begin();
    if (this.#startedAnew || !(resumed || endedByClose)) return undefined;
    this.#startedAnew = true;
    await this.staged.reset();
    this.#client.report({ kind: 'resume', artifact: this.#request.label, offset: 0 });
    this.#outcome = this.#download(true);
    return this.digest();
  }

  /**
   * What the proof comes to, or the download's failure if that is earlier: neither is worth waiting for then. Only a
   * disk that says no waits for the proof, since its exit code means that the artifact is proved.
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
   * Waits for the bytes and holds them against the proven digest, after a fresh start ({@link Transfer.digestAnew})
   * where that may help.
   *
   * @throws UntrustedError `digest-mismatch`
   */
  async confirm(proven: ProvenDigest): Promise<ConfirmedTransfer> {
    let digests = await this.#digests();
    const found = digests[proven.algorithm];
    if (found !== undefined && found !== proven.hex && (await this.digestAnew()) !== undefined) {
      digests = await this.#digests();
    }
    const { url } = await this.begin();
    const verified = await confirmDigest(this.staged, proven).catch((error: unknown) => {
      throw error instanceof UntrustedError
        ? notWhatWasSigned(error, this.#request.label, proven, url)
        : error;
    });
    return { verified, source: url, sha512: digests.sha512 };
  }

  /**
   * The bytes of a file that is there, instead of a download.
   *
   * @returns undefined, and nothing staged, where these are not the proven bytes any more.
   */
  async copyOf(
    path: string,
    proven: ProvenDigest,
  ): Promise<{ readonly verified: VerifiedArtifact; readonly digests: StagedDigests } | undefined> {
    if ((await stageCopy(path, this.staged)) === 'copied') {
      const digests = await this.staged.finish();
      const found = digests[proven.algorithm] ?? (await this.staged.hash(proven.algorithm));
      if (found === proven.hex) return { verified: await confirmDigest(this.staged, proven), digests };
    }
    await this.staged.reset();
    return undefined;
  }

  /** Waits until nothing is written any more, then removes what was staged. The signal must have fired before. */
  async discard(): Promise<void> {
    await this.#outcome?.catch(() => undefined);
    await this.staged.discard();
  }

  async #digests(): Promise<StagedDigests> {
    await this.begin();
    return this.staged.finish();
  }

  async #download(bypassCache: boolean): Promise<DownloadOutcome> {
    const { sources, path, label, maxBytes, signal } = this.#request;
    const onProgress = (received: number, total: number | undefined): void => {
      this.#firstByte.resolve();
      this.#client.report({
        kind: 'download',
        artifact: label,
        received,
        ...(total === undefined ? {} : { total }),
      });
    };
    return fetchBytes(
      sources,
      { path, sink: this.staged, maxBytes, what: label, bypassCache, signal, onProgress },
      this.#client.report,
    );
  }
}

function notWhatWasSigned(
  error: UntrustedError,
  label: string,
  { signer }: ProvenDigest,
  from: string,
): UntrustedError {
  const who = isReleaseSigner(signer) ? 'that Kubernetes signed' : 'that was signed';
  return error.with({ message: `${label} is not the file ${who}`, from });
}
