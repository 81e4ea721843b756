/** `--k8s-verify-release`: the identity that signs the releases of k8s-verify itself, as `docs/bootstrap.md` has it. */
import { excerpt } from '../text/excerpt.ts';
import { RequestError } from '../errors.ts';
import { isReleaseTag, type ReleaseWorkflow, workflowAtTag } from '../policy/release-workflow.ts';
import { REPOSITORY } from '../text/repository.ts';
import type { VerifyRequest } from '../plan/request.ts';
import type { CommandLine } from './command-line.ts';
import type { OptionName } from './options.ts';
import { theValue } from './shared-arguments.ts';

const OPTION = 'k8s-verify-release';

/** The workflow whose job signs; a test holds it to the file, and to what the file does. */
const WORKFLOW_FILE = '.github/workflows/release.yml';
/** Who vouches for jobs of GitHub's runners. */
const ISSUER = 'https://token.actions.githubusercontent.com';

const OTHER_SIGNERS: readonly OptionName[] = ['certificate-identity', 'certificate-oidc-issuer', 'key'];

export type OwnRelease = Pick<VerifyRequest, 'identity' | 'releaseWorkflow'>;

/**
 * Any release of k8s-verify, or with a value the one of that version: then the identity is one whole string.
 *
 * @param repository `owner/name`; undefined where this build does not know it
 * @throws RequestError `usage`
 */
export function readOwnRelease(line: CommandLine, repository: string | undefined = REPOSITORY): OwnRelease {
  if (!line.switches.has(OPTION)) return {};
  assertAlone(line);
  const { workflow, issuer } = ownWorkflow(repository);
  const version = theValue(line, OPTION);
  if (version === undefined) return { releaseWorkflow: { workflow, issuer } };
  return { identity: { subjectAlternativeName: workflowAtTag(workflow, tagOf(version)), issuer } };
}

function assertAlone(line: CommandLine): void {
  const other = OTHER_SIGNERS.find((name) => line.values.has(name));
  if (other === undefined) return;
  throw new RequestError('usage', `--${OPTION} and --${other} contradict each other`, {
    expected: 'one signer',
    found: 'both',
    why: `--${OPTION} names the signer and the issuer already`,
    advice: `leave out one of them; without --${OPTION} any identity or key can be named`,
  });
}

function ownWorkflow(repository: string | undefined): ReleaseWorkflow {
  if (repository !== undefined) {
    return { workflow: `https://github.com/${repository}/${WORKFLOW_FILE}`, issuer: ISSUER };
  }
  throw new RequestError('usage', 'this build of k8s-verify does not know the repository that it is from', {
    expected: 'a released k8s-verify, whose build was told its repository',
    found: 'a build from a source tree whose package.json names none',
    why: 'an address that nobody is known to own must not be believed',
    advice:
      `name the signer yourself: --certificate-identity https://github.com/OWNER/REPOSITORY/${WORKFLOW_FILE}` +
      `@refs/tags/vX.Y.Z --certificate-oidc-issuer ${ISSUER}; docs/bootstrap.md says more`,
  });
}

function tagOf(version: string): string {
  const tag = version.startsWith('v') ? version : `v${version}`;
  if (isReleaseTag(tag)) return tag;
  throw new RequestError('usage', `--${OPTION} took ${excerpt(version)} as a version of k8s-verify`, {
    expected: 'v1.2.3, or nothing for any release',
    found: excerpt(version),
    advice: `write --${OPTION} behind the file`,
  });
}
