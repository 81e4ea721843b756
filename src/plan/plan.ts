import { basename, dirname, join, posix, resolve } from 'node:path';
import { RequestError } from '../errors.ts';
import { MAX_ARTIFACTS_PER_RUN } from '../limits.ts';
import { carriesName } from '../names/carries-name.ts';
import { assertMayAsk, assertSignedBySome, policyOf } from './policy-of.ts';
import type { PolicySubject } from './policy-subject.ts';
import { assertIdentity } from './who-must-have-signed.ts';
import type { Policy } from '../policy/policy.ts';
import {
  type ArtifactCoordinates,
  forcedArtifact,
  labelOf,
  parseForcedPlatform,
  type ReleaseArtifact,
  releaseArtifact,
} from '../release/artifact.ts';
import { everyPlatformOf, findComponent, type Tier } from '../release/component.ts';
import { formatPlatform, hostPlatform, type Platform, parsePlatform } from '../release/platform.ts';

import { memberOf, type TarballMember } from '../release/tarball.ts';
import { parseVersionRequest } from '../release/version.ts';
import type { ArtifactRequest, InstallRequest } from './request.ts';
import { versionResolver } from './resolve-version.ts';
import type { Client } from '../client.ts';

/** One artifact that is to be downloaded and proved, and what becomes of it. */
export interface PlannedArtifact {
  readonly artifact: ReleaseArtifact;
  /** For messages: "kubectl v1.26.0 linux/amd64". */
  readonly label: string;
  readonly policy: Policy;
  /** The digest (hex) that the request demands in addition to the proof. */
  readonly demanded: string | undefined;
  /** Where a digest that is demanded comes from. */
  readonly demandedBy: 'lockfile' | 'sha256';
  /** Whether nothing may be installed that no name is bound to. */
  readonly nameRequired: boolean;
  readonly becomes: Becomes;
}

export type Becomes =
  /** The artifact itself becomes a file. */
  | ({ readonly kind: 'file'; readonly saveBundle: boolean } & PlannedFile)
  /** It is a tarball, and is unpacked into a directory; `members` empty: all of it. */
  | { readonly kind: 'directory'; readonly destination: string; readonly members: readonly string[] }
  /** It is a tarball, and files are taken out of it. */
  | { readonly kind: 'members'; readonly files: readonly [PlannedMember, ...PlannedMember[]] };

export interface PlannedFile {
  readonly destination: string;
  /** Whether it is to be run. */
  readonly executable: boolean;
}

/** A file out of a tarball. */
export interface PlannedMember extends PlannedFile {
  readonly member: TarballMember;
  readonly label: string;
  /** The digest (hex) that the request demands of the file itself. */
  readonly demanded: string | undefined;
  readonly demandedBy: PlannedArtifact['demandedBy'];
  readonly nameRequired: boolean;
}

/**
 * Turns what was asked for into artifacts and destinations. Everything impossible is refused here, before any
 * artifact or signature is fetched; only version markers are looked up.
 *
 * @throws RequestError, or UntrustedError `signature-not-published` for a release that is not signed.
 */
export async function planInstall(
  request: InstallRequest,
  client: Client,
): Promise<readonly PlannedArtifact[]> {
  assertPossible(request);
  if (request.identity !== undefined) assertIdentity(request.identity);
  for (const asked of request.artifacts) assertNamesRead(asked, request.force === true);
  const components = request.artifacts.map(({ component }) => component);
  await assertMayAsk(request, components, client);
  const resolveOnce = versionResolver(request, client);
  const named = request.artifacts.map((asked) => ({
    ...asked,
    platform: platformOf(asked, request.force === true, client),
  }));
  const perPlatform = new Set(named.map(({ platform }) => formatPlatform(platform))).size > 1;
  const planned: PlannedArtifact[] = [];
  for (const { component, version: text = 'stable', platform, sha256, locked } of named) {
    const coordinates = { component, version: await resolveOnce(text), platform };
    const demand: Demand = {
      demanded: sha256,
      demandedBy: locked === true ? 'lockfile' : 'sha256',
      nameRequired: isNameRequired(request, coordinates),
    };
    const { subject, ...one } = planOne(coordinates, demand, request, perPlatform);
    const policy = await policyOf(request, subject, client);
    planned.push({ ...one, policy });
    assertSignedBySome(policy, coordinates.version);
  }
  return shareTarballs(withoutTwins(planned));
}

/**
 * Refuses what no release could fulfil.
 *
 * @throws RequestError `usage`
 */
function assertPossible(request: InstallRequest): void {
  const { artifacts, destination } = request;
  if (artifacts.length === 0) throw new RequestError('usage', 'no component is named');
  if (artifacts.length > MAX_ARTIFACTS_PER_RUN) {
    throw new RequestError('usage', 'too many artifacts are named', {
      wanted: `at most ${MAX_ARTIFACTS_PER_RUN}`,
      found: String(artifacts.length),
    });
  }
  if (destination.kind === 'file' && artifacts.length > 1) {
    throw new RequestError('usage', 'one output cannot take several artifacts', {
      wanted: 'one component with an output of its own, or a directory for all of them',
      found: `${artifacts.length} components`,
    });
  }
  assertConsistent(request);
}

