/** Listening on loopback, on whatever port is free. */
import { createServer, type Server } from 'node:net';

export async function listen(server: Server, host: string = '127.0.0.1'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

export function listeningPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}

/** A port on which no program listens: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await listen(server);
  const port = listeningPort(server);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}
