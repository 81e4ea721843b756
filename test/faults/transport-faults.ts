/** Every way in which a transfer can fail, by name, and what has to come of it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ErrorCode } from '../../src/errors.ts';
import type { HttpClientOptions } from '../../src/http/client.ts';
import { type Fault, fault } from '../support/http/faults.ts';
import { closedPort } from '../support/http/listen.ts';
import { LoopbackServer } from '../support/http/loopback-server.ts';
import { bodySize, type Reply, readWhole } from '../support/http/reply.ts';
import { createTlsAuthority, startRefusingServer } from '../support/http/tls.ts';
import type { FaultWorld } from './fault-world.ts';
import type { Target, TargetName } from './targets.ts';

/** One fault at one target, being set up. */
export interface Scene {
  readonly world: FaultWorld;
  readonly target: Target;
  /** So many bytes and then trouble: part of the body, whatever it is. */
  readonly part: number;
  /** Makes the target's requests fail, the first `times` of them; `ranged` are those for a rest. */
  readonly fail: (fault: Fault, options?: { readonly times?: number; readonly ranged?: true }) => void;
  /** Ends with the test. */
  readonly use: <Resource extends AsyncDisposable>(resource: Resource) => Resource;
}

export type Outcome =
  | { readonly kind: 'installed' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly text: string };

export interface TransportFault {
  readonly name: string;
  readonly setUp: (scene: Scene) => void | Promise<void>;
  /** Says what happened: in the line of each retry, or in the error. */
  readonly reason: string;
  /** `passes`, or the code of the error where the target itself cannot be had. */
  readonly ends: 'passes' | 'network' | 'timeout' | 'response-invalid' | 'http-status';
  /** Lines that tell of a retry; `retriesOf` where a target differs. */
  readonly retries: number;
  readonly retriesOf?: Partial<Record<TargetName, number>>;
  /** Default: all. */
  readonly targets?: readonly TargetName[];
  /** Where the target's content, not its transfer, is what comes of the fault. */
  readonly outcomes?: Partial<Record<TargetName, Outcome>>;
  /** The servers speak TLS. */
  readonly tls?: true;
  readonly http?: HttpClientOptions;
  /** The target that is tried through the real command, and what its command line needs for that. */
  readonly command?: TargetName;
  readonly args?: readonly string[];
}

const INSTALLED: Outcome = { kind: 'installed' };

function refused(code: ErrorCode, text = ''): Outcome {
  return { kind: 'refused', code, text };
}

/** The same verdict about each file that makes up the evidence. */
function aboutEvidence(code: ErrorCode, text = ''): Partial<Record<TargetName, Outcome>> {
  const verdict = refused(code, text);
  return {
    '.sig': verdict,
    '.cert': verdict,
    '.sha256': verdict,
    '.sigstore.json': verdict,
    'look-up': verdict,
    search: refused('log-entry-not-found', text),
  };
}

/** Files that are not there mean something, and none of it is an outage. */
const ABSENT: Partial<Record<TargetName, Outcome>> = {
  binary: refused('artifact-not-found', 'does not exist'),
  '.sig': refused('signature-not-published', '404 for .sig'),
  '.cert': refused('signature-not-published', '404 for .cert'),
  '.sha256': INSTALLED,
  '.sigstore.json': INSTALLED,
  marker: refused('release-not-found', 'there is no release for stable-1.30'),
};

function once(makeFault: (scene: Scene) => Fault | Promise<Fault>, times = 1): TransportFault['setUp'] {
  return async (scene) => scene.fail(await makeFault(scene), { times });
}

function always(makeFault: (scene: Scene) => Fault | Promise<Fault>): TransportFault['setUp'] {
  return async (scene) => scene.fail(await makeFault(scene));
}

/** POSTs follow it, too. */
function redirect(to: string): Fault {
  return fault.redirect(to, 307);
}

