import { join } from 'node:path';
import type { Client } from '../client.ts';
import { NO_DATA } from '../data/no-data.ts';
import { RequestError, UntrustedError } from '../errors.ts';
import { readBundle } from '../evidence/read-bundle.ts';
import {
  bundleName,
  evidenceDirectoryOf,
  manifestName,
  withLockEvidence,
} from '../lockfile/lock-evidence.ts';
import type { Lock, LockEntry } from '../lockfile/lock.ts';
import { assertFits } from '../lockfile/lockfile.ts';
import type { LockRequest } from '../plan/lock-request.ts';
import { policyOf } from '../plan/policy-of.ts';
import type { Policy, PolicyUse } from '../policy/policy.ts';
import { labelOf, MANIFEST_NAME, type ReleaseArtifact, releaseArtifact } from '../release/artifact.ts';
import { findComponent, platformsOf } from '../release/component.ts';
import { formatPlatform, parsePlatform, PLATFORMS } from '../release/platform.ts';
import { parseReleaseVersion } from '../release/version.ts';
import { allowNamed } from './allow.ts';
import { keptManifest } from './kept-manifest.ts';
import { type PolicyOfLocked, policyOfLocked } from './lock-outcome.ts';
import { evidenceOf } from './locked-install.ts';
import { assertClaimed } from './name.ts';
import { nameFailure } from './name-failure.ts';
import { proofContext, type ProofRun } from './proof-context.ts';
import { proveFromManifest } from './prove-listed.ts';
import { proveFromEvidence, type ProvenArtifact } from './prove-with-log.ts';
import type { ProvedManifest } from './run-manifest.ts';
import type { RunTrust } from './run-trust.ts';

/**
 * Checks a lock without a request: that what is locked fits what is asked for, for each platform, and that the evidence
 * next to it proves and names each file. A newer release is no reason.
 *
 * @returns what the policy file took to allow each component.
 * @throws RequestError `lock-outdated`; UntrustedError where evidence is there and refuses; NotAllowedError.
 */
export async function checkLock(
  lock: Lock,
  request: LockRequest,
  client: Client,
  trust: RunTrust,
): Promise<PolicyOfLocked> {
  const { lockfile } = request;
  assertFits(lock, lockfile);
  assertEveryPlatform(lock, lockfile);
  if (!request.evidence) return new Map();
  const evidence = evidenceOf(client, lockfile);
  // Only what is next to the lock counts: another machine has nothing else.
  const only = { ...client, data: withLockEvidence(NO_DATA, evidence) };
  await evidence.look();
  const uses: { readonly component: string; readonly use: PolicyUse | undefined }[] = [];
  for (const entry of lock.artifacts) {
    uses.push({ component: entry.component, use: await checkEntry(entry, request, only, trust) });
  }
  return policyOfLocked(uses);
}

function assertEveryPlatform({ platforms, artifacts }: Lock, lockfile: string): void {
  for (const { component, version } of artifacts) {
    const known = findComponent(component);
    const published = new Set(platformsOf(known, parseReleaseVersion(version)).map(formatPlatform));
    const missing = platforms.find(
      (one) =>
        published.has(one) &&
        !artifacts.some((other) => other.component === component && other.platform === one),
    );
    if (missing === undefined) continue;
    throw new RequestError('lock-outdated', `${lockfile} has no ${component} for ${missing}`, {
      wanted: `${component} ${version} ${missing}`,
      found: 'no such artifact',
      next: 'k8s-verify lock',
    });
  }
}

async function checkEntry(
  entry: LockEntry,
  request: LockRequest,
  client: Client,
  trust: RunTrust,
): Promise<PolicyUse | undefined> {
  const artifact = artifactOf(entry);
  const policy = await policyOf(request, { kind: 'released', artifact, demanded: entry.sha256 }, client);
  const run = { network: request, client, signal: request.signal, trust };
  try {
    const manifest = await keptManifest(artifact.version, policy, run);
    const proven = await proveEntry(entry, artifact, manifest, {
      ...run,
      policy,
      lockfile: request.lockfile,
    });
    if (manifest === undefined) throw noEvidence(request.lockfile, manifestName(entry.version));
    const isItself = artifact.component === MANIFEST_NAME && manifest.sha256 === entry.sha256;
    const claimed = isItself ? { component: MANIFEST_NAME, version: artifact.version } : undefined;
    const demand = { demanded: undefined, demandedBy: 'lockfile', nameRequired: true } as const;
    const { sha256 } = entry;
    const name = assertClaimed(artifact, claimed, { sha256, manifest, from: undefined }, demand);
    return await allowNamed(proven, { artifact, sha256, name });
  } catch (error) {
    throw nameFailure(error, labelOf(artifact));
  }
}

function artifactOf({ component, version: release, platform }: LockEntry): ReleaseArtifact {
  const [any] = PLATFORMS;
  const where = platform === undefined ? any : parsePlatform(platform);
  if (where === undefined) throw new TypeError('there are no platforms');
  return releaseArtifact({ component, version: parseReleaseVersion(release), platform: where });
}

interface EntryRun extends ProofRun {
  readonly trust: RunTrust;
  readonly policy: Policy;
  readonly lockfile: string;
}

/** By its own bundle; where the release manifest proves it, that is what was kept. */
async function proveEntry(
  { sha256, logIndex }: LockEntry,
  artifact: ReleaseArtifact,
  manifest: ProvedManifest | undefined,
  run: EntryRun,
): Promise<Pick<ProvenArtifact, 'proven'>> {
  const [kept] = await run.client.data.read('evidence', sha256);
  const digest = { algorithm: 'sha256', hex: sha256 } as const;
  if (kept !== undefined) {
    const { bytes, path } = kept;
    const evidence = readBundle(bytes, `the bundle ${path}`);
    const context = proofContext(run, run.policy, await run.trust.current());
    try {
      return { proven: proveFromEvidence(context, evidence, { kind: 'digest', digest }) };
    } catch (error) {
      throw error instanceof UntrustedError && error.from === undefined ? error.with({ from: path }) : error;
    }
  }
  const isByManifest = manifest?.proof.proven.logEntries.some((one) => one.logIndex === logIndex) === true;
  if (isByManifest && manifest !== undefined) {
    const asked = { artifact, policy: run.policy, manifest: () => Promise.resolve(manifest) };
    const answer = await proveFromManifest(asked, digest, 'it has no evidence of its own');
    if (answer.kind === 'proved') return answer.proof;
  }
  throw noEvidence(run.lockfile, bundleName(sha256));
}

function noEvidence(lockfile: string, name: string): RequestError {
  return new RequestError('lock-outdated', `evidence is missing next to ${lockfile}`, {
    wanted: join(evidenceDirectoryOf(lockfile), name),
    found: 'no such file that can be used',
    why: 'without it, an install needs the network for its proof',
    next: 'k8s-verify lock',
  });
}
