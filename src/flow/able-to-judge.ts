/**
 * The program says "do not use" only if this machine is able to tell. Before the first refusal of a process it proves a
 * sample that it carries. If that fails, the machine is at fault: a Node whose crypto throws, lacks an algorithm or
 * answers wrongly. Then the program says nothing about the artifact.
 */
import { K8sVerifyError, UnavailableError, UntrustedError } from '../errors.ts';
import { exitCodeFor } from '../exit-codes.ts';

/** Exit codes of verdicts that depend on cryptography. */
const FIRST_VERDICT = 13;
const LAST_VERDICT = 18;

/**
 * Runs a story. Its refusal is passed on only if the sample can be proved.
 *
 * @throws UnavailableError `machine-cannot-judge` in place of a refusal
 */
export async function ableToJudge<T>(story: () => Promise<T>): Promise<T> {
  try {
    return await story();
  } catch (error) {
    if (isVerdict(error)) await assertAbleToJudge();
    throw error;
  }
}

function isVerdict(error: unknown): boolean {
  const code = exitCodeFor(error);
  return error instanceof UntrustedError && code >= FIRST_VERDICT && code <= LAST_VERDICT;
}

let able: Promise<void> | undefined;

/** Once for each process: what a machine can do does not change. */
function assertAbleToJudge(): Promise<void> {
  able ??= import('./prove-sample.ts').then(({ proveSample }) => proveOrExplain(proveSample));
  return able;
}

function proveOrExplain(proveSample: () => void): void {
  try {
    proveSample();
  } catch (cause) {
    throw new UnavailableError('machine-cannot-judge', 'this machine cannot judge the artifact', {
      wanted: 'that k8s-verify proves the sample that it carries',
      found: `it refuses it: ${reasonOf(cause)}`,
      why: 'the code that refuses a sample known to be good would refuse any artifact; nothing was learnt about this one',
      next: `run k8s-verify on another machine, with another Node than ${process.version}, or as its executable`,
      cause,
    });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const found = error instanceof K8sVerifyError ? error.found : undefined;
  return found === undefined ? error.message : `${error.message}: ${found}`;
}
