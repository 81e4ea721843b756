import type { Digest } from './evidence/evidence.ts';
import { openStaging, type StagedArtifact } from './install/staging.ts';
import { confirmDigest, type VerifiedArtifact } from './install/verified-artifact.ts';
import { MAX_ARTIFACT_BYTES } from './limits.ts';
import type { DownloadOutcome } from './ports.ts';
import type { ProvenDigest } from './proof/proven-digest.ts';
import type { World } from './world.ts';

export interface TransferRequest {
  readonly urls: readonly string[];
  /** The staging file is made in this file's directory. */
  readonly directory: string;
  readonly fileName: string;
  readonly label: string;
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
  readonly #world: World;
  readonly #firstByte = Promise.withResolvers<void>();
  #outcome: Promise<DownloadOutcome> | undefined;

  constructor(request: TransferRequest, world: World) {
    const { directory, fileName, sha512, signal } = request;
    this.#request = request;
    this.#world = world;
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
    await this.begin();
    const { sha256 } = await this.staged.finish();
    return { algorithm: 'sha256', hex: sha256 };
  }

  /** What the promise comes to, or the download's failure if that is earlier: neither is worth waiting for then. */
  async orFailure<Result>(promise: Promise<Result>): Promise<Result> {
    const failure = new Promise<never>((_, reject) => {
      this.#outcome?.catch(reject);
    });
    return Promise.race([promise, failure]);
  }

  /**
   * Waits for the bytes and holds them against the proven digest. A download that was pieced together from several
   * transfers has one fresh start before it is called a mismatch: pieces of different copies do not fit together. So
   * has one whose end nothing but the end of the connection marked: it may have been cut short.
   *
   * @throws UntrustedError `digest-mismatch`
   */
  async confirm(proven: ProvenDigest): Promise<ConfirmedTransfer> {
    let outcome = await this.begin();
    let digests = await this.staged.finish();
    const doubtful = outcome.resumed || outcome.endedByClose;
    if (doubtful && digests.sha256 !== proven.hex) {
      await this.staged.reset();
      this.#outcome = this.#download(true);
      outcome = await this.#outcome;
      digests = await this.staged.finish();
    }
    const verified = await confirmDigest(this.staged, proven);
    return { verified, source: outcome.url, sha512: digests.sha512 };
  }

  /** Waits until nothing is written any more, then removes what was staged. The signal must have fired before. */
  async discard(): Promise<void> {
    await this.#outcome?.catch(() => undefined);
    await this.staged.discard();
  }

  async #download(bypassCache: boolean): Promise<DownloadOutcome> {
    const { urls, label, signal } = this.#request;
    return this.#world.http.download({
      urls,
      sink: this.staged,
      maxBytes: MAX_ARTIFACT_BYTES,
      what: label,
      bypassCache,
      signal,
      onProgress: (received, total) => {
        this.#firstByte.resolve();
        this.#world.report({
          kind: 'download',
          artifact: label,
          received,
          ...(total === undefined ? {} : { total }),
        });
      },
    });
  }
}
