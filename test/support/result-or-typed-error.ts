import { K8sVerifyError } from '../../src/errors.ts';

/** True where the call returns or throws one of our own errors; anything else that it throws passes through. */
export function resultOrTypedError(call: () => unknown): boolean {
  try {
    call();
  } catch (error) {
    if (!(error instanceof K8sVerifyError)) throw error;
  }
  return true;
}
