import { excerpt } from '../text/excerpt.ts';
import type { Failure } from './failure.ts';

const UNKNOWN_CA_ADVICE =
  "if your organisation's proxy or mirror answers here, give its CA certificate with --ca-file FILE " +
  '(or NODE_EXTRA_CA_CERTS); otherwise something intercepts the connection';
const EXPIRY_ADVICE =
  "check this machine's clock; if it is right, the server's operator must renew the certificate";

/** Verification errors of OpenSSL, keyed by Node's names for them. */
const CERTIFICATE_ERRORS: Readonly<Record<string, readonly [reason: string, advice: string] | undefined>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed', UNKNOWN_CA_ADVICE],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'its certificate comes from a CA that this machine does not trust',
    UNKNOWN_CA_ADVICE,
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['its certificate comes from an unknown CA', UNKNOWN_CA_ADVICE],
  UNABLE_TO_GET_ISSUER_CERT: ['its certificate comes from an unknown CA', UNKNOWN_CA_ADVICE],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['its certificate comes from an unknown CA', UNKNOWN_CA_ADVICE],
  CERT_UNTRUSTED: ['its certificate comes from a CA that this machine does not trust', UNKNOWN_CA_ADVICE],
  CERT_HAS_EXPIRED: ['its certificate has expired', EXPIRY_ADVICE],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', EXPIRY_ADVICE],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another host',
    'check the host name in the URL; if it is right, something intercepts the connection',
  ],
};

/**
 * Explains a TLS error; undefined if it is not one. All are final, because a wrong certificate will still be wrong in
 * a second. No advice here suggests weaker checks.
 */
export function tlsFailure(error: Error, code: string): Failure | undefined {
  if (code === 'UND_ERR_PRX_TLS' && error.cause instanceof Error) return proxyTlsFailure(error.cause);
  const named = CERTIFICATE_ERRORS[code];
  if (named !== undefined) {
    const [reason, advice] = named;
    return final(`TLS: the server cannot be trusted: ${reason} (${code})`, advice);
  }
  if (
    code === 'EPROTO' ||
    /^(?:ERR_SSL_|ERR_TLS_|CERT_|CRL_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|HOSTNAME_MISMATCH)/.test(
      code,
    )
  ) {
    return final(
      `TLS: could not make a secure connection: ${excerpt(error.message.trim(), 120)} (${code})`,
      'check the URL and its port, and whether a proxy stands in between (HTTPS_PROXY, NO_PROXY)',
    );
  }
  return undefined;
}

function proxyTlsFailure(cause: Error): Failure | undefined {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const failure = tlsFailure(cause, code);
  return failure === undefined
    ? undefined
    : { ...failure, reason: failure.reason.replace('the server cannot', 'the proxy cannot') };
}

function final(reason: string, advice: string): Failure {
  return { transient: false, code: 'network', reason, advice };
}
