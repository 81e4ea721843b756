import { describe, expect, it, onTestFinished } from 'vitest';
import { createClient, type Client } from '../../src/client.ts';
import { LoopbackServer } from '#support/http/loopback-server';

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

  it('is closed where it was never used: nobody is asked afterwards', async () => {
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
