/**
 * The one place where it is decided what must hold for an artifact: who must have signed, and what the policy file of the
 * run demands. A proof needs a policy, so that no command can prove anything without asking here.
 */
import type { Client } from '../client.ts';
import { RequestError, UnavailableError } from '../errors.ts';
import type { ClaimPolicy, PatchesBehind, Policy } from '../policy/policy.ts';
import type { OpenPolicy } from '../policy/open-policy.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { type ArtifactKind, COMPONENTS } from '../release/component.ts';
import { allReleaseSigners, assertSigned } from '../release/signer.ts';
import { formatReleaseVersion, type ReleaseVersion } from '../release/version.ts';
import { shownUrl } from '../text/shown-url.ts';
import { isDirectory } from '../source/directory-source.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import { sourceAt } from './mirror-place.ts';
import { DEFAULT_SOURCE, type NetworkRequest, type TrustRequest, type VerifyRequest } from './request.ts';
import { resolveVersion } from './resolve-version.ts';
import { signerOf } from './who-must-have-signed.ts';

/** The parts of a request that a policy is made from. */
export type PolicyRequest = TrustRequest &
  NetworkRequest &
  Pick<VerifyRequest, 'releaseWorkflow' | 'predicateTypes'> & { readonly signal?: AbortSignal };

/** What a policy is asked for. */
export type PolicySubject =
  | {
      readonly kind: 'released';
      readonly artifact: Pick<ReleaseArtifact, 'component' | 'kind' | 'version' | 'signers'>;
      /** The component that is taken out of the artifact, if it is not used itself. */
      readonly member?: string;
      /** The digest (hex) that is demanded of it. */
      readonly demanded?: string | undefined;
    }
  /** A file or a digest that is here, and what it must be by name, if that is asked for. */
  | {
      readonly kind: 'local';
      readonly as?: { readonly component: string; readonly version: ReleaseVersion } | undefined;
      readonly demanded?: string | undefined;
      /** Who signs the release that it is of; default: anyone who has ever signed one. */
      readonly signers?: ReleaseArtifact['signers'];
    };

/**
 * Who must have signed the subject, what they must have signed, and what the policy file demands.
 *
 * @throws RequestError `policy-forbids` for a request that the policy file forbids; `usage` for signers that exclude each
 *   other; UnavailableError where a version marker that the policy file needs cannot be fetched.
 */
export async function policyOf(
  request: PolicyRequest,
  subject: PolicySubject,
  client: Client,
): Promise<Policy> {
  const { predicateTypes = [] } = request;
  const claim: ClaimPolicy = predicateTypes.length === 0 ? {} : { predicateTypes };
  const builtIn =
    subject.kind === 'released' ? subject.artifact.signers : (subject.signers ?? allReleaseSigners());
  const opened = await request.policy?.open();
  if (opened === undefined) return { ...signerOf(request, builtIn), ...claim, rules: undefined };
  return underFile(opened, request, subject, { claim, builtIn }, client);
}

/**
 * Refuses a release that no signer is known for. Another one, of the request or of the policy file, may well have signed
 * what Kubernetes itself did not.
 *
 * @throws UntrustedError `signature-not-published`
 */
export function assertSignedBySome(policy: Policy, version: ReleaseVersion): void {
  if (policy.kind === 'certificate-identity' && policy.identities.length === 0) assertSigned(version);
}

async function underFile(
  opened: OpenPolicy,
  request: PolicyRequest,
  subject: PolicySubject,
  { claim, builtIn }: { readonly claim: ClaimPolicy; readonly builtIn: ReleaseArtifact['signers'] },
  client: Client,
): Promise<Policy> {
  const { assertSignerIn, ruledPolicy, signersBy } = await import('../policy/rules.ts');
  const named = namedBy(subject);
  const { identity, publicKeyPem, releaseWorkflow } = request;
  const isSignerAsked = identity !== undefined || publicKeyPem !== undefined || releaseWorkflow !== undefined;
  const signer = signerOf(request, isSignerAsked ? builtIn : (signersBy(opened, named) ?? builtIn));
  assertSignerIn(opened, signer);
  await assertSources(opened, request, subject.kind === 'released');
  const behind = (version: ReleaseVersion): Promise<PatchesBehind> => patchesBehind(version, request, client);
  const { demanded } = subject;
  const ruled = { named, demanded, behind, isSignerAsked, now: client.clock.now() };
  return ruledPolicy(opened, ruled, signer, claim);
}

