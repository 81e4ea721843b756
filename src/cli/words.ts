/** The words of a command line, and how they are shown as one to type. */
import { withoutPasswords } from '../text/shown-url.ts';

/** The words that may be options: those before `--`. */
export function beforeDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end === -1 ? words : words.slice(0, end);
}

/** Needs no quotes in any shell. */
const PLAIN = /^[\w@%+=:,./~-]+$/;
/** A user name and a password, perhaps, without the scheme that would tell. */
const MAY_BE_SECRET = /^[^@]*:[^@]*@/;

/**
 * A command line as it would be typed, without the passwords of URLs; undefined where a word of it cannot be shown as it
 * is.
 */
export function commandText(words: readonly string[]): string | undefined {
  const parts = words.map(typed);
  return parts.includes(undefined) ? undefined : ['k8s-verify', ...parts].join(' ');
}

function typed(word: string): string | undefined {
  const shown = withoutPasswords(word);
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}']/u.test(shown)) return undefined;
  if (MAY_BE_SECRET.test(shown) && !shown.includes('://...@')) return undefined;
  return PLAIN.test(shown) ? shown : `'${shown}'`;
}
