import type { Client } from '../client.ts';
import type { Options } from './parsed-line.ts';

/**
 * The same client, which takes the evidence next to a lockfile that is named. The lock itself decides nothing then.
 *
 * @throws RequestError where the lockfile cannot be read
 */
export async function withEvidence(client: Client, { lockfile }: Options): Promise<Client> {
  if (lockfile === undefined) return client;
  const { readLock } = await import('../lockfile/lockfile.ts');
  await readLock(lockfile);
  const { clientWithLock } = await import('../flow/locked-install.ts');
  return clientWithLock(client, lockfile);
}
