import { describe, expect, it } from 'vitest';
import { classifyError, classifyStatus } from '../../../src/http/classify.ts';
import { TransportFailure } from '../../../src/http/failure.ts';

/** An error as Node and undici make them. */
function systemError(code: string, message = 'message', more: object = {}): Error {
  return Object.assign(new Error(message), { code, ...more });
}

/** undici's error of its HTTP parser. */
function parserError(message: string): Error {
  return Object.assign(new Error(message), { name: 'HTTPParserError', code: undefined });
}

describe('a status', () => {
  it.each([408, 425, 429, 500, 501, 502, 503, 504, 520, 599])('%i may pass', (status) => {
    expect(classifyStatus(status)).toMatchObject({
      transient: true,
      code: status === 429 ? 'rate-limited' : 'http-status',
      status,
    });
  });

  it.each([204, 206, 304, 400, 401, 403, 404, 407, 409, 410, 413, 416, 418, 421, 451, 600, 999])(
    '%i is final',
    (status) => {
      expect(classifyStatus(status)).toMatchObject({ transient: false, code: 'http-status', status });
    },
  );

  it.each([
    [404, 'HTTP 404 Not Found', undefined],
    [410, 'HTTP 410 Gone', undefined],
    [206, 'HTTP 206 Partial Content', expect.stringContaining('answer the request')],
    [304, 'HTTP 304 Not Modified', expect.stringContaining('answer the request')],
    [403, 'HTTP 403 Forbidden', expect.stringContaining('refuses')],
    [416, 'HTTP 416 Range Not Satisfiable', expect.stringContaining('refuses')],
    [599, 'HTTP 599', expect.stringContaining('--mirror')],
    [401, 'HTTP 401 Unauthorized', expect.stringContaining('user:password@')],
    [407, 'HTTP 407 Proxy Authentication Required', expect.stringContaining('HTTPS_PROXY=')],
    [429, 'HTTP 429 Too Many Requests', expect.stringContaining('limits')],
    [503, 'HTTP 503 Service Unavailable', expect.stringContaining('try again')],
  ])('%i reads %j', (status, reason, advice) => {
    const failure = classifyStatus(status);
    expect(failure.reason).toBe(reason);
    expect(failure.advice).toEqual(advice);
  });

  it('keeps what the server asks to wait', () => {
    expect(classifyStatus(503, 4000).retryAfterMs).toBe(4000);
    expect(classifyStatus(503)).not.toHaveProperty('retryAfterMs');
  });
});

