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

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
