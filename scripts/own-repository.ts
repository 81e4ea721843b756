/** Which repository a build is from: what package.json says, which npm's provenance is held against, too. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const EXPECTED = 'git+https://github.com/OWNER/REPOSITORY.git';

/** GitHub's own limits on names; letters of both cases are kept as they are, since certificates have them so. */
const REPOSITORY_URL =
  /^git\+https:\/\/github\.com\/([A-Za-z0-9][A-Za-z0-9_-]{0,38}\/[A-Za-z0-9._-]{1,100})\.git$/;

/**
 * `owner/name` on GitHub; undefined where the manifest names no repository at all.
 *
 * @throws Error where it names one that is not exactly of that form: the identity that releases are signed with is made
 *   of it.
 */
export function ownRepository(root: string): string | undefined {
  const manifest: { readonly repository?: unknown } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  const { repository } = manifest;
  if (repository === undefined) return undefined;
  const url: unknown = Object.entries(repository ?? {}).find(([key]) => key === 'url')?.[1];
  const name = typeof url === 'string' ? REPOSITORY_URL.exec(url)?.[1] : undefined;
  if (name !== undefined && !/\/\.{1,2}$|\.git$/i.test(name)) return name;
  throw new Error(
    `package.json: repository.url is not ${EXPECTED}, but ${JSON.stringify(url ?? repository)}: ` +
      'the releases of k8s-verify would then have another signer',
  );
}
