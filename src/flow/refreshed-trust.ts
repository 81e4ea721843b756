import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../client.ts';
import { keepNewest, readNewest, type States } from '../data/newest-kept.ts';
import { K8sVerifyError, UnavailableError } from '../errors.ts';
import { notAsked } from '../http/offline.ts';
import { LATE_ANSWER_MS, TRUST_CHECK_INTERVAL_MS } from '../limits.ts';
import { note } from '../notes.ts';
import type { TrustRequest } from '../plan/request.ts';
import { readEmbedded } from '../trust/clock.ts';
import { embeddedRecordBytes, embeddedTufRootBytes, PUBLIC_GOOD_TUF_URL } from '../trust/embedded-root.ts';
import { encodeKeptRoot, type KeptRoot } from '../trust/kept-root.ts';
import type { TufTrustedRoot } from '../trust/refresh-root.ts';
import { factsOf, readRootRecord, rootWords } from '../trust/root-age.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';
import type { TufVersions } from '../trust/tuf-metadata.ts';
import { loadTufRoot } from '../trust/tuf-root.ts';
import { keptTrust, type KeptRepository, trustOrder } from './kept-trust.ts';
import { reasonOf, rootTooOld } from './root-too-old.ts';
import { describeTrust, type RunTrust } from './run-trust.ts';

/** Where a trusted root is refreshed from, and what is in hand before. */
interface Repository extends KeptRepository {
  /** The trusted root that the program carries; undefined for a Sigstore that it does not know. */
  readonly embedded: TrustMaterial | undefined;
  /** What it is known to have published before. */
  readonly published: TufVersions;
}

interface InHand {
  readonly repository: Repository;
  /** What an earlier run kept, verified again. */
  readonly kept: TufTrustedRoot | undefined;
}

type Outcome =
  | { readonly kind: 'renewed'; readonly root: TufTrustedRoot; readonly isKept: boolean }
  | { readonly kind: 'failed'; readonly error: K8sVerifyError };

/** A trusted root that is renewed by TUF: the public-good one, or that of the repository which the user names. */
export class RefreshedTrust implements RunTrust {
  readonly #request: TrustRequest;
  readonly #client: Client;
  readonly #embeddedAsOf: Date;
  readonly #dropped = new AbortController();
  readonly #signal: AbortSignal;
  #opened: Promise<InHand> | undefined;
  #refresh: Promise<Outcome> | undefined;
  #outcome: Outcome | undefined;
  #told: TrustMaterial | undefined;
  #isWaitedFor = false;

  private constructor(
    request: TrustRequest,
    client: Client,
    embeddedAsOf: Date,
    signal: AbortSignal | undefined,
  ) {
    this.#request = request;
    this.#client = client;
    this.#embeddedAsOf = embeddedAsOf;
    const own = this.#dropped.signal;
    this.#signal = signal === undefined ? own : AbortSignal.any([own, signal]);
  }

  /** @throws RequestError `file-not-readable`, UntrustedError `trusted-root-invalid` for the named TUF root. */
  static async open(
    request: TrustRequest,
    client: Client,
    embeddedAsOf: Date,
    signal: AbortSignal | undefined,
  ): Promise<RefreshedTrust> {
    const trust = new RefreshedTrust(request, client, embeddedAsOf, signal);
    if (request.tuf !== undefined) await trust.#open();
    return trust;
  }

