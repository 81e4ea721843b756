/** What must not be read in a job's log, and the runner does not know as a secret: passwords and tokens inside URLs. */

import { decodePercent } from '../text/percent.ts';
import { userInfoOf } from '../text/shown-url.ts';

/**
 * The passwords (or tokens in their place) of URLs in every form in which a log could show them; never an empty text,
 * which masks all.
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

/** The proxies that the job's environment names; whichever of them is used, their passwords are passwords. */
export function proxyUrls(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) =>
    [name, name.toUpperCase()].map((variable) => environment[variable]?.trim() ?? ''),
  );
}
