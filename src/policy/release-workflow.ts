/** A GitHub workflow that publishes releases: at every version tag it counts as the same signer. */
export interface ReleaseWorkflow {
  /** Where the workflow is: `https://github.com/<owner>/<repository>/.github/workflows/<file>`, whole, no pattern. */
  readonly workflow: string;
  /** Who vouches for it; a whole string. */
  readonly issuer: string;
}

/** `vX.Y.Z` as Semantic Versioning has it, without pre-release and build: 1.02.3 is no version. */
const RELEASE_TAG = /^v(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)$/;

export function isReleaseTag(text: string): boolean {
  return RELEASE_TAG.test(text);
}

/** The certificate's name for a run of the workflow at that tag (Fulcio: `job_workflow_ref` behind GitHub's address). */
export function workflowAtTag(workflow: string, tag: string): string {
  return `${workflow}@refs/tags/${tag}`;
}

/**
 * The tag at which the workflow signed, or undefined where the name is any other: of another workflow, of a branch, of
 * a tag that is no version. What comes before the tag is compared whole; there is no pattern to get wrong.
 */
export function releaseTagOf(name: string, { workflow }: ReleaseWorkflow): string | undefined {
  const prefix = workflowAtTag(workflow, '');
  const tag = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return isReleaseTag(tag) ? tag : undefined;
}
