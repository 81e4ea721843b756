/**
 * `owner/name` on GitHub of the repository whose releases are k8s-verify's own. The build puts what package.json says
 * in place of this file; a build that is told nothing knows none, and takes nobody's word for being it: an address
 * that is not ours could become anybody's.
 */
export const REPOSITORY: string | undefined = undefined;
