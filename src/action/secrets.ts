/** Secrets that the runner does not know and that must not show in a job's log: passwords and tokens in URLs. */

import { decodePercent } from '../text/percent.ts';
import { userInfoOf } from '../text/shown-url.ts';

/**
 * The passwords or tokens in URLs, in every form that a log could show. Never an empty text, which would mask
 * everything.
 */
export function secretsIn(urls: readonly string[]): readonly string[] {
  const secrets = urls.flatMap((text) => {
    const userInfo = userInfoOf(text) ?? '';
    if (userInfo === '' || userInfo === ':') return [];
    const colon = userInfo.indexOf(':');
    const [username, password] =
      colon === -1 ? [userInfo, ''] : [userInfo.slice(0, colon), userInfo.slice(colon + 1)];
    // `https://token@host`: a name without a password is the secret itself.
    const secret = password === '' ? username : password;
    const basic = Buffer.from(`${decodePercent(username)}:${decodePercent(password)}`).toString('base64');
    return [secret, decodePercent(secret), basic];
  });
  return [...new Set(secrets)];
}

/** The proxies in the job's environment. Their passwords are secret whether or not they are used. */
export function proxyUrls(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) =>
    [name, name.toUpperCase()].map((variable) => environment[variable]?.trim() ?? ''),
  );
}
