import { type K8sVerifyError, UnavailableError } from '../errors.ts';
import { factsOf, isoSeconds, rootWords } from '../trust/root-age.ts';
import type { TrustMaterial } from '../trust/trust-material.ts';

export interface TooOld {
  /** The age that is allowed, in milliseconds. */
  readonly mostMs: number;
  /** When it was checked, if that has not come yet by this machine's clock. */
  readonly checkedInFuture: Date | undefined;
  /** Why it could not be renewed. */
  readonly failure: K8sVerifyError | undefined;
  readonly now: Date;
}

/** The error for a trusted root that does not meet the demand for a fresh one. */
export function rootTooOld(
  newest: TrustMaterial,
  { mostMs, checkedInFuture, failure, now }: TooOld,
): UnavailableError {
  const found =
    checkedInFuture === undefined
      ? rootWords(factsOf(newest), now)
      : `one last checked at ${isoSeconds(checkedInFuture)}, which is in the future by this machine's clock`;
  return new UnavailableError('trusted-root-old', 'the trusted root is older than you allow', {
    wanted: `a trusted root that was the newest within the last ${ageWords(mostMs)}`,
    found: failure === undefined ? found : `${found}; it could not be renewed: ${reasonOf(failure)}`,
    why: 'you asked for a fresh trusted root, so nothing was learnt about the artifact',
    next: failure?.next ?? 'try again; k8s-verify doctor looks at the network and the clock',
    ...(failure === undefined ? {} : { cause: failure }),
  });
}

/** What went wrong, in one line. */
export function reasonOf(error: K8sVerifyError): string {
  return error.found === undefined || error.message.includes(error.found)
    ? error.message
    : `${error.message} (${error.found})`;
}

function ageWords(milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  if (hours >= 48 && hours % 24 === 0) return `${hours / 24} days`;
  return hours >= 1 ? `${Math.round(hours * 10) / 10} hours` : `${Math.round(milliseconds / 60_000)} minutes`;
}
