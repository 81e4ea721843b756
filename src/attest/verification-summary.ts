import { builtInPolicy } from '../policy/built-in.ts';
import type { PolicyUse } from '../policy/policy.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import { writeName } from '../release/written-name.ts';
import type { ReleaseAudit } from '../release-result.ts';
import type { ArtifactResult, RunResult, TrustedRootReport } from '../result.ts';
import { PUBLISHER } from '../source/http-source.ts';
import { digestOf } from '../strict/digest.ts';
import { VERSION } from '../text/version.ts';
import { isoSeconds } from '../trust/root-age.ts';
import { verdictOf } from '../verdict.ts';
import { auditedFile } from './audited-file.ts';
import { below, digestUri, evidenceUri, fileUri, locationUri, partOf, releasedUri } from './resource-uri.ts';
import { type ResourceDescriptor, type VerificationSummary, VERIFIER } from './statement.ts';
import type { Verified } from './verified.ts';

/** What summaries need to know of their run. */
export interface SummaryContext {
  /** When it was verified; default: now. */
  readonly time?: Date;
  /** The release server, or the mirror, that was asked first. It tells where a file is that needed no download. */
  readonly server?: string | undefined;
}

/** Names of inputs, which tell them apart. */
const BUNDLE = 'bundle';
const MANIFEST_BUNDLE = `${MANIFEST_NAME}.sigstore.json`;

/**
 * Verification summaries (SLSA VSA, in-toto statements) of what a run has verified. They prove nothing until you sign them.
 *
 * A summary is about a digest and a URI: a file that has passed under one URI has not passed under another. A file from
 * a release has the URI that it was downloaded from, or would have been; a file that was here, its `file:` URL; a digest
 * alone, its name by RFC 6920 (`ni:`).
 *
 * @param result of {@link install}, {@link verify} or {@link release}, or single results and errors of several runs.
 * @returns one for each, in their order. Left out is what cannot have one: an error that says nothing of an artifact, or of
 *   one whose digest is not known; a released file whose published evidence contradicts itself (`inconsistent`); and an
 *   artifact of which only a statement is proved (`attested`).
 */
export function verificationSummaries(
  result: RunResult | ReleaseAudit | readonly Verified[],
  context: SummaryContext = {},
): readonly VerificationSummary[] {
  return verifiedOf(result)
    .map((one) => summaryOf(one, context))
    .filter((one) => one !== undefined);
}

function verifiedOf(result: RunResult | ReleaseAudit | readonly Verified[]): readonly Verified[] {
  if ('artifacts' in result) return result.artifacts.map((artifact) => ({ kind: 'proved', artifact }));
  return 'results' in result ? result.results.map(auditedFile) : result;
}

/** One of {@link verificationSummaries}; undefined where there can be none. */
export function summaryOf(one: Verified, context: SummaryContext = {}): VerificationSummary | undefined {
  return one.kind === 'proved' ? passed(one, context) : failed(one, context);
}

type Proved = Extract<Verified, { readonly kind: 'proved' }>;
type Failed = Extract<Verified, { readonly kind: 'failed' }>;

function passed({ artifact, asked }: Proved, context: SummaryContext): VerificationSummary | undefined {
  // A statement by the signer says what its predicate says, and not that the file was released.
  if (artifact.claim !== 'genuine') return undefined;
  const { sha256, component, version, platform, policy, trustedRoot } = artifact;
  const isBound = isNameSigned(artifact);
  const name =
    isBound && component !== undefined && version !== undefined
      ? { name: writeName({ component, version, platform }) }
      : {};
  return statement({
    subject: { ...name, digest: { sha256 } },
    context,
    resourceUri: resourceOf(artifact, asked, context),
    policy: policyOf(policy),
    outcome: {
      inputAttestations: inputsOf(artifact),
      verificationResult: 'PASSED',
      verifiedLevels: ['SLSA_BUILD_LEVEL_UNEVALUATED', ...(isBound ? ['K8S_NAME_BOUND'] : [])],
    },
    trustedRoot,
  });
}

/** A digest that you demanded binds a name for you; others can rely only on what is signed. */
function isNameSigned({ name }: ArtifactResult): boolean {
  return name?.by.some((source) => source === 'release-manifest' || source === 'binary') === true;
}

/**
 * A verification that failed. Where nothing was learnt there is no summary: FAILED would say of a genuine file, signed and
 * for years, that it did not pass.
 */
function failed(
  { error, asked, policy, trustedRoot }: Failed,
  context: SummaryContext,
): VerificationSummary | undefined {
  const verdict = verdictOf(error);
  const isJudged = verdict === 'refused' || verdict === 'unsigned' || verdict === 'not-allowed';
  const sha256 = error.subject?.sha256 ?? digestAsked(asked);
  if (!isJudged || sha256 === undefined) return undefined;
  return statement({
    subject: { digest: { sha256 } },
    context,
    resourceUri: failedResource({ error, asked }, sha256, context),
    policy: policyOf(policy),
    outcome: { verificationResult: 'FAILED', verifiedLevels: ['FAILED'] },
    trustedRoot,
    reason: error.code,
  });
}

interface Parts {
  readonly subject: VerificationSummary['subject'][0];
  readonly context: SummaryContext;
  readonly resourceUri: string;
  readonly policy: VerificationSummary['predicate']['policy'];
  readonly outcome: Pick<
    VerificationSummary['predicate'],
    'inputAttestations' | 'verificationResult' | 'verifiedLevels'
  >;
  readonly trustedRoot: TrustedRootReport | undefined;
  readonly reason?: string;
}