function namedBy(subject: PolicySubject):
  | {
      readonly component: string;
      readonly version: ReleaseVersion;
      readonly kind: ArtifactKind | undefined;
    }
  | undefined {
  if (subject.kind === 'released') {
    const { component, version, kind } = subject.artifact;
    return { component: subject.member ?? component, version, kind };
  }
  const { as } = subject;
  return as === undefined
    ? undefined
    : { ...as, kind: COMPONENTS.find(({ name }) => name === as.component)?.kind };
}

/**
 * Refuses what the policy file forbids whatever the version, before even a version such as `stable` is looked up.
 *
 * @throws RequestError `policy-forbids`
 */
export async function assertMayAsk(
  request: PolicyRequest,
  components: readonly string[],
  client: Client,
): Promise<void> {
  const opened = await request.policy?.open();
  if (opened === undefined) return;
  const { assertComponentIn } = await import('../policy/rules.ts');
  await assertSources(opened, request, true);
  for (const component of components) assertComponentIn(opened, component, client.clock.now());
}

/**
 * Where no source is named, those of the policy file count.
 *
 * @param isNeeded whether the request cannot do without any.
 * @throws RequestError `policy-forbids`
 */
async function assertSources(
  { file, origin }: OpenPolicy,
  { sources = [DEFAULT_SOURCE] }: NetworkRequest,
  isNeeded: boolean,
): Promise<void> {
  if (file.sources === undefined) return;
  const allowed = file.sources;
  const other = sources.map(placeOf).find((place) => !allowed.includes(place));
  const none = sources.length === 0 && isNeeded ? 'none of them on this machine' : undefined;
  const found = other === undefined ? none : shownUrl(other);
  if (found === undefined) return;
  const { forbidden } = await import('../policy/rules.ts');
  throw forbidden(origin, { demand: undefined, wanted: `files from ${allowed.join(', ')}`, found });
}

/** As a policy file writes it: without a password and without a slash at its end. */
function placeOf(source: NonNullable<NetworkRequest['sources']>[number]): string {
  if (typeof source !== 'string') return source.shown;
  const url = URL.parse(source);
  if (url === null) return source;
  url.username = '';
  url.password = '';
  return url.href.replace(/\/+$/, '');
}

/**
 * The same request with what the policy file adds to it: its sources where none is named, and the age of the trusted
 * root. Tells what a person should know of the policy file.
 */
export async function underPolicy<Request extends PolicyRequest>(
  request: Request,
  client: Client,
): Promise<Request> {
  const opened = await request.policy?.open();
  if (opened === undefined) return request;
  for (const one of opened.takeNotes()) client.report({ kind: 'note', ...one });
  const { sources, identities } = opened.file;
  const isPublisherIn =
    identities === undefined && (sources === undefined || sources.includes(DEFAULT_SOURCE));
  return {
    ...request,
    ...(request.sources === undefined && sources !== undefined
      ? { sources: sources.flatMap(placeHere) }
      : {}),
    ...(isPublisherIn ? {} : { mayAskPublisher: false }),
  };
}

/** A directory that only other machines have is no source here. */
function placeHere(source: string): readonly (string | ReleaseSource)[] {
  return URL.canParse(source) || isDirectory(source) ? [sourceAt(source)] : [];
}

/** The newest patch release of the version's minor, by a version marker, which is not signed. */
async function patchesBehind(
  version: ReleaseVersion,
  request: PolicyRequest,
  client: Client,
): Promise<PatchesBehind> {
  // Its answer is no version that was asked for.
  const quiet: Client = {
    ...client,
    report: (event) => (event.kind === 'resolved' ? undefined : client.report(event)),
  };
  if (request.sources?.length === 0) {
    throw new UnavailableError('mirror-incomplete', 'the newest patch release is not known', {
      wanted: 'a source with version markers, for maxPatchesBehind of the policy',
      found: 'no source',
      next: 'name one with --mirror URL',
    });
  }
  const { major, minor, patch, prerelease } = version;
  try {
    const newest = await resolveVersion(`${major}.${minor}`, request, quiet);
    const distance = newest.patch - patch + (prerelease === undefined ? 0 : 1);
    return { count: Math.max(0, distance), newest: formatReleaseVersion(newest) };
  } catch (error) {
    // A minor that has pre-releases only.
    if (!(error instanceof RequestError) || error.code !== 'release-not-found') throw error;
    return { count: 0, newest: formatReleaseVersion(version) };
  }
}
