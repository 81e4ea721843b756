/**
 * The one place that decides whether a failure is transient or final, and how to name it. Pure: takes an error or a
 * status and returns a {@link Failure}.
 *
 * Transient: 408, 425, 429 and 5xx; connections that are reset, closed, refused or time out; DNS failures; a body
 * that stalls or is cut short. Final: every other status, TLS failures, answers that are not HTTP, and refusals by a
 * proxy. Verdicts (`K8sVerifyError`) never come here.
 */
import { excerpt } from '../text/excerpt.ts';
import { type Failure, TransportFailure } from './failure.ts';
import { tlsFailure } from './tls-failure.ts';

/**
 * Classifies an error of a socket, the resolver or undici. An unknown error is final: a server that makes undici
 * stumble must not crash the program, and must not be asked again.
 */
export function classifyError(error: Error): Failure {
  if (error instanceof TransportFailure) return error.failure;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = NAMED[code] ?? tlsFailure(error, code) ?? proxyFailure(error, code);
  if (known !== undefined) return withHost(known, code, error);
  if (code.startsWith('EAI_'))
    return withHost({ ...transient('DNS look-up failed'), advice: DNS_ADVICE }, code, error);
  if (error.name === 'HTTPParserError') return parserFailure(error.message);
  // An answer that undici did not expect, such as "101 Switching Protocols" without a request for it.
  if (code === 'ERR_ASSERTION') return NOT_HTTP;
  if ('syscall' in error) return transient(`${code} (${String(error.syscall)})`);
  return { transient: false, code: 'network', reason: `the exchange failed: ${excerpt(error.message)}` };
}

/** Classifies a status that does not answer the request. */
export function classifyStatus(status: number, retryAfterMs?: number): Failure {
  return {
    transient: status === 408 || status === 425 || status === 429 || (status >= 500 && status <= 599),
    code: status === 429 ? 'rate-limited' : 'http-status',
    status,
    reason: describeStatus(status),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...adviceForStatus(status),
  };
}

/**
 * "HTTP 503 Service Unavailable"; the phrase is Node's, not the server's.
 *
 * Not an `import` of node:http: that would resolve every export, including lazy ones that load all of fetch (27 ms).
 */
export function describeStatus(status: number): string {
  const phrase = process.getBuiltinModule('node:http').STATUS_CODES[status];
  return phrase === undefined ? `HTTP ${status}` : `HTTP ${status} ${phrase}`;
}

function adviceForStatus(status: number): { advice?: string } {
  if (status === 401)
    return { advice: 'give credentials in the URL of the mirror (https://user:password@host/)' };
  if (status === 407) return { advice: PROXY_CREDENTIALS_ADVICE };
  if (status === 429)
    return { advice: 'the server limits requests from this address; try again later, or use --mirror' };
  if (status >= 500) return { advice: 'the server has a problem; try again later, or use --mirror' };
  // The caller explains what is missing.
  if (status === 404 || status === 410) return {};
  return status >= 400 ? { advice: REFUSED_ADVICE } : { advice: UNASKED_ADVICE };
}

const DNS_ADVICE = 'check the host name, the DNS resolver, and whether a proxy is needed (HTTPS_PROXY)';
const CONNECT_ADVICE = 'check the network, the firewall, and whether a proxy is needed (HTTPS_PROXY)';
/** For a connection on which no bytes arrive, or no more of them. */
export const STALL_ADVICE = 'check the network, and whether a proxy is needed (HTTPS_PROXY)';
const REFUSED_ADVICE =
  'the server, or a proxy on the way, refuses this; check the URL and the access rules, or use --mirror';
const UNASKED_ADVICE =
  'that does not answer the request; check the URL and any proxy on the way, or use --mirror';
const PROXY_CREDENTIALS_ADVICE =
  'give the credentials for the proxy in its URL (HTTPS_PROXY=http://user:password@host:port)';

/** The failure of an exchange through a proxy. There is no point in asking whether a proxy is needed. */
export function throughProxy(failure: Failure, host: string, variable: string): Failure {
  const reason = `${failure.reason}, through the proxy ${host} (${variable})`;
  const { advice = '' } = failure;
  if (![DNS_ADVICE, CONNECT_ADVICE, STALL_ADVICE].includes(advice)) return { ...failure, reason };
  return {
    ...failure,
    reason,
    advice: `check that ${variable} names the right proxy and that it is running; list hosts that need no proxy in NO_PROXY`,
  };
}

