/** Answers of another form or from another place than was asked for. */
import { type Fault, fault } from '#support/http/faults';
import { LoopbackServer } from '#support/http/loopback-server';
import { bodySize, type Reply, readWhole } from '#support/http/reply';
import {
  aboutEvidence,
  always,
  once,
  redirect,
  refused,
  type Scene,
  type TransportFault,
} from './transport-fault.ts';

function withLength(difference: number): Fault {
  return (honest, request) => fault.contentLength(bodySize(honest.body ?? '') + difference)(honest, request);
}

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

export const ODD_ANSWERS: readonly TransportFault[] = [
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
      binary: refused('digest-mismatch', 'is not the file that Kubernetes signed'),
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
];
