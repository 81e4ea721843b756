/**
 * `owner/name` on GitHub of the repository whose releases are k8s-verify's own. The build puts what package.json says
 * in place of this file. A build without that knows no repository and assumes none, because anyone could register an
 * address that is not ours.
 */
export const REPOSITORY: string | undefined = undefined;