function withLength(difference: number): Fault {
  return (honest, request) => fault.contentLength(bodySize(honest.body ?? '') + difference)(honest, request);
}

/** The honest body, a byte at a time. */
const dripping: Fault = async (honest) => {
  const whole = await readWhole(honest.body ?? '');
  const body = {
    size: whole.length,
    async *read(start: number, end: number) {
      for (let at = start; at < end; at += 1) {
        await wait(25);
        yield whole.subarray(at, at + 1);
      }
    },
  };
  return { reply: { ...honest, body } };
};

const slowStart: Fault = async (honest) => {
  await wait(300);
  return { reply: honest };
};

/** Half of the body, and no length that would tell that it is half. */
const cutWithoutLength: Fault = async (honest) => {
  const whole = await readWhole(honest.body ?? '');
  const head = Buffer.from('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n');
  return { reply: honest, raw: Buffer.concat([head, whole.subarray(0, whole.length / 2)]) };
};

/** A redirect to the same file at another host. */
async function elsewhere({ world, use, target }: Scene): Promise<Fault> {
  const own = target.server(world);
  const replies = new Map<string, Reply>();
  const other = use(await LoopbackServer.start(({ path }) => replies.get(path) ?? { status: 404 }));
  return (honest, { path }) => {
    replies.set(path, honest);
    const host = own.url.startsWith('https') ? own.url : other.url.replace('127.0.0.1', 'localhost');
    return { reply: { status: 307, headers: { location: `${host}${path}` }, body: '' } };
  };
}

async function toTls(
  scene: Scene,
  options: Parameters<ReturnType<typeof createTlsAuthority>['issue']>[0],
): Promise<Fault> {
  const tls = createTlsAuthority('Somebody else').issue(options);
  const server = scene.use(await LoopbackServer.start(() => ({ status: 404 }), { tls }));
  return redirect(server.url);
}

const PASSING_STATUSES = [408, 425, 429, 500, 502, 503, 504].map((status): TransportFault => ({
  name: `status ${status} once`,
  setUp: once(() => fault.status(status, { retryAfter: 0 })),
  reason: `HTTP ${status}`,
  ends: 'passes',
  retries: 1,
}));

