/**
 * URLs as messages, results and logs show them: without what may be secret in them. User names and passwords are left
 * out, and so is the query, in which signed URLs carry their signature. A password may hold the characters that end a
 * host (`/`, `?`, `#`): then everything up to the last `@` is left out, rather than that a part of it is shown.
 */

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const END_OF_HOST = /[/?#]/;

/** A URL as it was given, or what was given in place of one, without secrets. */
export function shownUrl(url: string | URL): string {
  const { scheme, userInfo, rest } = splitUrl(String(url));
  const isPlain = userInfo === undefined || !END_OF_HOST.test(userInfo);
  return `${scheme}${isPlain ? '' : '...@'}${withoutQuery(rest)}`;
}

/** User name and password of a URL as they were given, not decoded; undefined where it has none. */
export function userInfoOf(url: string): string | undefined {
  return splitUrl(url).userInfo;
}

/**
 * A quoted text with the user names and passwords of the URLs in it left out. Rather more is left out than that a part
 * of a password stays: up to the last "@" of the line. Only an "@" behind a plain host is surely part of a path, as in
 * the identity of a workflow ("https://github.com/.../release.yml@refs/tags/v1").
 */
export function withoutPasswords(text: string): string {
  return text.replace(
    /([a-z][a-z0-9+.-]{0,15}:\/\/)(?!(?:\[[^\]@]*\]|[^/?#@:]*)(?:[/?#]|$))[^\n]*@/gi,
    '$1...@',
  );
}

function splitUrl(text: string): { scheme: string; userInfo: string | undefined; rest: string } {
  const scheme = SCHEME.exec(text)?.[0] ?? '';
  const behind = text.slice(scheme.length);
  const at = behind.lastIndexOf('@');
  const host = behind.split(END_OF_HOST, 1)[0] ?? '';
  // "https://host/@scope": the host is plain, so that the "@" is part of the path.
  const isPath = scheme !== '' && /^(?:\[[^\]@]*\]|[^:@]*)$/.test(host);
  if (at === -1 || isPath) return { scheme, userInfo: undefined, rest: behind };
  return { scheme, userInfo: behind.slice(0, at), rest: behind.slice(at + 1) };
}

function withoutQuery(text: string): string {
  return text.replace(/[?#].*$/s, (behind) => (behind.startsWith('?') && behind !== '?' ? '?...' : ''));
}
