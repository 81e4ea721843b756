/**
 * Reads a proxy URL the way people write it into a variable: with `DOMAIN\user`, with `/`, `?` or `#` in a password,
 * with a path after the port. The URL standard takes some of these for another host and rejects others.
 */
import { decodePercent } from '../text/percent.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export type ProxyUrl =
  | {
      readonly kind: 'read';
      /** Only scheme, host and port. */
      readonly url: URL;
      /** Percent-decoded. */
      readonly credentials?: Credentials;
    }
  /** `problem` says what is wrong, if possible which character. It never quotes a user name or password. */
  | { readonly kind: 'unreadable'; readonly problem: string };

const SCHEMES: Readonly<Record<string, string | undefined>> = {
  http: 'http:',
  https: 'https:',
  socks: 'socks5:',
  socks5: 'socks5:',
  socks5h: 'socks5:',
};
/** Ends the host and port and begins a path, query or fragment. */
const END_OF_HOST = /[/?#]/;
const HOST_AND_PORT = /^(?<host>\[[0-9a-f:.]+\]|[^\s:@[\]\\/?#"'<>^`{|}%]+)(?::(?<port>\d{0,5}))?$/i;

/**
 * Reads `[scheme://][user[:password]@]host[:port][/...]`; without a scheme it is an HTTP proxy. A proxy ignores what
 * follows the host and port.
 */
export function readProxyUrl(text: string): ProxyUrl {
  const [, scheme = 'http', rest = ''] = /^(?:([^:/?#@]*):\/\/)?(.*)$/s.exec(text) ?? [];
  const protocol = SCHEMES[scheme.toLowerCase()];
  if (protocol === undefined) return unreadable(wrongScheme(scheme));
  if (/^(?:https?|socks5?h?):(?!\d)/i.test(rest)) return unreadable('"//" is missing after the scheme');
  const { userInfo, address } = split(rest);
  const end = END_OF_HOST.exec(userInfo ?? '')?.[0];
  if (end !== undefined && isHostAndPort(split(beforeEnd(rest)).address)) {
    return unreadable(
      `the character "${end}" before "@" ends the host for other programs; ` +
        `in a user name or password write ${encodeURIComponent(end)}`,
    );
  }
  const control = /\p{Cc}/u.exec(rest)?.[0];
  if (control !== undefined) return unreadable(`it contains ${named(control)}`);
  const place = beforeEnd(address);
  const url = isHostAndPort(place) ? URL.parse(`${protocol}//${place}`) : null;
  if (url === null) return unreadable(wrongAddress(place));
  return { kind: 'read', url, ...(userInfo === undefined ? {} : { credentials: credentialsOf(userInfo) }) };
}

function unreadable(problem: string): ProxyUrl {
  return { kind: 'unreadable', problem };
}

/** The last `@` ends the user info, because a host cannot contain one. */
function split(rest: string): { readonly userInfo: string | undefined; readonly address: string } {
  const at = rest.lastIndexOf('@');
  if (at === -1) return { userInfo: undefined, address: rest };
  return { userInfo: rest.slice(0, at), address: rest.slice(at + 1) };
}

function beforeEnd(text: string): string {
  return text.split(END_OF_HOST, 1)[0] ?? '';
}

function isHostAndPort(text: string): boolean {
  const port = HOST_AND_PORT.exec(text)?.groups?.['port'];
  return HOST_AND_PORT.test(text) && Number(port ?? '') <= 65_535;
}

function credentialsOf(userInfo: string): Credentials {
  const colon = userInfo.indexOf(':');
  const username = colon === -1 ? userInfo : userInfo.slice(0, colon);
  const password = colon === -1 ? '' : userInfo.slice(colon + 1);
  return { username: decodePercent(username), password: decodePercent(password) };
}

function wrongScheme(scheme: string): string {
  const odd = /[^a-z0-9+.-]/i.exec(scheme)?.[0];
  if (odd !== undefined) return `${named(odd)} does not belong before "://"`;
  return 'k8s-verify cannot use a proxy with that scheme';
}

function wrongAddress(place: string): string {
  if (place === '' || place.startsWith(':')) return 'it names no host';
  const port = /:([^:\]]*)$/.exec(place)?.[1];
  const odd = port === undefined ? undefined : /\D/u.exec(port)?.[0];
  if (odd !== undefined) return `${named(odd)} does not belong in a port`;
  const host = port === undefined ? place : place.slice(0, -port.length - 1);
  const wrong = /[\s:@[\]\\"'<>^`{|}%]/u.exec(host)?.[0];
  if (wrong !== undefined) return `${named(wrong)} does not belong in a host`;
  return port === undefined ? 'its host cannot be read' : 'its host or port cannot be read';
}

/** A character, by name if it is invisible. */
function named(character: string): string {
  if (character === ' ') return 'a space';
  if (character === '\t') return 'a tab';
  if (character === '\n' || character === '\r') return 'a line break';
  const code = character.codePointAt(0) ?? 0;
  return /^\p{Cc}$/u.test(character)
    ? `the character U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    : `the character "${character}"`;
}
