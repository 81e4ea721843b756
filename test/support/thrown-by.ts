import { K8sVerifyError } from '../../src/errors.ts';

/** The error that `run` ends with. Anything but one of ours is a finding of its own, and fails the test. */
export function thrownBy(run: () => unknown): K8sVerifyError {
  try {
    run();
  } catch (error) {
    if (error instanceof K8sVerifyError) return error;
    throw new Error('something else than a K8sVerifyError was thrown', { cause: error });
  }
  throw new Error('nothing was thrown');
}

/** The same of a promise. */
export async function rejection(promise: Promise<unknown>): Promise<K8sVerifyError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof K8sVerifyError) return error;
  throw new Error('not rejected by a K8sVerifyError', { cause: error });
}
