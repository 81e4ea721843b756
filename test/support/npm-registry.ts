/**
 * An npm registry on loopback that has the packages of this repository's node_modules and nothing else, so that a test can
 * install what it packed as a user would, without any other registry.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { create } from 'tar';
import { LoopbackServer } from './http/loopback-server.ts';
import { jsonReply, type Reply } from './http/reply.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface NpmRegistry extends AsyncDisposable {
  readonly http: LoopbackServer;
  /** What makes npm use it, with a cache of its own, and nothing of the user's. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

interface InstalledPackage extends Manifest {
  readonly directory: string;
  readonly manifest: Manifest;
}

/** @param directory of the test's own, for npm's cache and settings. */
export async function startNpmRegistry(directory: string): Promise<NpmRegistry> {
  const packages = installedPackages();
  const http = await LoopbackServer.start(async ({ path: asked }) => {
    const [name = '', version] = decodeURIComponent(asked.slice(1)).split('/-/');
    const versions = packages.filter((one) => one.name === name);
    if (versions.length === 0) return jsonReply(404, { error: 'Not found' });
    if (version === undefined) return jsonReply(200, await describe(name, versions, http.url));
    const wanted = versions.find((one) => `${one.version}.tgz` === version);
    return wanted === undefined ? jsonReply(404, { error: 'Not found' }) : tarballReply(wanted);
  });
  const close = (): Promise<void> => http.close();
  return {
    http,
    env: {
      npm_config_registry: http.url,
      npm_config_cache: path.join(directory, 'npm-cache'),
      npm_config_userconfig: path.join(directory, 'npmrc'),
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function installedPackages(): readonly InstalledPackage[] {
  const manifests = globSync('{,**/}node_modules/{@*/,}*/package.json', { cwd: ROOT });
  return manifests.flatMap((file) => {
    const manifest: Manifest = JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));
    const directory = path.dirname(path.join(ROOT, file));
    const { name, version } = manifest;
    return directory.replaceAll('\\', '/').endsWith(`node_modules/${name}`)
      ? [{ name, version, directory, manifest }]
      : [];
  });
}

async function describe(
  name: string,
  versions: readonly InstalledPackage[],
  url: string,
): Promise<Readonly<Record<string, unknown>>> {
  const entries = versions.map(async (one) => {
    const integrity = `sha512-${createHash('sha512')
      .update(await pack(one))
      .digest('base64')}`;
    const dist = { integrity, tarball: `${url}/${name}/-/${one.version}.tgz` };
    return [one.version, { ...one.manifest, dist }] as const;
  });
  return {
    name,
    'dist-tags': { latest: versions[0]?.version },
    versions: Object.fromEntries(await Promise.all(entries)),
  };
}

async function tarballReply(one: InstalledPackage): Promise<Reply> {
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: await pack(one) };
}

/** The same bytes every time, as its integrity is told before it is asked for. */
async function pack({ directory }: InstalledPackage): Promise<Buffer> {
  const stream = create(
    {
      cwd: directory,
      prefix: 'package',
      gzip: true,
      portable: true,
      filter: (name) => !/(?:^|\/)node_modules(?:\/|$)/.test(name),
    },
    ['.'],
  );
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
