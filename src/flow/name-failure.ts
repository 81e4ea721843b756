import {
  type ErrorDetails,
  InstallError,
  K8sVerifyError,
  RequestError,
  UnavailableError,
  UntrustedError,
} from '../errors.ts';

/**
 * The same error, saying which of several artifacts it is about, where it does not say so itself.
 *
 * @param label "kubectl v1.26.0 linux/amd64".
 */
export function nameFailure(error: unknown, label: string): unknown {
  if (!(error instanceof K8sVerifyError) || error.message.includes(label)) return error;
  const message = `${label}: ${error.message}`;
  const details = detailsOf(error);
  if (error instanceof UntrustedError) return new UntrustedError(error.code, message, details);
  if (error instanceof UnavailableError) return new UnavailableError(error.code, message, details);
  if (error instanceof InstallError) return new InstallError(error.code, message, details);
  return error instanceof RequestError ? new RequestError(error.code, message, details) : error;
}

function detailsOf({ check, wanted, found, why, next: advice, cause }: K8sVerifyError): ErrorDetails {
  return {
    ...(check === undefined ? {} : { check }),
    ...(wanted === undefined ? {} : { wanted }),
    ...(found === undefined ? {} : { found }),
    ...(why === undefined ? {} : { why }),
    ...(advice === undefined ? {} : { next: advice }),
    ...(cause === undefined ? {} : { cause }),
  };
}