function statement({ context, outcome, ...parts }: Parts): VerificationSummary {
  const { subject, resourceUri, policy, trustedRoot, reason } = parts;
  return {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/verification_summary/v1',
    predicate: {
      verifier: { id: VERIFIER, version: { 'k8s-verify': VERSION } },
      timeVerified: isoSeconds(context.time ?? new Date()),
      resourceUri,
      policy,
      ...outcome,
      slsaVersion: '1.2',
      ...(trustedRoot === undefined ? {} : { 'urn:k8s-verify:trusted-root': rootOf(trustedRoot) }),
      ...(reason === undefined ? {} : { 'urn:k8s-verify:reason': reason }),
    },
    // Last, so that every line begins with what tells whose it is.
    subject: [subject],
  };
}

function resourceOf(
  artifact: ArtifactResult,
  asked: string | undefined,
  { server = PUBLISHER }: SummaryContext,
): string {
  const { source, fromTarball, outcome, path, sha256, component, version, platform } = artifact;
  if (outcome === 'verified' || asked !== undefined) return askedUri(asked ?? path, sha256);
  if (fromTarball !== undefined && version !== undefined) {
    const { name, member } = fromTarball;
    return partOf(
      source === undefined ? below(server, `release/${version}/${name}`) : locationUri(source),
      member,
    );
  }
  if (source !== undefined) return locationUri(source);
  // The path is that of a directory, and where the archive was is not known.
  if (outcome === 'extracted') return digestUri(sha256);
  const released =
    component === undefined || version === undefined
      ? undefined
      : releasedUri({ component, version, platform }, server);
  return released ?? askedUri(path, sha256);
}

function failedResource(
  { error: { subject }, asked }: Pick<Failed, 'error' | 'asked'>,
  sha256: string,
  { server = PUBLISHER }: SummaryContext,
): string {
  if (asked !== undefined) return askedUri(asked, sha256);
  const { component, version, platform } = subject ?? {};
  if (component === undefined || version === undefined) return digestUri(sha256);
  return releasedUri({ component, version, platform }, server) ?? digestUri(sha256);
}

function askedUri(asked: string | undefined, sha256: string): string {
  return asked === undefined || digestAsked(asked) !== undefined ? digestUri(sha256) : fileUri(asked);
}

function digestAsked(asked: string | undefined): string | undefined {
  return /^sha256:(?<hex>[0-9a-f]{64})$/i.exec(asked ?? '')?.groups?.['hex']?.toLowerCase();
}

/** The built-in policy is a file too, which `policy show` prints. */
function policyOf(
  policy: (Pick<PolicyUse, 'path' | 'sha256'> & Partial<PolicyUse>) | undefined,
): VerificationSummary['predicate']['policy'] {
  const mediaType = 'application/json';
  if (policy === undefined) {
    const sha256 = digestOf(Buffer.from(builtInPolicy(), 'utf8'), 'sha256').hex;
    return { uri: 'urn:k8s-verify:policy:built-in', digest: { sha256 }, mediaType };
  }
  const { path, sha256, exceptions = [], patchesBehind } = policy;
  const annotations = {
    ...(exceptions.length === 0 ? {} : { exceptions }),
    ...(patchesBehind === undefined ? {} : { patchesBehind }),
  };
  return {
    uri: path === undefined ? 'urn:k8s-verify:policy:given' : fileUri(path),
    digest: { sha256 },
    mediaType,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** All that the proof rests on: the bundle, and where the release manifest proves or names the file, that and its bundle. */
function inputsOf(artifact: ArtifactResult): readonly ResourceDescriptor[] {
  const { evidence, bundleSha256, name } = artifact;
  const isListed = evidence.kind === 'release-manifest';
  const manifest = isListed ? evidence.sha256 : name?.manifestSha256;
  const manifestBundle = isListed ? undefined : name?.manifestBundleSha256;
  return [
    bundleOf(artifact, isListed ? MANIFEST_BUNDLE : BUNDLE),
    ...(manifest === undefined
      ? []
      : [
          {
            name: MANIFEST_NAME,
            ...(isListed ? { uri: locationUri(evidence.location) } : {}),
            digest: { sha256: manifest },
          },
        ]),
    ...(manifestBundle === undefined || manifestBundle === bundleSha256
      ? []
      : [{ name: MANIFEST_BUNDLE, digest: { sha256: manifestBundle } }]),
  ];
}

function bundleOf(
  { evidence, bundlePath, bundleSha256, signedAt, logEntries }: ArtifactResult,
  name: string,
): ResourceDescriptor {
  const uri = bundlePath === undefined ? undefined : fileUri(bundlePath);
  const found = evidence.kind === 'bundle' ? evidenceUri(evidence.location) : undefined;
  const where = uri ?? found;
  return {
    name,
    ...(where === undefined ? {} : { uri: where }),
    digest: { sha256: bundleSha256 },
    annotations: {
      ...(signedAt === undefined ? {} : { signedAt }),
      logEntries: logEntries.map(({ logId, logIndex }) => ({ logId, logIndex })),
    },
  };
}

function rootOf({ source, path, asOf, tufVersion, sha256 }: TrustedRootReport): ResourceDescriptor {
  const annotations = {
    ...(asOf === undefined ? {} : { asOf }),
    ...(tufVersion === undefined ? {} : { tufVersion }),
  };
  return {
    uri: path === undefined ? `urn:k8s-verify:trusted-root:${source}` : fileUri(path),
    digest: { sha256 },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}
