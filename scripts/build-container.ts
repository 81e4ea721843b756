/**
 * Builds the container image from the executables for Linux, as an OCI image layout:
 *
 *   node scripts/build-container.ts DIR [--out DIR/container]
 *
 * DIR has the executables (`npm run build:executable`). `--out` gets `amd64` and `arm64`, the roots, and `image`, the layout.
 * Prints the digest of the image and the sizes. Nothing is fetched but Debian's packages of the libraries, by digest.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './bundle.ts';
import { type ImageRoot, writeLayout } from './container/oci-layout.ts';
import { assembleRoot, CONTAINER_PLATFORMS } from './container/root.ts';
import { ownRepository } from './own-repository.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, 'libraries-from': { type: 'string' } },
});
const [directory] = positionals;
if (directory === undefined) throw new Error('name the directory of the executables');
const out = path.resolve(values.out ?? path.join(directory, 'container'));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const roots: ImageRoot[] = [];
for (const platform of CONTAINER_PLATFORMS) {
  const executable = path.join(directory, `k8s-verify-linux-${platform.arch}`);
  if (!existsSync(executable)) continue;
  const into = path.join(out, platform.goarch);
  const librariesFrom = values['libraries-from'];
  assembleRoot({ platform, executable, into, ...(librariesFrom === undefined ? {} : { librariesFrom }) });
  rmSync(`${into}-packages`, { recursive: true, force: true });
  roots.push({ directory: into, architecture: platform.goarch });
}
if (roots.length === 0) throw new Error(`${directory} has no executable for Linux`);

const { version }: { readonly version: string } = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
);
const repository = ownRepository(ROOT);
const source = repository === undefined ? {} : { source: `https://github.com/${repository}` };
const { digest, layerBytes } = await writeLayout(roots, { version, ...source }, path.join(out, 'image'));
console.log(digest);
for (const [i, { architecture }] of roots.entries())
  console.log(`linux/${architecture}: ${((layerBytes[i] ?? 0) / 1e6).toFixed(0)} MB compressed`);
