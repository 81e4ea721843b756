import { basename, dirname, join, posix, resolve } from 'node:path';
import { assertPossible } from './assert-possible.ts';
import { RequestError } from '../errors.ts';
import { assertIdentity, policyOf } from './who-must-have-signed.ts';
import type { Policy } from '../policy/policy.ts';
import {
  type ArtifactCoordinates,
  forcedArtifact,
  parseForcedPlatform,
  type ReleaseArtifact,
  releaseArtifact,
} from '../release/artifact.ts';
import { everyPlatformOf, findComponent, type Tier } from '../release/component.ts';
import { formatPlatform, hostPlatform, type Platform, parsePlatform } from '../release/platform.ts';
import { assertSigned } from '../release/signer.ts';
import { memberOf, type TarballMember } from '../release/tarball.ts';
import { formatReleaseVersion, parseVersionRequest } from '../release/version.ts';
import type { ArtifactRequest, InstallRequest } from './request.ts';
import { versionResolver } from './resolve-version.ts';
import type { Client } from '../client.ts';

/** One artifact that is to be downloaded and proved. What becomes of it is in the kinds below. */
export interface PlannedArtifact {
  readonly artifact: ReleaseArtifact;
  /** For messages: "kubectl v1.26.0 linux/amd64". */
  readonly label: string;
  readonly policy: Policy;
  /** The digest (hex) that the request demands beside the proof. */
  readonly demanded: string | undefined;
}

/** It becomes a file. */
export interface PlannedFile extends PlannedArtifact {
  readonly kind: 'file';
  readonly destination: string;
}

/** Where its bundle goes, if that is asked for. */
export function bundlePathOf({ destination }: PlannedFile): string {
  return `${destination}.sigstore.json`;
}

/** It is a tarball, and is unpacked into a directory. */
export interface PlannedDirectory extends PlannedArtifact {
  readonly kind: 'directory';
  readonly destination: string;
  /** None: everything. */
  readonly members: readonly string[];
}

/** It is a tarball, and binaries are taken out of it. */
export interface PlannedBinaries extends PlannedArtifact {
  readonly kind: 'binaries';
  readonly binaries: readonly PlannedBinary[];
}

export interface PlannedBinary {
  readonly member: TarballMember;
  readonly label: string;
  readonly destination: string;
  /** The digest (hex) that the request demands of the binary itself. */
  readonly demanded: string | undefined;
}

export type PlannedInstall = PlannedFile | PlannedDirectory | PlannedBinaries;

/**
 * Turns what was asked for into artifacts and destinations. Everything impossible is refused here, before any
 * artifact or signature is fetched; only version markers are looked up.
 *
 * @throws RequestError, or UntrustedError `signature-not-published` for a release that nobody signed.
 */
export async function planInstall(
  request: InstallRequest,
  client: Client,
): Promise<readonly PlannedInstall[]> {
  assertPossible(request);
  if (request.identity !== undefined) assertIdentity(request.identity);
  for (const asked of request.artifacts) assertNamesRead(asked, request.force === true);
  const resolveOnce = versionResolver(request, client);
  const named = request.artifacts.map((asked) => ({
    ...asked,
    platform: platformOf(asked, request.force === true, client),
  }));
  const platforms = new Set(named.map(({ platform }) => formatPlatform(platform)));
  const single: SinglePlan[] = [];
  for (const { component, version: text = 'stable', platform, sha256 } of named) {
    const wanted = { component, version: await resolveOnce(text), platform, demanded: sha256 };
    single.push(planOne(wanted, request, platforms.size > 1));
  }
  return shareTarballs(withoutTwins(single));
}

/** A plan with one output. */
type SinglePlan =
  | PlannedFile
  | PlannedDirectory
  | (PlannedArtifact & { readonly kind: 'binary'; readonly binary: PlannedBinary });

/** One artifact as it is asked for, its version resolved. */
interface Wanted extends ArtifactCoordinates {
  readonly demanded: string | undefined;
}

/** Every name that is none is refused before the first look-up, whatever stands before it. */
function assertNamesRead({ component, version }: ArtifactRequest, force: boolean): void {
  if (!force) findComponent(component);
  if (version !== undefined) parseVersionRequest(version);
}

function platformOf({ component, platform }: ArtifactRequest, force: boolean, client: Client): Platform {
  if (platform === undefined) return hostPlatform(client.host);
  return force
    ? parseForcedPlatform(platform)
    : parsePlatform(platform, everyPlatformOf(findComponent(component)));
}

