/** Needs no quotes in a POSIX shell. A shell gives a meaning to `~` and `=` where they come first. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./~-]*$/;
/** The same in PowerShell, which splits some words that begin with `-`. */
const PLAIN_IN_POWERSHELL = /^(?:-{0,2}[\w-]+|[\w./\\][\w:./\\+=-]*)$/;

/**
 * A word as a shell has to be given it: of PowerShell on Windows, else of POSIX.
 *
 * @param platform as `process.platform`; for tests
 */
export function quoted(word: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') {
    return PLAIN_IN_POWERSHELL.test(word)
      ? word
      : `'${word.replaceAll(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
  }
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