function assertConsistent({ extract, fromTarball, force, saveBundle }: InstallRequest): void {
  if (extract !== undefined && fromTarball !== undefined) {
    throw new RequestError('usage', 'to unpack tarballs and to take binaries out of one exclude each other', {
      wanted: 'one of the two',
      found: 'both',
      next: 'name the tarball to unpack it, or to unpack single members of it; or name the binaries and the tarball that they come from',
    });
  }
  if (saveBundle === true && (extract !== undefined || fromTarball !== undefined)) {
    throw new RequestError('usage', 'there would be no file that the saved bundle proves', {
      wanted: 'a tarball that is kept, or no bundle',
      found: 'a tarball that is taken apart, and a bundle, which proves the tarball alone',
      next: 'install the tarball with its bundle, and unpack it after: it can then be verified again at any time',
    });
  }
  if (fromTarball !== undefined && force === true) {
    throw new RequestError('usage', 'where a binary is in a tarball is known only for names of the table', {
      wanted: 'a component of the table, or the path of a member',
      found: 'a name that is tried in spite of the table',
      next: 'unpack that member of the tarball instead, by its path',
    });
  }
}

/** Refuses every unknown name before the first look-up. */
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

/** What the request demands of an artifact in addition to the proof. */
type Demand = Pick<PlannedArtifact, 'demanded' | 'demandedBy' | 'nameRequired'>;

function isNameRequired(
  { requireName }: InstallRequest,
  { component, version }: Pick<ArtifactCoordinates, 'component' | 'version'>,
): boolean {
  return requireName === 'always' || (requireName === 'known' && carriesName(component, version));
}

/** Everything of a plan but who must have signed, which is asked for next. */
type Outline = Omit<PlannedArtifact, 'policy'> & { readonly subject: PolicySubject };

/** @param perPlatform each platform gets its own folder, because their files have the same names. */
function planOne(
  coordinates: ArtifactCoordinates,
  demand: Demand,
  request: InstallRequest,
  perPlatform: boolean,
): Outline {
  const { extract, fromTarball, force } = request;
  const destinationOf = (platform: Platform | undefined, name: string): string => {
    const { kind, path } = request.destination;
    const folder = perPlatform && platform !== undefined ? `${platform.os}-${platform.arch}` : '.';
    return kind === 'file' ? resolve(path) : join(resolve(path), folder, name);
  };
  if (fromTarball !== undefined) return planMember(coordinates, demand, request, fromTarball, destinationOf);
  const artifact = force === true ? forcedArtifact(coordinates) : releaseArtifact(coordinates);
  const planned = {
    artifact,
    label: labelOf(artifact),
    subject: { kind: 'released', artifact, demanded: demand.demanded },
    ...demand,
  } as const;
  const { fileName, platform, executable } = artifact;
  if (extract === undefined) {
    const file = { destination: destinationOf(platform, fileName), executable };
    return { ...planned, becomes: { kind: 'file', saveBundle: request.saveBundle === true, ...file } };
  }
  if (artifact.kind !== 'tarball') throw notATarball(planned.label);
  const destination = destinationOf(platform, fileName.slice(0, -TARBALL_SUFFIX.length));
  return { ...planned, becomes: { kind: 'directory', destination, members: extract.members } };
}

const TARBALL_SUFFIX = '.tar.gz';

function planMember(
  coordinates: ArtifactCoordinates,
  demand: Demand,
  request: InstallRequest,
  tier: Tier,
  destinationOf: (platform: Platform, name: string) => string,
): Outline {
  const { tarball: artifact, member } = memberOf(tier, coordinates);
  const destination = destinationOf(coordinates.platform, posix.basename(member.path));
  const { executable } = member;
  const file = { destination, executable, member, label: labelOf(coordinates), ...demand };
  const subject = { kind: 'released', artifact, member: member.component } as const;
  const becomes = { kind: 'members', files: [file] } as const;
  return { artifact, label: labelOf(artifact), subject, ...demand, demanded: undefined, becomes };
}

/** Removes duplicates: a file for all platforms is planned once, even if the request names several platforms. */
function withoutTwins(planned: readonly PlannedArtifact[]): readonly PlannedArtifact[] {
  const taken = new Map<string, Pick<PlannedArtifact, 'label' | 'demanded'>>();
  return planned.filter((plan) => {
    const { becomes } = plan;
    const { label, demanded } = becomes.kind === 'members' ? becomes.files[0] : plan;
    const { destination } = becomes.kind === 'members' ? becomes.files[0] : becomes;
    const other = taken.get(destination);
    taken.set(destination, { label, demanded });
    if (other === undefined) return true;
    if (other.label === label && other.demanded === demanded) return false;
    throw collision(destination, other.label, label);
  });
}

/** A tarball is fetched once, even if several files are taken out of it. */
function shareTarballs(planned: readonly PlannedArtifact[]): readonly PlannedArtifact[] {
  const shared: PlannedArtifact[] = [];
  for (const plan of planned) {
    const { becomes, artifact } = plan;
    // What only the digest of the tarball can allow is judged for each component by itself.
    const index = shared.findIndex(
      (one) => one.artifact.path === artifact.path && !awaitsDigest(one) && !awaitsDigest(plan),
    );
    const other = shared[index]?.becomes;
    if (becomes.kind !== 'members' || other?.kind !== 'members') shared.push(plan);
    else shared[index] = { ...plan, becomes: { kind: 'members', files: [...other.files, ...becomes.files] } };
  }
  return shared;
}

function awaitsDigest({ policy }: PlannedArtifact): boolean {
  return policy.rules?.awaitsDigest === true;
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
