/** One file of an audited release: its digest is proved by what is published of it, and nothing of it is downloaded. */
import { K8sVerifyError, NotAllowedError, UntrustedError } from '../errors.ts';
import { parseChecksumFile } from '../evidence/detached-material.ts';
import type { Seat } from '../evidence/log-batches.ts';
import type { Pace } from '../evidence/pace.ts';
import { isOffline } from '../http/offline.ts';
import type { PlannedRelease } from '../plan/plan-released.ts';
import type { Note } from '../notes.ts';
import type { PolicyUse } from '../policy/policy.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { WrittenName } from '../release/written-name.ts';
import { fetchSideFiles, type SideFiles } from '../source/side-files.ts';
import type { Digest } from '../strict/digest.ts';
import { allowOutputs } from './allow.ts';
import { assertPublished, inconsistency } from './audit-flaws.ts';
import { claimOf, provePairByKept } from './audit-pair.ts';
import { ableToJudge } from './able-to-judge.ts';
import { assertClaimed } from './name.ts';
import { nameFailure, subjectOf } from './name-failure.ts';
import { proofContext } from './proof-context.ts';
import { proveKept } from './kept-evidence.ts';
import {
  isManifest,
  listedDigest,
  manifestAsAsked,
  type ProvenFile,
  sha256Of,
  UnfetchedBytes,
} from './prove-released.ts';
import type { ProvenArtifact } from './prove-with-log.ts';
import type { ManifestContext } from './release-manifest.ts';
import { rememberNames } from './remember-names.ts';
import { withoutBytes } from './released-run.ts';
import type { ManifestOf, RunManifest } from './run-manifest.ts';
import type { RunLogMemory } from './run-log-memory.ts';
import { proveWith } from './run-trust.ts';
import { type FailedVerdict, verdictOf as verdictOfError } from '../verdict.ts';

export interface AuditContext extends ManifestContext {
  readonly manifestOf: ManifestOf;
  readonly signatures: Pace;
  readonly logMemory: RunLogMemory;
  /** The digests that earlier runs kept evidence of: one look at the directory, and not one for each file. */
  readonly kept: ReadonlySet<string>;
  /** Names whose remembered digest no longer counts. */
  readonly forget: readonly WrittenName[];
  /** Notes about the whole run. */
  readonly note: (note: Note) => void;
}

/** What a release's checksum file says of one file. */
export type StatedChecksum =
  | { readonly kind: 'stated'; readonly hex: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'not-fetched' }
  | { readonly kind: 'not-readable'; readonly error: UntrustedError };

/** A file of the audit, judged. */
export type AuditedFile = {
  readonly planned: PlannedRelease;
  readonly checksum: StatedChecksum;
} & (
  | {
      readonly kind: 'proved';
      readonly proven: ProvenFile;
      readonly policy: PolicyUse | undefined;
      /** Why it is not genuine all the same: its published signature is not its own, or the policy forbids it. */
      readonly flaw: Flaw | undefined;
      /** What its bytes are, where they were downloaded and have the proven digest. */
      readonly measured?: MeasuredBytes;
    }
  | ({
      readonly kind: 'failed';
      /** What its own signature is over (hex), where it is known and its name is refused. */
      readonly signed?: string;
    } & Flaw)
);

/** The bytes of a file that was downloaded, hashed and not kept. */
export interface MeasuredBytes {
  readonly bytes: number;
  /** Hex. */
  readonly sha512: string;
}

export interface Flaw {
  readonly verdict: FailedVerdict;
  readonly error: K8sVerifyError;
}

/** `genuine`, or what is wrong with it. */
export function verdictOf(file: AuditedFile): 'genuine' | FailedVerdict {
  return (file.kind === 'proved' ? file.flaw?.verdict : file.verdict) ?? 'genuine';
}

/** @throws K8sVerifyError that is about the run. */
export async function auditFile(
  planned: PlannedRelease,
  seat: Seat,
  context: AuditContext,
): Promise<AuditedFile> {
  const found = new FoundFile(planned);
  try {
    return await ableToJudge(() => judge(found, seat, context));
  } catch (error) {
    return {
      planned,
      checksum: found.checksum,
      kind: 'failed',
      ...flawOf(error, planned),
      ...found.whatIsSigned,
    };
  } finally {
    seat.leave();
  }
}

/** @throws the error itself where it is about the whole run. */
export function flawOf(thrown: unknown, { artifact, label }: PlannedRelease): Flaw {
  const error = nameFailure(thrown, label);
  const verdict = error instanceof K8sVerifyError ? verdictOfError(error) : undefined;
  if (!(error instanceof K8sVerifyError) || verdict === undefined) throw error;
  return { verdict, error: error.with({ subject: { ...subjectOf(artifact), ...error.subject } }) };
}

/** What was learnt of a file before it may have failed. */
class FoundFile {
  readonly planned: PlannedRelease;
  checksum: StatedChecksum = { kind: 'none' };
  signed: string | undefined;

  constructor(planned: PlannedRelease) {
    this.planned = planned;
  }

  get whatIsSigned(): { readonly signed?: string } {
    return this.signed === undefined ? {} : { signed: this.signed };
  }
}

