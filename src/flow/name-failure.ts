import { InterruptedError, K8sVerifyError } from '../errors.ts';

/** What a check calls an artifact whose name it does not know. */
const UNNAMED = /^the file\b|\bthe file$/;

/**
 * The same error with the name of the artifact in place of "the file".
 *
 * @param label "kubectl v1.26.0 linux/amd64", or a path.
 */
export function nameFile(error: unknown, label: string): unknown {
  return error instanceof K8sVerifyError && UNNAMED.test(error.message)
    ? error.with({ message: error.message.replace(UNNAMED, () => label) })
    : error;
}

/** The same error, which says which of several artifacts it is about. */
export function nameFailure(error: unknown, label: string): unknown {
  if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) return error;
  return error.message.includes(label) ? error : error.with({ message: `${label}: ${error.message}` });
}
