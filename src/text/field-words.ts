/** What an option of the command line is called in a request to the library. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['bundle', 'bundle'],
  ['ca-file', 'caFile'],
  ['certificate', 'certificate'],
  ['check-sums', 'checkSums'],
  ['dry-run', 'dryRun'],
  ['extract', 'extract'],

  ['forget-name', 'forgetNames'],
  ['from-tarball', 'fromTarball'],
  ['install-dir', 'into'],
  ['mirror', 'sources'],
  ['output', 'output'],
  ['platform', 'platform'],
  ['predicate-type', 'predicateTypes'],
  ['rekor-url', 'rekorUrl'],
  ['require-name', 'requireName'],
  ['data-dir', 'dataDirectory'],
  ['save-bundle', 'saveBundle'],
  ['sha256', 'sha256'],
  ['signature', 'signature'],
  ['timeout', 'timeoutMs'],
  ['trusted-root', 'trustedRoot'],
  ['tuf-root', 'tufRootPath'],
  ['tuf-url', 'tufUrl'],
]);

const OPTION = /(?<=^|[\s(])--([a-z][a-z0-9-]*)(?: (?:FILE|URL|DIR|TYPE)\b)?/g;

/** Advice for a person at a command line, for the author of a program: `name it with --bundle FILE` names `bundle`. */
export function inFieldWords(text: string): string {
  return text.replaceAll(OPTION, (option, name: string) => FIELDS.get(name) ?? option);
}