describe('an error of the connection', () => {
  it.each([
    [systemError('ECONNRESET'), 'network', 'connection reset'],
    [systemError('EPIPE'), 'network', 'connection reset'],
    [systemError('ECONNABORTED'), 'network', 'connection aborted'],
    [systemError('UND_ERR_SOCKET', 'other side closed'), 'network', 'connection closed by the server'],
    [systemError('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'), 'network', 'body cut short'],
    [
      parserError('Response does not match the HTTP/1.1 protocol (Invalid EOF state)'),
      'network',
      'body cut short',
    ],
    [
      systemError('ECONNREFUSED', '', { address: '127.0.0.1', port: 443, syscall: 'connect' }),
      'network',
      'connection refused (127.0.0.1:443)',
    ],
    [
      Object.assign(
        new AggregateError([
          systemError('ECONNREFUSED', '', { address: '::1', port: 443 }),
          systemError('ECONNREFUSED', '', { address: '127.0.0.1', port: 443 }),
        ]),
        { code: 'ECONNREFUSED' },
      ),
      'network',
      'connection refused (::1:443, 127.0.0.1:443)',
    ],
    [
      systemError('ENOTFOUND', '', { hostname: 'dl.example.invalid', syscall: 'getaddrinfo' }),
      'network',
      'DNS look-up failed for dl.example.invalid (ENOTFOUND)',
    ],
    [
      systemError('EAI_AGAIN', '', { hostname: 'dl.example.invalid', syscall: 'getaddrinfo' }),
      'network',
      'DNS look-up failed for dl.example.invalid (EAI_AGAIN)',
    ],
    [systemError('EHOSTUNREACH'), 'network', 'host unreachable'],
    [systemError('ENETUNREACH'), 'network', 'network unreachable'],
    [systemError('ETIMEDOUT'), 'timeout', 'connection timed out'],
    [systemError('UND_ERR_CONNECT_TIMEOUT'), 'timeout', 'connection timed out'],
    [systemError('EMFILE', '', { syscall: 'connect' }), 'network', 'EMFILE (connect)'],
    [systemError('UND_ERR_PRX_CONN'), 'network', 'the proxy closed the connection'],
    [
      systemError('UND_ERR_ABORTED', 'Proxy response (503) !== 200 when HTTP Tunneling'),
      'network',
      'the proxy answered HTTP 503 Service Unavailable',
    ],
  ])('may pass: %s', (error, code, reason) => {
    expect(classifyError(error)).toMatchObject({ transient: true, code, reason });
  });

  it.each([
    [
      parserError('Response does not match the HTTP/1.1 protocol (Invalid status code)'),
      'response-invalid',
      'the answer is not valid HTTP (Invalid status code)',
    ],
    [parserError(''), 'response-invalid', 'the answer is not valid HTTP'],
    [systemError('UND_ERR_HEADERS_OVERFLOW'), 'response-invalid', 'the headers of the answer are too large'],
    [systemError('UND_ERR_DESTROYED'), 'network', 'the client was closed'],
    [
      systemError('UND_ERR_ABORTED', 'Proxy response (407) !== 200 when HTTP Tunneling'),
      'network',
      'the proxy answered HTTP 407 Proxy Authentication Required',
    ],
    [
      systemError('UND_ERR_INVALID_ARG', 'Proxy Authentication Required (407)'),
      'network',
      'the proxy answered HTTP 407 Proxy Authentication Required',
    ],
    [
      systemError('UND_ERR_ABORTED', 'Proxy response (403) !== 200 when HTTP Tunneling'),
      'network',
      'the proxy answered HTTP 403 Forbidden',
    ],
    [
      systemError('UND_ERR_INFO', 'odd\u001B[31m'),
      'network',
      String.raw`the exchange failed: "odd\u001b[31m"`,
    ],
    [new TypeError('x is not a function'), 'network', 'the exchange failed: "x is not a function"'],
  ])('is final: %s', (error, code, reason) => {
    expect(classifyError(error)).toMatchObject({ transient: false, code, reason });
  });

  it('keeps what was already classified', () => {
    const failure = { transient: true, code: 'timeout', reason: 'no byte for 30 s' } as const;
    expect(classifyError(new TransportFailure(failure))).toBe(failure);
  });
});

describe('a TLS error', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed', '--ca-file'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'this machine does not trust', 'NODE_EXTRA_CA_CERTS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'an unknown CA', '--ca-file'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'an unknown CA', '--ca-file'],
    ['CERT_HAS_EXPIRED', 'expired', 'clock'],
    ['CERT_NOT_YET_VALID', 'not valid yet', 'clock'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'another host', 'host name'],
    ['CERT_REVOKED', 'could not make a secure connection', 'URL'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'could not make a secure connection', 'port'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'could not make a secure connection', 'port'],
    ['EPROTO', 'could not make a secure connection', 'port'],
  ])('%s is final, says why and what to do', (code, reason, advice) => {
    const failure = classifyError(systemError(code, 'foreign text', { syscall: 'read' }));
    expect(failure).toMatchObject({ transient: false, code: 'network' });
    expect(failure.reason).toContain(reason);
    expect(failure.reason).toContain(code);
    expect(failure.advice).toContain(advice);
    expect(JSON.stringify(failure)).not.toMatch(/insecure|disable|REJECT_UNAUTHORIZED|ignore/i);
  });

  it('of a proxy is told as the proxy’s', () => {
    const cause = systemError('ERR_TLS_CERT_ALTNAME_INVALID');
    const error = Object.assign(new Error('Secure Proxy Connection failed', { cause }), {
      code: 'UND_ERR_PRX_TLS',
    });
    expect(classifyError(error).reason).toContain(
      'the proxy cannot be trusted: its certificate is for another host',
    );
  });
});