async function judge(found: FoundFile, seat: Seat, context: AuditContext): Promise<AuditedFile> {
  const { planned } = found;
  const { artifact, label, policy: asked } = planned;
  const manifest = await context.manifestOf(artifact.version, asked);
  const proof = await proofOf(found, manifest, seat, context);
  await context.logMemory.compare(proof);
  const sha256 = sha256Of(proof, label);
  found.signed = sha256;
  const proven = { ...planned, proof, sha256, manifest, name: nameOf(planned, sha256, manifest) };
  const prepared = withoutBytes(proven);
  const forget = context.forget.filter((name) => isNameOf(name, planned.artifact));
  for (const one of await rememberNames([prepared], context.client, forget)) context.note(one);
  const audited = { planned, checksum: found.checksum, kind: 'proved', proven } as const;
  try {
    const [use] = (await allowOutputs([prepared])).values();
    return { ...audited, policy: use, flaw: inconsistencyOf(proven, context) };
  } catch (error) {
    // It is proved: what it is stays in the result.
    if (!(error instanceof NotAllowedError)) throw error;
    return { ...audited, policy: undefined, flaw: flawOf(error, planned) };
  }
}

function inconsistencyOf(proven: ProvenFile, { sources }: AuditContext): Flaw | undefined {
  const error = inconsistency(proven, sources);
  return error === undefined ? undefined : { verdict: 'inconsistent', error };
}

/** Whether a name that is written with or without a platform is of the file. */
export function isNameOf(name: WrittenName, { component, version, platform }: ReleaseArtifact): boolean {
  return (
    name.component === component &&
    name.version === formatReleaseVersion(version) &&
    (name.platform === undefined || (platform !== undefined && name.platform === formatPlatform(platform)))
  );
}

/** Bound by the release manifest, which lists everything but documents; the one of the source is not bound by anything. */
function nameOf({ artifact }: PlannedRelease, sha256: string, manifest: RunManifest): ProvenFile['name'] {
  const claimed =
    isManifest(artifact) && manifest.kind === 'proved' && manifest.sha256 === sha256
      ? { component: artifact.component, version: manifest.manifest.version }
      : undefined;
  const nameRequired = artifact.kind !== 'spdx-document' || isManifest(artifact);
  return assertClaimed(
    artifact,
    claimed,
    { sha256, manifest, from: undefined },
    { demanded: undefined, demandedBy: 'sha256', nameRequired },
  );
}

async function proofOf(
  found: FoundFile,
  manifest: RunManifest,
  seat: Seat,
  context: AuditContext,
): Promise<ProvenArtifact> {
  const { artifact, label, policy } = found.planned;
  const listed = listedDigest(artifact, manifest);
  const { client, sources, signal } = context;
  const request = { report: client.report, sources, path: artifact.path, what: label, signal };
  let files: SideFiles;
  try {
    files = await context.signatures.run(async () => fetchSideFiles(request));
  } catch (error) {
    found.checksum = { kind: 'not-fetched' };
    if (isManifest(artifact) && manifest.kind === 'proved' && isOffline(error))
      return manifestAsAsked(manifest, policy, context);
    return withoutNetwork(error, listed, found.planned, context);
  }
  const checksum = readChecksum(found, files);
  if (isManifest(artifact) && manifest.kind === 'proved') return manifestAsAsked(manifest, policy, context);
  assertPublished(files, found.planned, listed, sources);
  const claimed = claimOf(files, listed, checksum, label);
  context.trust.begin();
  const { proveArtifact } = await import('./prove.ts');
  return proveWith(context.trust, async (trust) => {
    const proof = proofContext(context, policy, trust);
    const own = { ...proof, lookUp: seat.lookUp };
    const isKept = claimed !== undefined && context.kept.has(claimed.hex);
    const kept = isKept ? await provePairByKept(files, claimed, own, client) : undefined;
    if (kept !== undefined) return kept;
    return proveArtifact(
      {
        ...own,
        // The digest that is proved is the one that is chosen here; the checksum file is compared when it is known.
        files: { ...request, withoutChecksum: true },
        bytes: new UnfetchedBytes(claimed, label),
        listed: { artifact, policy, manifest: () => Promise.resolve(manifest) },
      },
      Promise.resolve({ ...files, checksum: undefined, noChecksum: undefined }),
    );
  });
}

/** What an earlier run kept proves the digest that the release manifest lists; there is no look at what is published. */
async function withoutNetwork(
  error: unknown,
  listed: Digest | undefined,
  { policy }: PlannedRelease,
  context: AuditContext,
): Promise<ProvenArtifact> {
  const isListed = isOffline(error) && listed !== undefined;
  const { proof } = isListed ? await proveKept(listed.hex, policy, context) : { proof: undefined };
  if (proof === undefined) throw error;
  return proof;
}

function readChecksum(found: FoundFile, { checksum, noChecksum, notes }: SideFiles): Digest | undefined {
  if (noChecksum !== undefined) {
    found.checksum = { kind: 'not-readable', error: noChecksum };
    return undefined;
  }
  if (checksum === undefined) {
    const isMissing = notes.every(({ code }) => code !== 'checksum-not-fetched');
    found.checksum = { kind: isMissing ? 'none' : 'not-fetched' };
    return undefined;
  }
  try {
    const digest = parseChecksumFile(checksum, 'sha256', `the checksum file of ${found.planned.label}`);
    found.checksum = { kind: 'stated', hex: digest.hex };
    return digest;
  } catch (error) {
    if (!(error instanceof UntrustedError)) throw error;
    found.checksum = { kind: 'not-readable', error };
    return undefined;
  }
}
