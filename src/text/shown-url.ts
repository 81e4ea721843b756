/**
 * URLs without secrets, for messages, results and logs. User names and passwords are left out, and so is the query,
 * which contains the signature of a signed URL. A password may contain characters that end a host (`/`, `?`, `#`), so
 * everything up to the last `@` is left out.
 */

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const END_OF_HOST = /[/?#]/;

/** A URL, or the text that was given as one, without secrets. */
export function shownUrl(url: string | URL): string {
  const { scheme, userInfo, rest } = splitUrl(String(url));
  const isPlain = userInfo === undefined || !END_OF_HOST.test(userInfo);
  return `${scheme}${isPlain ? '' : '...@'}${withoutQuery(rest)}`;
}

/** User name and password of a URL, not decoded; undefined if it has none. */
export function userInfoOf(url: string): string | undefined {
  return splitUrl(url).userInfo;
}

/**
 * A quoted text without the user names and passwords of URLs in it. Everything up to the last "@" of the line is left
 * out, so that no part of a password stays. Only an "@" after a plain host is certainly part of a path, as in the
 * identity of a workflow ("https://github.com/.../release.yml@refs/tags/v1").
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
