/** What a policy file does with a request; loaded only where there is one. */
import type { Client } from '../client.ts';
import type { OpenPolicy } from '../policy/open-policy.ts';
import type { ClaimPolicy, PatchesBehind, Policy } from '../policy/policy.ts';
import { assertComponentIn, assertSignerIn, forbidden, ruledPolicy, signersBy } from '../policy/rules.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { type ArtifactKind, COMPONENTS } from '../release/component.ts';
import type { ReleaseVersion } from '../release/version.ts';
import { isDirectory } from '../source/directory-source.ts';
import type { ReleaseSource } from '../source/release-source.ts';
import { shownUrl } from '../text/shown-url.ts';
import { sourceAt } from './mirror-place.ts';
import { patchesBehind } from './patches-behind.ts';
import type { PolicyRequest, PolicySubject } from './policy-subject.ts';
import { DEFAULT_SOURCE, type NetworkRequest } from './request.ts';
import { signerOf } from './who-must-have-signed.ts';

/**
 * The policy of a subject under a policy file.
 *
 * @throws as `policyOf`
 */
export async function underFile(
  opened: OpenPolicy,
  request: PolicyRequest,
  subject: PolicySubject,
  { claim, builtIn }: { readonly claim: ClaimPolicy; readonly builtIn: ReleaseArtifact['signers'] },
  client: Client,
): Promise<Policy> {
  const named = namedBy(subject);
  const { identity, publicKeyPem, releaseWorkflow } = request;
  const isSignerAsked = identity !== undefined || publicKeyPem !== undefined || releaseWorkflow !== undefined;
  const signer = signerOf(request, isSignerAsked ? builtIn : (signersBy(opened, named) ?? builtIn));
  assertSignerIn(opened, signer);
  assertSources(opened, request, subject.kind === 'released');
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
 * Refuses what the policy file forbids whatever the version.
 *
 * @throws RequestError `policy-forbids`
 */
export function assertMayAskUnder(
  opened: OpenPolicy,
  request: PolicyRequest,
  components: readonly string[],
  client: Client,
): void {
  assertSources(opened, request, true);
  for (const component of components) assertComponentIn(opened, component, client.clock.now());
}

/**
 * Where no source is named, those of the policy file count.
 *
 * @param isNeeded whether the request cannot do without any.
 * @throws RequestError `policy-forbids`
 */
function assertSources(
  { file, origin }: OpenPolicy,
  { sources = [DEFAULT_SOURCE] }: NetworkRequest,
  isNeeded: boolean,
): void {
  if (file.sources === undefined) return;
  const allowed = file.sources;
  const other = sources.map(placeOf).find((place) => !allowed.includes(place));
  const none = sources.length === 0 && isNeeded ? 'none of them on this machine' : undefined;
  const found = other === undefined ? none : shownUrl(other);
  if (found === undefined) return;
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

/** The same request with what the policy file adds to it; tells what a person should know of the file. */
export function requestUnder<Request extends PolicyRequest>(
  opened: OpenPolicy,
  request: Request,
  client: Client,
): Request {
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