export const TRANSPORT_FAULTS: readonly TransportFault[] = [
  ...PASSING_STATUSES,
  {
    name: 'status 503 twice',
    setUp: once(() => fault.status(503), 2),
    reason: 'HTTP 503 Service Unavailable',
    ends: 'passes',
    retries: 2,
    command: '.sig',
  },
  {
    name: 'status 429 with Retry-After in seconds',
    setUp: once(() => fault.status(429, { retryAfter: 1 })),
    reason: 'HTTP 429 Too Many Requests',
    ends: 'passes',
    retries: 1,
    targets: ['binary', 'look-up'],
    command: 'look-up',
  },
  {
    name: 'status 503 with Retry-After as a date',
    setUp: once(() => fault.status(503, { retryAfter: new Date(Date.now() + 1000) })),
    reason: 'HTTP 503',
    ends: 'passes',
    retries: 1,
    targets: ['.sig', 'marker'],
    command: 'marker',
  },
  {
    name: 'status 503 for good',
    setUp: always(() => fault.status(503)),
    reason: 'HTTP 503 Service Unavailable',
    ends: 'http-status',
    retries: 2,
    command: 'binary',
  },
  {
    name: 'status 429 for good',
    setUp: always(() => fault.status(429)),
    reason: 'HTTP 429 Too Many Requests',
    ends: 'http-status',
    retries: 2,
    command: 'look-up',
  },
  {
    name: 'status 403',
    setUp: always(() => fault.status(403)),
    reason: 'HTTP 403 Forbidden',
    ends: 'http-status',
    retries: 0,
    command: '.sigstore.json',
  },
  {
    name: 'status 404',
    setUp: always(() => fault.status(404)),
    reason: 'HTTP 404',
    ends: 'http-status',
    retries: 0,
    // The log has no such entry by this look-up, and has it by another.
    outcomes: { ...ABSENT, 'look-up': INSTALLED },
    command: '.sig',
  },
  {
    name: 'status 410',
    setUp: always(() => fault.status(410)),
    reason: 'HTTP 410',
    ends: 'http-status',
    retries: 0,
    outcomes: {
      ...ABSENT,
      '.sig': refused('signature-not-published'),
      '.cert': refused('signature-not-published'),
    },
    command: 'binary',
  },
  {
    name: 'status 304 that nobody asked for',
    setUp: always(() => fault.notModified()),
    reason: 'HTTP 304 Not Modified',
    ends: 'http-status',
    retries: 0,
    command: '.cert',
  },
  {
    name: 'a reset instead of an answer, once',
    setUp: once(() => fault.reset()),
    reason: 'connection ',
    ends: 'passes',
    retries: 1,
    command: 'search',
  },
  {
    name: 'resets for good',
    setUp: always(() => fault.reset()),
    reason: 'connection ',
    ends: 'network',
    retries: 2,
    command: '.cert',
  },
  {
    name: 'a body that is cut short, once',
    setUp: once(({ part }) => fault.truncate(part)),
    reason: 'bytes',
    ends: 'passes',
    retries: 1,
    command: 'binary',
  },
  {
    name: 'a body that is reset, once',
    setUp: once(({ part }) => fault.reset(part)),
    reason: 'connection ',
    ends: 'passes',
    retries: 1,
    command: 'binary',
  },
  {
    name: 'bodies that are cut short for good',
    setUp: always(({ part }) => fault.truncate(part)),
    reason: 'bytes',
    ends: 'network',
    retries: 2,
    command: '.cert',
  },
  {
    name: 'silence instead of an answer, once',
    setUp: once(() => fault.stall()),
    reason: 'no answer for 300 ms',
    ends: 'passes',
    retries: 1,
    http: { stallTimeoutMs: 300 },
  },
  {
    name: 'silence for good',
    setUp: always(() => fault.stall()),
    reason: 'no answer for 300 ms',
    ends: 'timeout',
    retries: 2,
    http: { stallTimeoutMs: 300 },
  },
  {
    name: 'a body that stalls, once',
    setUp: once(({ part }) => fault.stall(part)),
    reason: 'no byte for 300 ms after',
    ends: 'passes',
    retries: 1,
    http: { stallTimeoutMs: 300 },
  },
  {
    name: 'bodies that stall for good',
    setUp: always(({ part }) => fault.stall(part)),
    reason: 'no byte for 300 ms after',
    ends: 'timeout',
    retries: 2,
    http: { stallTimeoutMs: 300 },
  },
  {
    name: 'a stall beyond the deadline',
    setUp: always(() => fault.stall()),
    reason: 'not done within',
    ends: 'timeout',
    retries: 0,
    http: { timeoutMs: 2000 },
    targets: ['.sig', 'look-up'],
    args: ['--timeout', '4s'],
    command: 'look-up',
  },
  {
    name: 'a body that drips',
    setUp: always(() => dripping),
    reason: 'not done within',
    ends: 'timeout',
    retries: 0,
    http: { timeoutMs: 2000 },
    targets: ['binary', '.cert', 'look-up'],
    args: ['--timeout', '4s'],
    command: 'binary',
  },
  {
    name: 'a slow start',
    setUp: always(() => slowStart),
    reason: '',
    ends: 'passes',
    retries: 0,
    command: '.sigstore.json',
  },
  {
    name: 'a body without end',
    setUp: always(({ world, target }) => {
      if (target.name === 'binary') world.releases.http.limitRate(8_000_000);
      return fault.endless();
    }),
    reason: 'not done within',
    ends: 'timeout',
    retries: 0,
    http: { timeoutMs: 1500 },
    outcomes: {
      ...aboutEvidence('material-oversized', 'too large'),
      marker: refused('response-invalid', 'too large'),
    },
    command: '.sig',
  },
  {
    name: 'a Content-Length that is too large',
    setUp: always(() => withLength(10)),
    reason: 'bytes',
    ends: 'network',
    retries: 2,
    command: '.sig',
  },
  {
    name: 'a Content-Length that is too small',
    setUp: always(() => withLength(-5)),
    reason: '',
    ends: 'passes',
    retries: 0,
    outcomes: {
      ...aboutEvidence('material-malformed'),
      binary: refused('digest-mismatch', 'is not the artifact that was signed'),
      marker: refused('response-invalid', 'stable-1.30'),
    },
    command: 'binary',
  },
  {
    name: 'two Content-Lengths',
    setUp: always(() => fault.raw('HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nhello')),
    reason: 'not valid HTTP',
    ends: 'response-invalid',
    retries: 0,
    command: 'look-up',
  },
  {
    name: 'a body in chunks, without a length',
    setUp: always(() => fault.withoutContentLength()),
    reason: '',
    ends: 'passes',
    retries: 0,
    command: '.cert',
  },
  {
    name: 'a body that ends with the connection, too early, once',
    setUp: once(() => cutWithoutLength),
    reason: '',
    ends: 'passes',
    retries: 0,
    targets: ['binary'],
    command: 'binary',
  },
  {
    name: 'a web page with status 200',
    setUp: always(() => fault.html()),
    reason: 'a web page (text/html) came instead',
    ends: 'response-invalid',
    retries: 0,
    command: 'look-up',
  },
  {
    name: 'a large web page with status 200',
    setUp: always(() => fault.body(`<!DOCTYPE html>\n<p>${'sorry '.repeat(100_000)}`, 'text/html')),
    reason: 'a web page (text/html) came instead',
    ends: 'response-invalid',
    retries: 0,
    command: 'marker',
  },
  {
    name: 'an empty body',
    setUp: always(() => fault.empty()),
    reason: 'the answer is empty',
    ends: 'response-invalid',
    retries: 0,
    outcomes: { ...aboutEvidence('material-malformed'), marker: refused('response-invalid', 'empty') },
    // An empty artifact may be a server's slip; an empty file of evidence is an answer, and a wrong one.
    retriesOf: { binary: 2 },
    command: 'marker',
  },
  {
    name: 'a compressed body',
    setUp: always(() => fault.encode('gzip')),
    reason: 'encoded ("gzip")',
    ends: 'response-invalid',
    retries: 0,
    command: 'binary',
  },
  {
    name: 'a redirect to another host',
    setUp: always(elsewhere),
    reason: '',
    ends: 'passes',
    retries: 0,
    command: 'binary',
  },
  {
    name: 'three redirects',
    setUp: always(() => fault.redirectChain(3, 307)),
    reason: '',
    ends: 'passes',
    retries: 0,
    command: 'look-up',
  },
  {
    name: 'ten redirects',
    setUp: always(() => fault.redirectChain(10, 307)),
    reason: 'more than 5 redirects',
    ends: 'response-invalid',
    retries: 0,
    command: '.sig',
  },
  {
    name: 'redirects in a circle',
    setUp: always(() => fault.redirect(({ path }) => path, 307)),
    reason: 'redirected in a circle',
    ends: 'response-invalid',
    retries: 0,
    command: 'marker',
  },
  {
    name: 'a redirect from https to http',
    setUp: always(async ({ use }) => redirect(use(await LoopbackServer.start(() => ({ status: 404 }))).url)),
    reason: 'redirected from https to http',
    ends: 'response-invalid',
    retries: 0,
    tls: true,
    command: '.cert',
  },
  {
    name: 'a redirect without a Location',
    setUp: always(() => fault.status(302)),
    reason: '302 Found without a Location',
    ends: 'response-invalid',
    retries: 0,
    command: '.sha256',
  },
  {
    name: 'a redirect to a file',
    setUp: always(() => redirect('file:///etc/passwd')),
    reason: 'not a web address',
    ends: 'response-invalid',
    retries: 0,
    command: '.sig',
  },
  {
    name: 'a garbled status line',
    setUp: always(() => fault.raw('SSH-2.0-OpenSSH_9.9\r\n')),
    reason: 'not valid HTTP',
    ends: 'response-invalid',
    retries: 0,
    command: 'binary',
  },
  {
    name: 'headers without end',
    setUp: always(() => fault.raw(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)),
    reason: 'headers of the answer are too large',
    ends: 'response-invalid',
    retries: 0,
    command: '.sig',
  },
  {
    name: 'a refused connection',
    setUp: always(async () => redirect(`http://127.0.0.1:${await closedPort()}/`)),
    reason: 'connection refused (127.0.0.1:',
    ends: 'network',
    retries: 2,
    command: '.sig',
  },
  {
    name: 'a host that DNS does not know',
    setUp: always(() => redirect('http://no-such-host.invalid/')),
    reason: 'DNS look-up failed for no-such-host.invalid',
    ends: 'network',
    retries: 2,
    http: {
      lookup: (hostname, _options, callback) => {
        const error = new Error(`getaddrinfo ENOTFOUND ${hostname}`);
        callback(Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname }), '');
      },
    },
    command: 'look-up',
  },
  {
    name: 'a certificate of an unknown CA',
    setUp: always(async (scene) => toTls(scene, {})),
    reason: 'TLS: the server cannot be trusted',
    ends: 'network',
    retries: 0,
    command: '.cert',
  },
  {
    name: 'a server that hangs up instead of a TLS handshake',
    setUp: always(async ({ use }) => redirect(use(await startRefusingServer('hang-up')).url)),
    reason: 'connection ',
    ends: 'network',
    retries: 2,
    command: 'marker',
  },
  {
    name: 'a server that speaks no TLS',
    setUp: always(async ({ use }) => redirect(use(await startRefusingServer('no-tls')).url)),
    reason: 'TLS: no secure connection could be made',
    ends: 'network',
    retries: 0,
    command: 'binary',
  },
  {
    name: 'a wrong Content-Range for the rest',
    setUp: ({ fail, part }) => {
      fail(fault.truncate(part), { times: 1 });
      fail(fault.contentRange('bytes 7-9/10'), { ranged: true });
    },
    reason: 'bytes',
    ends: 'passes',
    retries: 1,
    targets: ['binary'],
    command: 'binary',
  },
  {
    name: 'a Range that is ignored',
    setUp: ({ fail, part }) => {
      fail(fault.truncate(part), { times: 1 });
      fail(fault.ignoreRange(), { ranged: true });
    },
    reason: 'bytes',
    ends: 'passes',
    retries: 1,
    targets: ['binary'],
    command: 'binary',
  },
  {
    name: 'a Range that is called unsatisfiable',
    setUp: ({ fail, part }) => {
      fail(fault.truncate(part), { times: 1 });
      const answer = { status: 416, headers: { 'content-range': 'bytes */5' }, body: '' };
      fail(
        fault.alter(() => answer),
        { ranged: true },
      );
    },
    reason: 'bytes',
    ends: 'passes',
    retries: 1,
    targets: ['binary'],
  },
  {
    name: 'a rest of the wrong bytes',
    setUp: ({ fail, part }) => {
      fail(fault.truncate(part), { times: 1 });
      fail((honest) => ({ reply: { ...honest, body: new Uint8Array(bodySize(honest.body ?? '')) } }), {
        ranged: true,
      });
    },
    reason: 'bytes',
    ends: 'passes',
    retries: 1,
    targets: ['binary'],
    command: 'binary',
  },
];
