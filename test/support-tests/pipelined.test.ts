import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { LoopbackServer } from '#support/http/loopback-server';
import { seededBody } from '#support/http/large-bodies';

it('answers a request that comes before the reply to the one before has ended', async () => {
  const http = await LoopbackServer.start(({ path }) => ({ status: 200, body: seededBody(path, 100_000) }), {
    bitsPerSecond: 100e6,
  });
  onTestFinished(() => http.close());
  const socket = connect(http.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(
    'GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  );
  const answers = (await text(socket.setEncoding('latin1'))).split('HTTP/1.1 200 OK').slice(1);
  expect(answers).toHaveLength(2);
  expect(http.requests.map(({ path, bytesSent, outcome }) => ({ path, bytesSent, outcome }))).toEqual([
    { path: '/one', bytesSent: 100_000, outcome: 'finished' },
    { path: '/two', bytesSent: 100_000, outcome: 'finished' },
  ]);
}, 10_000);
