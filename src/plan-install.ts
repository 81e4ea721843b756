import { basename, dirname, join, resolve } from 'node:path';
import { RequestError } from './errors.ts';
import { MAX_ARTIFACTS_PER_RUN } from './limits.ts';
import type { Policy } from './proof/proven-digest.ts';
import {
  forcedArtifact,
  parseForcedPlatform,
  type ReleaseArtifact,
  releaseArtifact,
} from './release/artifact.ts';
import { findComponent } from './release/component.ts';
import { formatPlatform, hostPlatform, type Platform, parsePlatform } from './release/platform.ts';
import { assertSigned } from './release/signer.ts';
import { formatReleaseVersion, type ReleaseVersion } from './release/version.ts';
import type { ArtifactRequest, InstallRequest, TrustRequest } from './request.ts';
import { resolveVersion } from './resolve-version.ts';
import type { World } from './world.ts';

/** One artifact that is to be installed, and where. */
export interface PlannedInstall {
  readonly artifact: ReleaseArtifact;
  /** For messages: "kubectl v1.26.0 linux/amd64". */
  readonly label: string;
  readonly destination: string;
  readonly policy: Policy;
  /** The digest (hex) that the request demands beside the proof. */
  readonly demanded: string | undefined;
}

/**
 * Turns what was asked for into artifacts and destinations. Everything impossible is refused here, before any
 * artifact or signature is fetched; only version markers are looked up.
 *
 * @throws RequestError, or UntrustedError `signature-not-published` for a release that nobody signed.
 */
export async function planInstall(request: InstallRequest, world: World): Promise<readonly PlannedInstall[]> {
  assertPossible(request);
  const planned: PlannedInstall[] = [];
  const resolveOnce = resolverOf(request, world);
  const platforms = new Set(request.artifacts.map((asked) => asked.platform));
  for (const asked of request.artifacts) {
    const artifact = await planArtifact(asked, request, world, resolveOnce);
    const destination = destinationOf(request, artifact, platforms.size > 1);
    const label = labelOf(artifact);
    const same = planned.find((other) => other.destination === destination);
    if (same?.label === label && same.demanded === asked.sha256) continue;
    if (same !== undefined) throw collision(destination, same.label, label);
    const policy = policyOf(request, artifact.signers);
    planned.push({ artifact, label, destination, policy, demanded: asked.sha256 });
  }
  return planned;
}

function assertPossible({ artifacts, destination }: InstallRequest): void {
  if (artifacts.length === 0) throw new RequestError('usage', 'no component is named');
  if (artifacts.length > MAX_ARTIFACTS_PER_RUN) {
    throw new RequestError('usage', 'too many artifacts are named', {
      expected: `at most ${MAX_ARTIFACTS_PER_RUN}`,
      found: String(artifacts.length),
    });
  }
  if (destination.kind === 'file' && artifacts.length > 1) {
    throw new RequestError('usage', 'one output file cannot take several artifacts', {
      expected: 'one component with an output file, or an install directory',
      found: `${artifacts.length} components`,
    });
  }
}

async function planArtifact(
  asked: ArtifactRequest,
  request: InstallRequest,
  world: World,
  resolveOnce: (text: string) => Promise<ReleaseVersion>,
): Promise<ReleaseArtifact> {
  const platform = platformOf(asked.platform, request.force === true, world);
  if (request.force !== true) findComponent(asked.component);
  const version = await resolveOnce(asked.version ?? 'stable');
  const describe = request.force === true ? forcedArtifact : releaseArtifact;
  const artifact = describe({ component: asked.component, version, platform });
  // Somebody else's signature, by name, may well exist for what Kubernetes itself did not sign.
  if (request.identity === undefined && request.publicKeyPem === undefined) assertSigned(version);
  return artifact;
}

/** One look-up for each alias: a marker that moves during a run must not give one run two releases. */
function resolverOf(request: InstallRequest, world: World): (text: string) => Promise<ReleaseVersion> {
  const versions = new Map<string, Promise<ReleaseVersion>>();
  return async (text) => {
    const version = versions.get(text) ?? resolveVersion(text, request, world);
    versions.set(text, version);
    return version;
  };
}

function platformOf(text: string | undefined, force: boolean, world: World): Platform {
  if (text === undefined) return hostPlatform(world.host);
  return force ? parseForcedPlatform(text) : parsePlatform(text);
}

/** Several platforms go into a folder each, since their files have the same names. */
function destinationOf(
  { destination }: InstallRequest,
  artifact: ReleaseArtifact,
  perPlatform: boolean,
): string {
  if (destination.kind === 'file') return resolve(destination.path);
  const folder =
    perPlatform && artifact.platform !== undefined
      ? `${artifact.platform.os}-${artifact.platform.arch}`
      : '.';
  return join(resolve(destination.path), folder, artifact.fileName);
}

/** Who must have signed: whoever the request names, else the signers of the release. */
export function policyOf(
  { identity, publicKeyPem }: TrustRequest,
  signers: ReleaseArtifact['signers'],
): Policy {
  if (publicKeyPem === undefined) {
    return { kind: 'certificate-identity', identities: identity === undefined ? signers : [identity] };
  }
  if (identity === undefined) return { kind: 'managed-key', publicKeyPem };
  throw new RequestError('usage', 'a managed key and a certificate identity exclude each other', {
    expected: 'one of the two',
    found: 'both',
  });
}

export function labelOf({ component, version, platform }: ReleaseArtifact): string {
  const where = platform === undefined ? '' : ` ${formatPlatform(platform)}`;
  return `${component} ${formatReleaseVersion(version)}${where}`;
}

function collision(destination: string, one: string, other: string): RequestError {
  return new RequestError('usage', `two artifacts would become the same file ${basename(destination)}`, {
    expected: 'one artifact for each file',
    found: `${one} and ${other} in ${dirname(destination)}`,
    advice: 'install them into different directories, in two runs',
  });
}
