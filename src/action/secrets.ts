/** What must not be read in a job's log, and the runner does not know as a secret: passwords and tokens inside URLs. */

/** The passwords (or tokens in their place) of the URLs in every form in which a log could show them; never an empty text, which masks all. */
export function secretsIn(urls: readonly string[]): readonly string[] {
  const secrets = urls.flatMap((text) => {
    const url = URL.parse(text);
    if (url === null || url.username + url.password === '') return [];
    // `https://token@host`: a name without a password is the secret itself.
    const secret = url.password === '' ? url.username : url.password;
    const basic = Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString('base64');
    return [secret, decoded(secret), basic];
  });
  return [...new Set(secrets)];
}

/** The proxies that the job's environment names; whichever of them is used, their passwords are passwords. */
export function proxyUrls(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) =>
    [name, name.toUpperCase()].flatMap((variable) => {
      const value = environment[variable]?.trim() ?? '';
      if (value === '') return [];
      return value.includes('://') ? value : `http://${value}`;
    }),
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
