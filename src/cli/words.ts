/** The words of a command line, and how they are shown as one to type. */
import { quoted } from '../text/quoted.ts';
import { withoutPasswords } from '../text/shown-url.ts';

/** The words that may be options: those before `--`. */
export function beforeDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end === -1 ? words : words.slice(0, end);
}

/** A word as it is, or one that the shell has to read first, such as `~/.local/bin`. */
export type Word = string | { readonly expanded: string };

/** A user name and a password, perhaps, without the scheme that would tell. */
const MAY_BE_SECRET = /^[^@]*:[^@]*@/;
/** The query of a URL, which may be a signature. */
const QUERY = /^((?:--[\w-]+=)?[a-z][a-z0-9+.-]*:\/\/[^?]*)\?.+$/is;

/**
 * A command line as it would be typed, without the passwords and queries of URLs; undefined where a word of it cannot be
 * shown as it is.
 */
export function commandText(words: readonly Word[]): string | undefined {
  const parts = words.map((word) => (typeof word === 'string' ? typed(word) : word.expanded));
  return parts.includes(undefined) ? undefined : ['k8s-verify', ...parts].join(' ');
}

function typed(word: string): string | undefined {
  const shown = withoutPasswords(word).replace(QUERY, '$1?...');
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(shown)) return undefined;
  if (MAY_BE_SECRET.test(shown) && !shown.includes('://...@')) return undefined;
  return quoted(shown);
}
