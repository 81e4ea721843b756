/** Turns the request for an audit into the files of a release: everything signed in it, by the table of components. */
import type { Client } from '../client.ts';
import { RequestError } from '../errors.ts';
import { withFetchSmall } from '../http/with-fetch-small.ts';
import { labelOf, type ReleaseArtifact, releaseArtifact } from '../release/artifact.ts';
import { COMPONENTS, type Component, findComponent, platformsOf, TABLED } from '../release/component.ts';
import { parsePlatform, type Platform, PLATFORMS, samePlatform } from '../release/platform.ts';
import { assertSigned } from '../release/signer.ts';
import { formatReleaseVersion, parseVersionRequest, type ReleaseVersion } from '../release/version.ts';
import type { Policy } from '../policy/policy.ts';
import { assertMayAsk, assertSignedBySome, policyOf } from './policy-of.ts';
import type { PlannedRelease } from './plan-released.ts';
import type { AuditRequest } from './audit-request.ts';
import { resolveVersion } from './resolve-version.ts';

export interface AuditPlan {
  readonly version: ReleaseVersion;
  /** By path in the release. */
  readonly files: readonly PlannedRelease[];
  /** The paths in the release of everything that the table has, also of what was not asked for. */
  readonly table: ReadonlySet<string>;
}

/**
 * Only version markers are looked up.
 *
 * @throws RequestError: `policy-forbids` also where the policy file allows no file of the release, or not the component that
 *   is named; UntrustedError `signature-not-published` for a release that is not signed.
 */
export async function planAudit(request: AuditRequest, given: Client): Promise<AuditPlan> {
  const client = rememberingAnswers(given);
  const components = request.components.map((name) => findComponent(name));
  const platforms = request.platforms.map((text) => parsePlatform(text));
  parseVersionRequest(request.version);
  await assertMayAsk(
    request,
    components.map(({ name }) => name),
    client,
  );
  const version = await resolveVersion(request.version, request, client);
  assertKnown(version, request);
  const asked = components.length === 0 ? COMPONENTS : components;
  const artifacts = asked.flatMap((component) => artifactsOf(component, version, platforms));
  if (artifacts.length === 0) throw nothingAsked(request, version);
  const policies = await policiesOf(artifacts, request, client);
  const files = artifacts.map((artifact) => {
    const policy = policies.get(artifact.component);
    if (policy === undefined) throw new TypeError(`there is no policy for ${artifact.component}`);
    return { artifact, label: labelOf(artifact), policy };
  });
  return {
    version,
    files: files.toSorted((a, b) => compareText(a.artifact.pathInRelease, b.artifact.pathInRelease)),
    table: new Set(
      COMPONENTS.flatMap((component) => artifactsOf(component, version, [])).map(
        ({ pathInRelease }) => pathInRelease,
      ),
    ),
  };
}

/** By code unit, so that the order is the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** @param platforms none: all that the component was published for. */
function artifactsOf(
  component: Component,
  version: ReleaseVersion,
  platforms: readonly Platform[],
): readonly ReleaseArtifact[] {
  const places =
    component.platforms === 'none'
      ? PLATFORMS.slice(0, 1)
      : platformsOf(component, version).filter(
          (one) => platforms.length === 0 || platforms.some((other) => samePlatform(one, other)),
        );
  return places.map((platform) => releaseArtifact({ component: component.name, version, platform }));
}

function assertKnown(version: ReleaseVersion, { identity, publicKeyPem, policy }: AuditRequest): void {
  if (version.major !== TABLED.until[0]) {
    throw new RequestError(
      'release-not-found',
      `k8s-verify knows of no Kubernetes release ${formatReleaseVersion(version)}`,
      {
        wanted: `a release of v${TABLED.until[0]}, such as v1.30.2`,
        found: formatReleaseVersion(version),
        next: 'name another version, or stable for the newest one',
      },
    );
  }
  // Another signer may have signed what Kubernetes did not; that is asked when it is known who must have signed.
  if (identity === undefined && publicKeyPem === undefined && policy === undefined) assertSigned(version);
}

function nothingAsked({ components, platforms }: AuditRequest, version: ReleaseVersion): RequestError {
  const release = formatReleaseVersion(version);
  return new RequestError('platform-impossible', `${release} has no such file`, {
    wanted: `components and platforms that go together`,
    found: `${components.join(', ')} for ${platforms.length === 0 ? 'any platform' : platforms.join(', ')}`,
    next: `see what there is: k8s-verify list ${release} --all`,
  });
}

/** The policy of each component: it does not depend on the platform. */
async function policiesOf(
  artifacts: readonly ReleaseArtifact[],
  request: AuditRequest,
  client: Client,
): Promise<ReadonlyMap<string, Policy>> {
  const policies = new Map<string, Policy>();
  const forbidden = new Map<ReleaseArtifact, RequestError>();
  const one = new Map(artifacts.map((artifact) => [artifact.component, artifact]));
  for (const [component, artifact] of one) {
    try {
      const policy = await policyOf(request, { kind: 'released', artifact }, client);
      assertSignedBySome(policy, artifact.version);
      policies.set(component, policy);
    } catch (error) {
      const isForbidden = error instanceof RequestError && error.code === 'policy-forbids';
      // What is named is a request; the rest of a release is not, and its files are judged.
      if (!isForbidden || request.components.length > 0) throw error;
      forbidden.set(artifact, error);
    }
  }
  const [first] = forbidden.values();
  // A release of which nothing may be used is forbidden itself.
  if (first !== undefined && policies.size === 0) throw first;
  for (const [{ component, signers }] of forbidden)
    policies.set(component, await policyOf(request, { kind: 'local', signers }, client));
  return policies;
}

/** One look-up of a marker, however many policies need it. */
function rememberingAnswers(client: Client): Client {
  const { http } = client;
  const answers = new Map<string, ReturnType<typeof http.fetchSmall>>();
  const fetchSmall: typeof http.fetchSmall = async (request) => {
    const answer = answers.get(request.url) ?? http.fetchSmall(request);
    answers.set(request.url, answer);
    return answer;
  };
  return { ...client, http: withFetchSmall(http, fetchSmall) };
}