function planOne(wanted: Wanted, request: InstallRequest, perPlatform: boolean): SinglePlan {
  const plan = describePlan(wanted, request, perPlatform);
  // Somebody else's signature, by name, may well exist for what Kubernetes itself did not sign.
  if (request.identity === undefined && request.publicKeyPem === undefined) assertSigned(wanted.version);
  return plan;
}

function describePlan(wanted: Wanted, request: InstallRequest, perPlatform: boolean): SinglePlan {
  const { extract, fromTarball, force } = request;
  const folder = (platform: Platform | undefined): string =>
    perPlatform && platform !== undefined ? `${platform.os}-${platform.arch}` : '.';
  if (fromTarball !== undefined) {
    return planBinary(wanted, fromTarball, request, folder(wanted.platform));
  }
  const artifact = force === true ? forcedArtifact(wanted) : releaseArtifact(wanted);
  const label = labelOf(artifact);
  const policy = policyOf(request, artifact.signers);
  const planned = { artifact, label, policy, demanded: wanted.demanded };
  const { fileName, platform } = artifact;
  if (extract === undefined) {
    return { ...planned, kind: 'file', destination: destinationOf(request, folder(platform), fileName) };
  }
  if (artifact.kind !== 'tarball') throw notATarball(label);
  const name = fileName.slice(0, -TARBALL_SUFFIX.length);
  const destination = destinationOf(request, folder(platform), name);
  return { ...planned, kind: 'directory', destination, members: extract.members };
}

const TARBALL_SUFFIX = '.tar.gz';

function planBinary(wanted: Wanted, tier: Tier, request: InstallRequest, folder: string): SinglePlan {
  const { tarball, member } = memberOf(tier, wanted);
  const label = labelOf(wanted);
  const destination = destinationOf(request, folder, posix.basename(member.path));
  const policy = policyOf(request, tarball.signers);
  const binary = { member, label, destination, demanded: wanted.demanded };
  return { kind: 'binary', artifact: tarball, label: labelOf(tarball), policy, demanded: undefined, binary };
}

/** Several platforms go into a folder each, since their files have the same names. */
function destinationOf({ destination }: InstallRequest, folder: string, fileName: string): string {
  return destination.kind === 'file'
    ? resolve(destination.path)
    : join(resolve(destination.path), folder, fileName);
}

/** What is asked for twice is planned once: a file for all platforms, where several are asked for. */
function withoutTwins(plans: readonly SinglePlan[]): readonly SinglePlan[] {
  const taken = new Map<string, Pick<PlannedBinary, 'label' | 'demanded'>>();
  return plans.filter((plan) => {
    const { destination, label, demanded } = plan.kind === 'binary' ? plan.binary : plan;
    const other = taken.get(destination);
    taken.set(destination, { label, demanded });
    if (other === undefined) return true;
    if (other.label === label && other.demanded === demanded) return false;
    throw collision(destination, other.label, label);
  });
}

/** A tarball is fetched once, whatever is taken out of it. */
function shareTarballs(plans: readonly SinglePlan[]): readonly PlannedInstall[] {
  const planned = new Map<string, PlannedInstall>();
  for (const plan of plans) {
    if (plan.kind !== 'binary') {
      planned.set(plan.destination, plan);
      continue;
    }
    const { binary, ...tarball } = plan;
    const known = planned.get(tarball.artifact.path);
    const others = known?.kind === 'binaries' ? known.binaries : [];
    planned.set(tarball.artifact.path, { ...tarball, kind: 'binaries', binaries: [...others, binary] });
  }
  return [...planned.values()];
}

function labelOf({
  component,
  version,
  platform,
}: Pick<ReleaseArtifact, 'component' | 'version' | 'platform'>): string {
  const where = platform === undefined ? '' : ` ${formatPlatform(platform)}`;
  return `${component} ${formatReleaseVersion(version)}${where}`;
}

function notATarball(label: string): RequestError {
  return new RequestError('usage', `${label} is not a tarball, so that it cannot be unpacked`, {
    wanted: 'a tarball, such as kubernetes-client',
    found: label,
    next: 'leave out --extract; to take a binary out of a tarball, use --from-tarball',
  });
}

function collision(destination: string, one: string, other: string): RequestError {
  return new RequestError('usage', `two artifacts would become the same ${basename(destination)}`, {
    wanted: 'one artifact for each name',
    found: `${one} and ${other} in ${dirname(destination)}`,
    next: 'install them into different directories, in two runs',
  });
}
