import type { Client } from '../client.ts';
import { RequestError } from '../errors.ts';
import { chooseAllLocked, chooseLocked, type ChosenOfLock } from '../lockfile/choose-locked.ts';
import { LockEvidence, withLockEvidence } from '../lockfile/lock-evidence.ts';
import type { Lock, LockedArtifact } from '../lockfile/lock.ts';
import { readLock } from '../lockfile/lockfile.ts';
import { noteLockChangers } from './note-lock.ts';
import { note } from '../notes.ts';
import type { AskedArtifact, InstallRequest } from '../plan/request.ts';
import { formatPlatform, hostPlatform } from '../release/platform.ts';

/** The client of a run that takes the evidence next to a lockfile before any other. */
export function clientWithLock(client: Client, lockfile: string): Client {
  return withEvidence(client, evidenceOf(client, lockfile));
}

/** What is next to a lockfile; what of it cannot be used is reported. */
export function evidenceOf(client: Client, lockfile: string): LockEvidence {
  return new LockEvidence(lockfile, (one) => client.report({ kind: 'note', ...one }));
}

function withEvidence(client: Client, evidence: LockEvidence): Client {
  return { ...client, data: withLockEvidence(client.data, evidence) };
}

/**
 * Makes an install of what is locked out of one that names a lockfile: each artifact by its exact version and digest.
 *
 * @throws RequestError `lock-outdated`, or where the lockfile cannot be read
 */
export async function openLocked(
  request: InstallRequest,
  client: Client,
): Promise<{ readonly request: InstallRequest; readonly client: Client }> {
  const { locked, artifacts } = request;
  if (locked === undefined) return { request, client };
  const { lock } = await readLock(locked.lockfile);
  await noteLockChangers(locked.lockfile, client.report);
  const { chosen, skipped } = choose(lock, request, client);
  for (const { component, version, platform } of skipped) {
    const text = `${component} ${version} was never published for ${platform}, and is left out there`;
    client.report({ kind: 'note', ...note('platform-skipped', text) });
  }
  if (artifacts.some(({ sha256 }) => sha256 !== undefined)) {
    throw new RequestError('usage', 'a lockfile has the digest of each file', {
      wanted: 'a digest, or a lockfile',
      found: 'both',
      next: 'leave out the digest',
    });
  }
  const evidence = evidenceOf(client, locked.lockfile);
  await evidence.look();
  return {
    request: {
      ...request,
      artifacts: chosen.map(askedBy),
    },
    client: withEvidence(client, evidence),
  };
}

function askedBy({ component, version, platform, sha256 }: LockedArtifact): AskedArtifact {
  const where = platform === undefined ? {} : { platform };
  return { component, version, ...where, sha256, locked: true };
}

function choose(lock: Lock, { artifacts, locked }: InstallRequest, client: Client): ChosenOfLock {
  const { lockfile = '', platforms = [] } = locked ?? {};
  const own = (): string => formatPlatform(hostPlatform(client.host));
  if (artifacts.length === 0)
    return chooseAllLocked(lock, lockfile, platforms.length === 0 ? [own()] : platforms);
  const asked = artifacts.map(({ component, version, platform = own() }) => ({
    component,
    platform,
    ...(version === undefined ? {} : { version }),
  }));
  return chooseLocked(lock, lockfile, asked);
}
