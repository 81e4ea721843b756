/**
 * The trusted root of a run: a file that the user names; or else the newest that is in hand, which a refresh by TUF may
 * replace while the run goes on.
 */
import { UnavailableError } from '../errors.ts';
import type { TrustedRootReport } from '../result.ts';
import { factsOf } from '../trust/root-age.ts';
import type { KeptRoot } from '../trust/kept-root.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';

/** Gives a run its trusted root. */
export interface RunTrust {
  /**
   * The newest trusted root that is in hand. With a demand for a fresh one, a refresh is waited for if need be.
   *
   * @throws UnavailableError `trusted-root-old` if the demand cannot be met; `trust-root-unavailable`; UntrustedError
   *   `trusted-root-invalid`; RequestError `file-not-readable`.
   */
  current(): Promise<TrustMaterial>;
  /**
   * What shows that {@link current} was the newest when its repository was asked: everything that the repository signed, to
   * be verified again. Undefined for the built-in one, and for a file.
   */
  shownBy(): Promise<KeptRoot | undefined>;
  /** The run uses the network now. A refresh that is due begins next to it, and nothing waits for it. */
  begin(): void;
  /**
   * A newer trusted root than this one, because a proof failed for what it does not know. The refresh is waited for;
   * undefined if it brings nothing newer.
   */
  newerThan(trust: TrustMaterial): Promise<TrustMaterial | undefined>;
  /** The run's own work is done: a refresh that is under way gets a little more time, and is dropped then. */
  finish(): Promise<void>;
  /** The run has failed: a refresh is dropped at once. */
  drop(): void;
}

/**
 * Runs a proof with the trusted root in hand, and once more with a newer one if it failed only because the first does not
 * know an authority, a log or a key.
 */
export async function proveWith<T>(trust: RunTrust, prove: (trust: TrustMaterial) => Promise<T>): Promise<T> {
  const inHand = await trust.current();
  try {
    return await prove(inHand);
  } catch (error) {
    if (!(error instanceof UnavailableError) || error.code !== 'authority-unknown') throw error;
    const newer = await trust.newerThan(inHand);
    if (newer === undefined) throw error;
    return prove(newer);
  }
}

export function describeTrust(trust: TrustMaterial): TrustedRootReport {
  const { ignored } = trust;
  return {
    ...factsOf(trust),
    ...(ignored.length === 0 ? {} : { ignored: ignored.map(({ what }) => what) }),
  };
}
