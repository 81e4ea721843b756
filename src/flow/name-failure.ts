import { InterruptedError, K8sVerifyError } from '../errors.ts';

/** How a check that knows no name speaks of the artifact. */
const UNNAMED = 'the file ';

/**
 * The same error, saying which artifact it is about, where it speaks of "the file".
 *
 * @param label "kubectl v1.26.0 linux/amd64", or a path.
 */
export function nameFile(error: unknown, label: string): unknown {
  return error instanceof K8sVerifyError && error.message.startsWith(UNNAMED)
    ? error.with({ message: `${label} ${error.message.slice(UNNAMED.length)}` })
    : error;
}

/** The same error, saying which of several artifacts it is about, where it does not say so itself. */
export function nameFailure(error: unknown, label: string): unknown {
  if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) return error;
  return error.message.includes(label) ? error : error.with({ message: `${label}: ${error.message}` });
}
