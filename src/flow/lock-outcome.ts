/** What a lock becomes by what was proved, and how that is told. */
import { TWO_DIGESTS, UntrustedError } from '../errors.ts';
import type { Lock, LockEntry } from '../lockfile/lock.ts';
import { mergedUse } from '../policy/merged-uses.ts';
import type { PolicyUse } from '../policy/policy.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { LockPlan } from './lock-plan.ts';
import type { ProvenFile } from './prove-released.ts';

/** One component as it is locked now. */
export interface LockedComponent {
  /** As it was asked for. */
  readonly component: string;
  /** The version that was asked for, an alias perhaps. */
  readonly asked: string;
  /** As `v1.30.2`. */
  readonly version: string;
  /** `os/arch`; none for what is for all platforms. */
  readonly platforms: readonly string[];
  /** The version that was locked before; absent where it is the same, or there was none. */
  readonly was?: string;
  /** Whether it was locked before, with this version and for all these platforms. */
  readonly changed: boolean;
  /** The policy file that allowed its files, with every exception that this took; absent where the run was under none. */
  readonly policy?: PolicyUse;
}

/**
 * @param sizes by digest, of those that are known.
 * @throws UntrustedError `digest-mismatch` where a locked version has another digest than the proven one.
 */
export function lockOf(
  plan: LockPlan,
  proven: readonly ProvenFile[],
  before: Lock | undefined,
  lockfile: string,
  sizes: ReadonlyMap<string, number>,
): Lock {
  const artifacts = proven.map((file) => entryOf(file, sizes));
  for (const entry of artifacts) assertSameDigest(entry, before, lockfile);
  return { asked: plan.asked, platforms: plan.platforms, artifacts };
}

function entryOf({ artifact, sha256, proof }: ProvenFile, sizes: ReadonlyMap<string, number>): LockEntry {
  const { component, version, platform } = artifact;
  const { signer, signedAt, logEntries } = proof.proven;
  const [entry] = logEntries;
  const size = sizes.get(sha256);
  return {
    component,
    version: formatReleaseVersion(version),
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
    sha256,
    ...(size === undefined ? {} : { size }),
    ...(signer.kind === 'certificate-identity' ? { signer: signer.subjectAlternativeName } : {}),
    ...(signedAt === undefined ? {} : { signedAt: signedAt.toISOString().replace(/\.\d+Z$/, 'Z') }),
    ...(entry === undefined ? {} : { logIndex: entry.logIndex }),
  };
}

/** A release has one file for each name, for ever: one of the two is not what it says. */
function assertSameDigest(entry: LockEntry, before: Lock | undefined, lockfile: string): void {
  const { component, version, platform, sha256 } = entry;
  const other = before?.artifacts.find(
    (one) => one.component === component && one.version === version && one.platform === platform,
  );
  if (other === undefined || other.sha256 === sha256) return;
  const name = [component, version, ...(platform === undefined ? [] : [platform])].join(' ');
  throw new UntrustedError('digest-mismatch', `${lockfile} has another digest for ${name}`, {
    check: 'digest',
    wanted: `sha256:${sha256}, which is proved and listed by the signed release manifest`,
    found: `sha256:${other.sha256} in the lockfile`,
    why: 'a released file never changes, so the line in the lockfile was changed, or it was made from another build',
    next: `${TWO_DIGESTS}, and who wrote that line; then delete the entry, and run k8s-verify lock again`,
  });
}

/** What the policy file took to allow each component: the files of all its platforms. */
export type PolicyOfLocked = ReadonlyMap<string, PolicyUse>;

/** @param uses of the files, by component; undefined where the run is under no policy. */
export function policyOfLocked(
  uses: readonly { readonly component: string; readonly use: PolicyUse | undefined }[],
): PolicyOfLocked {
  const groups = Map.groupBy(uses, ({ component }) => component);
  return new Map(
    [...groups].flatMap(([component, own]) => {
      const use = mergedUse(own.map((one) => one.use));
      return use === undefined ? [] : [[component, use] as const];
    }),
  );
}

/** By component, in the order of what is asked for. */
export function describeLock(
  plan: LockPlan,
  now: Lock,
  before: Lock | undefined,
  uses: PolicyOfLocked,
): readonly LockedComponent[] {
  return Array.from(plan.asked, ([component, asked]) => {
    const entries = now.artifacts.filter((one) => one.component === component);
    const earlier = before?.artifacts.filter((one) => one.component === component) ?? [];
    const [first] = entries;
    const [old] = earlier;
    const version = first?.version ?? asked;
    const policy = uses.get(component);
    const isSame = entries.every((one) =>
      earlier.some((other) => other.version === one.version && other.platform === one.platform),
    );
    return {
      component,
      asked,
      version,
      platforms: entries.flatMap(({ platform }) => platform ?? []),
      ...(old === undefined || old.version === version ? {} : { was: old.version }),
      changed: !isSame || earlier.length !== entries.length,
      ...(policy === undefined ? {} : { policy }),
    };
  });
}
