/** A GitHub workflow that publishes releases: it counts as the same signer at every version tag. */
export interface ReleaseWorkflow {
  /**
   * Where the workflow is: `https://github.com/<owner>/<repository>/.github/workflows/<file>`, the whole string, not
   * a pattern.
   */
  readonly workflow: string;
  /** The OIDC issuer; a whole string. */
  readonly issuer: string;
}

/** `vX.Y.Z` as in Semantic Versioning, without pre-release and build: 1.02.3 is not a version. */
const RELEASE_TAG = /^v(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)$/;

export function isReleaseTag(text: string): boolean {
  return RELEASE_TAG.test(text);
}

/**
 * The certificate's name for a run of the workflow at that tag (Fulcio: `job_workflow_ref` after GitHub's address).
 */
export function workflowAtTag(workflow: string, tag: string): string {
  return `${workflow}@refs/tags/${tag}`;
}

/**
 * The tag at which the workflow signed, or undefined for any other name: another workflow, a branch, or a tag that is
 * not a version. Everything before the tag is compared as a whole string, so there is no pattern to get wrong.
 */
export function releaseTagOf(name: string, { workflow }: ReleaseWorkflow): string | undefined {
  const prefix = workflowAtTag(workflow, '');
  const tag = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return isReleaseTag(tag) ? tag : undefined;
}
