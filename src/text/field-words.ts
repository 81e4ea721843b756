/** What an option of the command line is called in a request to the library. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['allow-digest', 'allowedDigests'],
  ['as', 'as'],
  ['bundle', 'bundle'],
  ['ca-file', 'caFile'],
  ['certificate', 'certificate'],
  ['check-sums', 'checkSums'],
  ['corroborate', 'corroborate'],
  ['data-dir', 'dataDirectory'],
  ['dry-run', 'dryRun'],
  ['extract', 'extract'],
  ['forget-name', 'forgetNames'],
  ['from-tarball', 'fromTarball'],
  ['install-dir', 'into'],
  ['lockfile', 'lockfile'],
  ['mirror', 'sources'],
  ['offline', 'offline'],
  ['output', 'output'],
  ['platform', 'platform'],
  ['policy', 'policyPath'],
  ['predicate-type', 'predicateTypes'],
  ['rekor-url', 'rekorUrl'],
  ['require-name', 'requireName'],
  ['root', 'root'],
  ['save-bundle', 'saveBundle'],
  ['sha256', 'sha256'],
  ['signature', 'signature'],
  ['timeout', 'timeoutMs'],
  ['trusted-root', 'trustedRoot'],
  ['tuf-root', 'tufRootPath'],
  ['tuf-url', 'tufUrl'],
  ['write', 'writeTo'],
]);

/** A whole command line, which stays what it is, or an option. */
const COMMAND_OR_OPTION =
  /\bk8s-verify [a-z][^;:,()]*|(?<=^|[\s(])--([a-z][a-z0-9-]*)(?: (?:FILE|URL|DIR|TYPE|NAME@VERSION)\b)?/g;

/**
 * Advice for a person at a command line, for the author of a program: `name it with --bundle FILE` names `bundle`. A command
 * that is given whole, as in `a name from k8s-verify list v1.36.0 --all`, stays one.
 */
export function inFieldWords(text: string): string {
  return text.replaceAll(COMMAND_OR_OPTION, (found, name?: string) => FIELDS.get(name ?? '') ?? found);
}
