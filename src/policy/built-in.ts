import { KUBERNETES_RELEASE_SIGNERS, type VersionRange } from '../release/signer.ts';
import { formatReleaseVersion } from '../release/version.ts';

/** The `$id` of docs/policy.schema.json: a name, since k8s-verify owns no address that it could promise to keep. */
const POLICY_SCHEMA = 'urn:k8s-verify:schema:policy:1';

/**
 * What a run is under where no policy file is named, as a policy file says it: the signers of the Kubernetes releases,
 * each for the releases that it has signed.
 *
 * @returns JSON, with a line break at the end.
 */
export function builtInPolicy(): string {
  const policy = {
    $schema: POLICY_SCHEMA,
    schemaVersion: 1,
    identities: KUBERNETES_RELEASE_SIGNERS.map(
      ({ identity: { subjectAlternativeName, issuer }, ranges }) => ({
        subjectAlternativeName,
        issuer,
        versions: ranges.map(rangeText),
      }),
    ),
  };
  return `${JSON.stringify(policy, undefined, 2)}\n`;
}

/** As `version-range.ts` reads it. */
function rangeText({ since, until, withinMinor }: VersionRange): string {
  return [
    ...(withinMinor ? [`${since.major}.${since.minor}`] : []),
    `>=${formatReleaseVersion(since)}`,
    ...(until === undefined ? [] : [`<=${formatReleaseVersion(until)}`]),
  ].join(' ');
}