function transient(reason: string, code: 'network' | 'timeout' = 'network'): Failure {
  return { transient: true, code, reason };
}

/** The server does not speak HTTP, or its answer contradicts itself. */
export const NOT_HTTP: Failure = {
  transient: false,
  code: 'response-invalid',
  reason: 'the answer is not valid HTTP',
  advice: 'check the URL and its port; what answers there is not a web server',
};

/** For requests that still run when the caller closes the client. */
export const CLOSED: Failure = { transient: false, code: 'network', reason: 'the client was closed' };

const NAMED: Readonly<Record<string, Failure | undefined>> = {
  ECONNRESET: transient('connection reset'),
  EPIPE: transient('connection reset'),
  ECONNABORTED: transient('connection aborted'),
  UND_ERR_SOCKET: transient('connection closed by the server'),
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: transient('body cut short'),
  ECONNREFUSED: { ...transient('connection refused'), advice: CONNECT_ADVICE },
  EHOSTUNREACH: { ...transient('host unreachable'), advice: CONNECT_ADVICE },
  EHOSTDOWN: { ...transient('host down'), advice: CONNECT_ADVICE },
  ENETUNREACH: { ...transient('network unreachable'), advice: CONNECT_ADVICE },
  ENETDOWN: { ...transient('network down'), advice: CONNECT_ADVICE },
  EADDRNOTAVAIL: { ...transient('address not available'), advice: CONNECT_ADVICE },
  ETIMEDOUT: { ...transient('connection timed out', 'timeout'), advice: CONNECT_ADVICE },
  UND_ERR_CONNECT_TIMEOUT: { ...transient('connection timed out', 'timeout'), advice: CONNECT_ADVICE },
  ENOTFOUND: { ...transient('DNS look-up failed'), advice: DNS_ADVICE },
  UND_ERR_HEADERS_OVERFLOW: { ...NOT_HTTP, reason: 'the headers of the answer are too large' },
  UND_ERR_DESTROYED: CLOSED,
  UND_ERR_CLOSED: CLOSED,
};

/** undici's parser gives no code, only llhttp's message in parentheses. */
function parserFailure(message: string): Failure {
  const reason = /\(([^()]{1,80})\)$/.exec(message)?.[1];
  if (reason === 'Invalid EOF state') return transient('body cut short');
  return reason === undefined ? NOT_HTTP : { ...NOT_HTTP, reason: `${NOT_HTTP.reason} (${reason})` };
}

/** Refusals by a proxy, which undici reports only in the text of its messages. */
function proxyFailure(error: Error, code: string): Failure | undefined {
  if (code === 'UND_ERR_PRX_CONN') return transient('the proxy closed the connection');
  if (code === 'UND_ERR_SOCKS5') return transient(`the SOCKS proxy refused: ${excerpt(error.message)}`);
  if (code === 'UND_ERR_INVALID_ARG' && error.message.includes('(407)')) return proxyAnswered(407);
  const status =
    code === 'UND_ERR_ABORTED' ? /^Proxy response \((\d{3})\)/.exec(error.message)?.[1] : undefined;
  return status === undefined ? undefined : proxyAnswered(Number(status));
}

function proxyAnswered(status: number): Failure {
  const { retryAfterMs: _, ...failure } = classifyStatus(status);
  return { ...failure, code: 'network', reason: `the proxy answered ${describeStatus(status)}` };
}

/** Adds the host or address to the reason, if the error has it. */
function withHost(failure: Failure, code: string, error: Error): Failure {
  if (failure.code === 'response-invalid' || !failure.transient) return failure;
  if ('hostname' in error && typeof error.hostname === 'string') {
    return { ...failure, reason: `${failure.reason} for ${error.hostname} (${code})` };
  }
  const addresses = attemptedAddresses(error);
  return addresses.length === 0
    ? failure
    : { ...failure, reason: `${failure.reason} (${addresses.join(', ')})` };
}

function attemptedAddresses(error: Error): readonly string[] {
  const errors = error instanceof AggregateError ? error.errors : [error];
  return errors.flatMap((each: unknown) =>
    each instanceof Error && 'address' in each && 'port' in each
      ? [`${String(each.address)}:${String(each.port)}`]
      : [],
  );
}