  async current(): Promise<TrustMaterial> {
    const { repository } = await this.#open();
    let newest = await this.#newest();
    if (newest === undefined || !(await this.#isFreshEnough(newest))) {
      const outcome = await this.#refreshOnce();
      newest = await this.#newest();
      if (newest === undefined) throw outcome.kind === 'failed' ? outcome.error : nothingFrom(repository.url);
      if (!(await this.#isFreshEnough(newest))) throw await this.#tooOld(newest, outcome);
    }
    this.#tell(newest);
    return newest;
  }

  async shownBy(): Promise<KeptRoot | undefined> {
    const newest = await this.#newest();
    const { kept } = await this.#open();
    const renewed = this.#outcome?.kind === 'renewed' ? this.#outcome.root : undefined;
    return [renewed, kept].find((root) => root?.trust === newest)?.kept;
  }

  begin(): void {
    // The code that needs the trusted root sees the failure.
    this.renewIfDue().catch(() => undefined);
  }

  /** The newest trusted root that is in hand, without a request; undefined if there is none. */
  async inHand(): Promise<TrustMaterial | undefined> {
    return this.#newest();
  }

  /** Waits for a refresh, if the last check is too long ago. If it fails, {@link finish} reports that. */
  async renewIfDue(): Promise<void> {
    const { kept } = await this.#open();
    if (this.#isDue(kept)) await this.#refreshOnce();
  }

  /**
   * Waits for a refresh, whenever the last one was.
   *
   * @returns the newest trusted root, and whether it is kept for later runs.
   * @throws as the refresh does.
   */
  async renew(): Promise<{ readonly after: TrustMaterial; readonly isKept: boolean }> {
    this.#isWaitedFor = true;
    const outcome = await this.#refreshOnce();
    if (outcome.kind === 'failed') throw outcome.error;
    this.#tell(outcome.root.trust);
    return { after: outcome.root.trust, isKept: outcome.isKept };
  }

  async newerThan(trust: TrustMaterial): Promise<TrustMaterial | undefined> {
    if (!this.#mayAsk()) return undefined;
    await this.#refreshOnce();
    const newest = await this.#newest();
    if (newest === undefined || !isNewer(newest, trust)) return undefined;
    this.#tell(newest);
    return newest;
  }

  async finish(): Promise<void> {
    if (this.#refresh !== undefined && this.#outcome === undefined) {
      const done = new AbortController();
      const late = delay(LATE_ANSWER_MS, undefined, { signal: done.signal }).catch(() => undefined);
      await Promise.race([this.#refresh, late]);
      done.abort();
      this.drop();
    }
    await this.#noteFailure();
  }

  drop(): void {
    this.#dropped.abort();
  }

  #open(): Promise<InHand> {
    this.#opened ??= this.#find();
    return this.#opened;
  }

  async #find(): Promise<InHand> {
    const repository = await this.#repository();
    const kept = await readNewest(this.#client.data, this.#statesOf(repository));
    return { repository, kept: kept?.value };
  }

  #statesOf(repository: Repository): States<TufTrustedRoot> {
    return keptTrust(repository, this.#client.clock.now(), (text) => {
      this.#client.report({ kind: 'note', ...note('kept-not-used', text) });
    });
  }

  async #repository(): Promise<Repository> {
    const { tuf } = this.#request;
    if (tuf !== undefined) {
      const anchor = await loadTufRoot(tuf.rootFile);
      return { url: tuf.url, anchor, embedded: undefined, published: {} };
    }
    const { readEmbeddedRoot } = await import('../trust/load-trust-material.ts');
    const anchor = readEmbedded(embeddedTufRootBytes);
    const embedded = readEmbeddedRoot(this.#embeddedAsOf, anchor);
    const { published } = readRootRecord(readEmbedded(embeddedRecordBytes));
    return { url: PUBLIC_GOOD_TUF_URL, anchor, embedded, published };
  }

  /** The trusted root that is known to be current at the latest time: built in, kept or fetched. */
  async #newest(): Promise<TrustMaterial | undefined> {
    const { repository, kept } = await this.#open();
    const renewed = this.#outcome?.kind === 'renewed' ? this.#outcome.root : undefined;
    const known = [renewed?.trust, kept?.trust, repository.embedded].flatMap((trust) => trust ?? []);
    return known.reduce<TrustMaterial | undefined>(
      (best, trust) => (best === undefined || isNewer(trust, best) ? trust : best),
      undefined,
    );
  }

  /** A library that keeps nothing asks no server that its user does not know of. */
  #mayAsk(): boolean {
    const { tuf, maxTrustedRootAgeMs } = this.#request;
    if (this.#client.http.isOffline) return false;
    return this.#client.data.keeps || tuf !== undefined || maxTrustedRootAgeMs !== undefined;
  }

  /** Without a place to keep the answer, each run would ask anew: then only for a reason. */
  #isDue(kept: TufTrustedRoot | undefined): boolean {
    if (!this.#client.data.keeps || this.#client.http.isOffline) return false;
    if (kept === undefined) return true;
    const age = this.#client.clock.now().getTime() - kept.kept.checkedAt.getTime();
    return age < 0 || age >= TRUST_CHECK_INTERVAL_MS;
  }

  async #isFreshEnough(trust: TrustMaterial): Promise<boolean> {
    const { maxTrustedRootAgeMs: most } = this.#request;
    if (most === undefined) return true;
    if ((await this.#checkedInFuture(trust)) !== undefined) return false;
    const age = this.#client.clock.now().getTime() - (trust.currentAsOf?.getTime() ?? 0);
    return age <= most;
  }

  /** When an earlier run checked it, if that has not come yet by this machine's clock. Then nobody knows how old it is. */
  async #checkedInFuture(trust: TrustMaterial): Promise<Date | undefined> {
    const { kept } = await this.#open();
    if (kept?.trust !== trust) return undefined;
    const { checkedAt } = kept.kept;
    return checkedAt > this.#client.clock.now() ? checkedAt : undefined;
  }

  #refreshOnce(): Promise<Outcome> {
    this.#refresh ??= this.#ask();
    return this.#refresh;
  }

  async #ask(): Promise<Outcome> {
    const { repository, kept } = await this.#open();
    const { anchor, url, embedded, published } = repository;
    const { http, clock, data } = this.#client;
    if (http.isOffline) {
      this.#outcome = { kind: 'failed', error: notAsked('a newer trusted root', url) };
      return this.#outcome;
    }
    const { refreshTrustedRoot } = await import('../trust/refresh-root.ts');
    try {
      const root = await refreshTrustedRoot({
        server: { url, http, signal: this.#signal, quiet: !this.#isWaitedFor },
        anchor,
        kept: kept?.kept,
        published,
        known: embedded === undefined ? [] : [embedded.bytes],
        now: clock.now(),
      });
      const state = { order: trustOrder(root.metadata), bytes: encodeKeptRoot(root.kept) };
      const written = await keepNewest(data, this.#statesOf(repository), state);
      this.#outcome = { kind: 'renewed', root, isKept: written !== 'failed' };
    } catch (error) {
      if (!(error instanceof K8sVerifyError)) throw error;
      this.#outcome = { kind: 'failed', error };
    }
    return this.#outcome;
  }

  #tell(trust: TrustMaterial): void {
    if (this.#told === trust) return;
    this.#told = trust;
    this.#client.report({ kind: 'trusted-root', trustedRoot: describeTrust(trust) });
  }

  /** A refresh that was dropped is not reported: the next run makes another. */
  async #noteFailure(): Promise<void> {
    if (this.#outcome?.kind !== 'failed' || this.#outcome.error.code === 'interrupted') return;
    const { error } = this.#outcome;
    const newest = await this.#newest();
    const used =
      newest === undefined ? '' : `; used is the one ${rootWords(factsOf(newest), this.#client.clock.now())}`;
    const text = `the trusted root could not be renewed: ${reasonOf(error)}${used}`;
    this.#client.report({ kind: 'note', ...note('trusted-root-not-renewed', text) });
  }

  async #tooOld(newest: TrustMaterial, outcome: Outcome): Promise<UnavailableError> {
    const { maxTrustedRootAgeMs: mostMs = 0 } = this.#request;
    return rootTooOld(newest, {
      mostMs,
      checkedInFuture: await this.#checkedInFuture(newest),
      failure: outcome.kind === 'failed' ? outcome.error : undefined,
      now: this.#client.clock.now(),
    });
  }
}

/** Known to be current at a later time. */
function isNewer(one: TrustMaterial, other: TrustMaterial): boolean {
  return (one.currentAsOf?.getTime() ?? 0) > (other.currentAsOf?.getTime() ?? 0);
}

function nothingFrom(url: string): UnavailableError {
  return new UnavailableError('trust-root-unavailable', `there is no trusted root from ${url}`);
}
