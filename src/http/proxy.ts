import { BlockList, isIP } from 'node:net';
import { RequestError } from '../errors.ts';
import { type Credentials, readProxyUrl } from './proxy-url.ts';

/** Environment variables, like `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy for a URL, and the variable that named it. */
export interface ProxyChoice {
  /** Only scheme, host and port. */
  readonly url: URL;
  readonly credentials?: Credentials;
  readonly variable: string;
}

/**
 * The proxy for a request, by the rules that curl and Go's net/http share: `https_proxy` for https URLs, `http_proxy`
 * for http ones, `all_proxy` if that is not set. The lower-case name wins over the upper-case one, and an empty value
 * counts as not set. `no_proxy` lists hosts that need no proxy (see {@link bypassesProxy}).
 *
 * @throws RequestError `usage` if the variable is not the URL of an HTTP, HTTPS or SOCKS5 proxy.
 */
export function proxyFor(url: URL, env: Environment): ProxyChoice | undefined {
  const scheme = url.protocol.slice(0, -1);
  const found = firstSet(env, [`${scheme}_proxy`, 'all_proxy']);
  if (found === undefined || bypassesProxy(url, firstSet(env, ['no_proxy'])?.value ?? '')) return undefined;
  const { variable, value } = found;
  const proxy = readProxyUrl(value);
  if (proxy.kind === 'unreadable') {
    throw new RequestError('usage', `${variable} is not the URL of a proxy`, {
      wanted: 'http://host:port, https://host:port or socks5://host:port, with user:password@ if needed',
      found: `${proxy.problem} (the rest is not shown because it may contain a password)`,
      next: `set ${variable} to such a URL, or unset it`,
    });
  }
  const { credentials } = proxy;
  return { url: proxy.url, variable, ...(credentials === undefined ? {} : { credentials }) };
}

function firstSet(
  env: Environment,
  names: readonly string[],
): { readonly variable: string; readonly value: string } | undefined {
  for (const name of names) {
    for (const variable of [name, name.toUpperCase()]) {
      const value = env[variable]?.trim();
      if (value !== undefined && value !== '') return { variable, value };
    }
  }
  return undefined;
}

/**
 * Whether `no_proxy` exempts a URL. Entries are separated by commas or white space: `*` for every host; a domain with
 * its subdomains (a leading dot makes no difference; a leading `*.` leaves out the domain itself); an address; an
 * address range (`10.0.0.0/8`). All but `*` and ranges may have a port.
 */
export function bypassesProxy(url: URL, noProxy: string): boolean {
  const host = bareHost(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(entry, host);
  const withPort = /^(?<name>\[[^\]]+\]|[^:]+):(?<port>\d+)$/.exec(entry)?.groups;
  if (withPort?.['port'] !== undefined && withPort['port'] !== port) return false;
  const name = bareHost(withPort?.['name'] ?? entry);
  if (isIP(name) !== 0) return sameAddress(name, host);
  const domain = name.replace(/^\*?\./, '');
  return (host === domain && !name.startsWith('*.')) || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

/** A host name without the brackets of IPv6 and without the final dot of a full name. */
function bareHost(host: string): string {
  return host
    .replace(/^\[(.+)\]$/, '$1')
    .replace(/(.)\.$/, '$1')
    .toLowerCase();
}

function inRange(range: string, host: string): boolean {
  const [network = '', prefix = ''] = range.split('/');
  const family = isIP(network);
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (family === 0 || isIP(host) !== family || !(bits <= (family === 4 ? 32 : 128))) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function sameAddress(address: string, host: string): boolean {
  return isIP(address) === isIP(host) && inRange(`${address}/${isIP(address) === 4 ? 32 : 128}`, host);
}
