/**
 * What `verify`, `scan`, `release` and whatever else judges things one by one says of each. Every verdict has an exit code of its own;
 * a run ends with the first that is present of {@link WORST_FIRST}.
 */
import {
  type ErrorCode,
  InstallError,
  InterruptedError,
  type K8sVerifyError,
  NotAllowedError,
  RequestError,
  UnavailableError,
  UntrustedError,
} from './errors.ts';
import { exitCodeFor, WORST_FIRST } from './exit-codes.ts';

/**
 * `refused` (11 to 19): do not use it. `unsigned` (10): it should be signed, or is of a release from before signing.
 * `not-allowed` (23): genuine, and the policy file forbids it. `not-judged` (4 or 5): nothing was learnt.
 * `other-builder` (24): its version has the mark of another builder, and nothing proves it. `unreadable` (20).
 * `missing` (22): a mirror's index lists it, and it is not there, or it is not what the index says; or a release should have
 * it, and its publisher has nothing of it. `inconsistent` (22): what is published of it does not fit itself, and something
 * else may prove it all the same.
 */
export type FailedVerdict =
  | 'refused'
  | 'unsigned'
  | 'not-allowed'
  | 'not-judged'
  | 'other-builder'
  | 'unreadable'
  | 'missing'
  | 'inconsistent';

/** These say nothing of one item, and would be said of every other one too. */
const OF_THE_RUN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'trusted-root-invalid',
  'trust-root-unavailable',
  'clock-wrong',
  'machine-cannot-judge',
]);

/** The verdict of an item whose proof ended with this error; undefined where it is about the whole run. */
export function verdictOf(error: K8sVerifyError): FailedVerdict | undefined {
  if (OF_THE_RUN.has(error.code) || error instanceof InterruptedError || error instanceof InstallError)
    return undefined;
  if (error instanceof UntrustedError)
    return error.code === 'signature-not-published' ? 'unsigned' : 'refused';
  if (error.code === 'mirror-inconsistent' || error.code === 'release-incomplete') return 'missing';
  if (error.code === 'release-inconsistent') return 'inconsistent';
  if (error instanceof NotAllowedError) return 'not-allowed';
  if (error instanceof UnavailableError)
    return error.code === 'other-builder' ? 'other-builder' : 'not-judged';
  if (!(error instanceof RequestError)) return undefined;
  if (error.code === 'subject-not-readable') return 'unreadable';
  // The item could be read: evidence that was named is what is missing.
  return error.code === 'file-not-readable' ? 'not-judged' : undefined;
}

/** Of several items, the one that decides the exit code. */
export function worstOf<Item extends { readonly error: K8sVerifyError }>(
  items: readonly Item[],
): Item | undefined {
  return items.toSorted((a, b) => rankOf(a.error) - rankOf(b.error))[0];
}

/** Its place in {@link WORST_FIRST}: the lowest decides the exit code. */
function rankOf(error: K8sVerifyError): number {
  return WORST_FIRST.indexOf(exitCodeFor(error));
}
