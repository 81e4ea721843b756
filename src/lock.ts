import { resolve } from 'node:path';
import { type Client, usingClient } from './client.ts';
import { ableToJudge } from './flow/able-to-judge.ts';
import { checkLock } from './flow/check-lock.ts';
import { evidenceFiles, removeOldEvidence, writeLockFiles } from './flow/lock-files.ts';
import {
  describeLock,
  type LockedComponent,
  lockOf,
  type PolicyOfLocked,
  policyOfLocked,
} from './flow/lock-outcome.ts';
import { lockedSizes } from './flow/lock-sizes.ts';
import { planLock } from './flow/lock-plan.ts';
import { clientWithLock } from './flow/locked-install.ts';
import { noteLockChangers } from './flow/note-lock.ts';
import { openTrust } from './flow/open-trust.ts';
import { runReleased } from './flow/released-run.ts';
import { encodeLock, type Lock } from './lockfile/lock.ts';
import { findLock, readLock, schemaOf } from './lockfile/lockfile.ts';
import type { Note } from './notes.ts';
import type { LockInput } from './plan/input.ts';
import { underPolicy } from './plan/policy-of.ts';
import type { LockRequest } from './plan/lock-request.ts';
import type { SkippedFile } from './plan/plan-released.ts';
import { readLockInput } from './plan/read-released.ts';

/** What {@link lock} has locked. */
export interface LockRun {
  /** Rises with a change that could break a reader. */
  readonly schemaVersion: 1;
  /** The lockfile, absolute. */
  readonly path: string;
  /** Whether it, or the evidence next to it, was written: false where everything was as it is. */
  readonly written: boolean;
  /** Every component of the lock. */
  readonly results: readonly LockedComponent[];
  /** Components and platforms that were never published together. */
  readonly skipped: readonly SkippedFile[];
  /** What a person should know about the run as a whole. */
  readonly notes: readonly Note[];
}

/**
 * Proves release artifacts without downloading them, and writes their digests down: what was asked for, the version that
 * it stands for, and the digest for each platform. Evidence is written next to it, with which `install` needs no other.
 *
 * @param client default: one that is made and closed for this call.
 * @throws K8sVerifyError: nothing was written then. UntrustedError `digest-mismatch` where a locked version has another
 *   digest than the proven one; else as {@link digest}, and InstallError where a file could not be written.
 */
export async function lock(input: LockInput, client?: Client): Promise<LockRun> {
  const request = readLockInput(input);
  return usingClient(client, (one) => lockReleases(request, one));
}

/** The same for a request that is read already. */
export async function lockReleases(given: LockRequest, client: Client): Promise<LockRun> {
  const request = await underPolicy(given, client);
  const { lockfile, signal, dryRun } = request;
  const before = await findLock(lockfile);
  const withEvidence = clientWithLock(client, lockfile);
  const plan = await planLock(before?.lock, request, withEvidence);
  const { proven, result } = await runReleased(plan.files, request, withEvidence);
  const sizes = await lockedSizes(proven, before?.lock, request, client);
  const now = lockOf(plan, proven, before?.lock, lockfile, sizes);
  const uses = proven.map(({ artifact: { component } }, index) => {
    const use = result.artifacts[index]?.policy;
    return { component, use };
  });
  const path = resolve(lockfile);
  const file = { destination: path, bytes: encodeLock(now, schemaOf()) };
  const evidence = request.evidence ? evidenceFiles(lockfile, proven) : [];
  const changed = dryRun === true ? [] : await writeLockFiles(file, evidence, before?.bytes, signal);
  if (before !== undefined && changed.length > 0) await removeOldEvidence(lockfile, before.lock, now);
  return {
    schemaVersion: 1,
    path,
    written: changed.length > 0,
    results: describeLock(plan, now, before?.lock, policyOfLocked(uses)),
    skipped: plan.files.skipped,
    notes: [...result.notes, ...(await noteLockChangers(path, client.report))],
  };
}

/** A lock that was checked. */
export interface CheckedLock {
  readonly lock: Lock;
  readonly uses: PolicyOfLocked;
}

/**
 * Checks a lock, and writes nothing: that it is not out of date, has every platform, and that the evidence next to it
 * proves and names each file. No request is made but to renew the trusted root.
 *
 * @throws RequestError `lock-outdated`; UntrustedError where the evidence of a file refuses it.
 */
export function checkLocked(given: LockRequest, client: Client): Promise<CheckedLock> {
  return ableToJudge(async () => {
    const request = await underPolicy(given, client);
    const { lock: found } = await readLock(request.lockfile);
    await noteLockChangers(request.lockfile, client.report);
    const trust = await openTrust(request, client, request.signal);
    try {
      const uses = await checkLock(found, request, client, trust);
      await trust.finish();
      return { lock: found, uses };
    } catch (error) {
      trust.drop();
      throw error;
    }
  });
}
