import { writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClient, type Client } from '../../src/client.ts';
import type { ProgressEvent } from '../../src/progress.ts';
import { LoopbackServer } from '#support/http/loopback-server';
import { testDir } from '#support/test-dir';

async function startServer(): Promise<LoopbackServer> {
  const server = await LoopbackServer.start(() => ({ status: 200, headers: {}, body: 'v1.30.2' }));
  onTestFinished(() => server.close());
  return server;
}

async function ask({ http }: Client, url: string): Promise<number> {
  const { status } = await http.fetchSmall({ what: 'a marker', url, accept: [200], maxBytes: 100 });
  return status;
}

const CLOSED = { code: 'network', message: expect.stringContaining('the client was closed') };

describe('the network of the world, which is loaded when it is first asked', () => {
  it('is closed where it was used', async () => {
    const server = await startServer();
    const world = createClient();
    expect(await ask(world, `${server.url}/`)).toBe(200);
    await world.http.close();
    await expect(ask(world, `${server.url}/`)).rejects.toMatchObject(CLOSED);
    expect(server.requests).toHaveLength(1);
  });

  it('is closed if it was never used: no server is asked afterwards', async () => {
    const server = await startServer();
    const world = createClient();
    await world.http.close();
    await expect(ask(world, `${server.url}/`)).rejects.toMatchObject(CLOSED);
    expect(server.requests).toHaveLength(0);
  });

  it('is closed while it is loaded: what was asked fails, and nothing stays open', async () => {
    const server = await startServer();
    const world = createClient();
    const asked = ask(world, `${server.url}/`).catch((error: unknown) => error);
    await world.http.close();
    expect(await asked).toMatchObject(CLOSED);
    await expect(ask(world, `${server.url}/`)).rejects.toMatchObject(CLOSED);
  });

  it('may be closed twice', async () => {
    const world = createClient();
    await world.http.close();
    await expect(world.http.close()).resolves.toBeUndefined();
  });
});

describe('what a client keeps', () => {
  it('is nothing without a data directory', async () => {
    await using client = createClient();
    await expect(client.data.write('names', 'key', Buffer.from('name'))).resolves.toBe('failed');
    await expect(client.data.read('names', 'key')).resolves.toEqual([]);
  });

  it('lies in the directory that was named, and another client finds it', async () => {
    const directory = await testDir();
    await using client = createClient({ dataDirectory: directory.join('kept') });
    await expect(client.data.write('names', 'key', Buffer.from('name'))).resolves.toBe('written');
    const places = { own: undefined, system: directory.join('kept'), isShared: false };
    await using other = createClient({ dataDirectory: places });
    await expect(other.data.list('names')).resolves.toEqual(['key']);
    await expect(other.data.read('names', 'key')).resolves.toMatchObject([{ place: 'system' }]);
    await expect(client.data.remove('names', 'key')).resolves.toBe(true);
    await expect(other.data.read('names', 'key')).resolves.toEqual([]);
  });

  it('and what could not be kept is an event', async () => {
    const directory = await testDir();
    writeFileSync(directory.join('kept'), 'a file');
    const events: ProgressEvent[] = [];
    await using client = createClient({
      dataDirectory: directory.join('kept'),
      report: (event) => events.push(event),
    });
    await client.data.write('names', 'key', Buffer.from('name'));
    expect(events).toEqual([
      { kind: 'note', code: 'not-kept', text: expect.stringContaining('nothing could be kept in') },
    ]);
  });

  it.each([
    1,
    null,
    '',
    'a\0',
    {},
    { own: 1, isShared: true },
    { isShared: 'yes' },
    { where: '/', isShared: true },
  ])('a directory must be one: %j', (dataDirectory) => {
    const options: object = { dataDirectory };
    expect(() => createClient(options)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
