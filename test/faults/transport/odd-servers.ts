/** Servers that cannot be reached or understood, and rests that are none. */
import { type Fault, fault } from '#support/http/faults';
import { closedPort } from '#support/http/listen';
import { LoopbackServer } from '#support/http/loopback-server';
import { bodySize } from '#support/http/reply';
import { createTlsAuthority, startRefusingServer } from '#support/http/tls';
import { always, redirect, type Scene, type TransportFault } from './transport-fault.ts';

async function toTls(
  scene: Scene,
  options: Parameters<ReturnType<typeof createTlsAuthority>['issue']>[0],
): Promise<Fault> {
  const tls = createTlsAuthority('Somebody else').issue(options);
  const server = scene.use(await LoopbackServer.start(() => ({ status: 404 }), { tls }));
  return redirect(server.url);
}

export const ODD_SERVERS: readonly TransportFault[] = [
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
    reason: 'TLS: could not make a secure connection',
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
