/**
 * Writes what package managers read, with the digests of a release:
 *
 *   node scripts/render-packaging.ts --sums release/SHA256SUMS --repository OWNER/k8s-verify --out release
 *
 * install.sh, k8s-verify.rb (Homebrew), aqua-registry.yaml (aqua and mise), flake.nix, and
 * devcontainer-feature-k8s-verify.tgz. The version is that of package.json.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { create } from 'tar';
import { ROOT } from './bundle.ts';
import { aquaRegistry } from './packaging/aqua.ts';
import { featureDescription } from './packaging/devcontainer.ts';
import { homebrewFormula } from './packaging/homebrew.ts';
import { installScript } from './packaging/install-script.ts';
import { nixFlake } from './packaging/nix.ts';
import { readRelease } from './packaging/release.ts';

const { values } = parseArgs({
  options: { sums: { type: 'string' }, repository: { type: 'string' }, out: { type: 'string' } },
});
const { sums, repository, out } = values;
if (sums === undefined || repository === undefined || out === undefined)
  throw new Error('--sums FILE, --repository OWNER/NAME and --out DIR are needed');

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');
const { version }: { readonly version: string } = JSON.parse(read('package.json'));
const release = readRelease(readFileSync(sums, 'utf8'), version, repository);
const script = installScript(read('packaging/install.sh'), release);

mkdirSync(out, { recursive: true });
const files = {
  'install.sh': script,
  'k8s-verify.rb': homebrewFormula(release),
  'aqua-registry.yaml': aquaRegistry(release),
  'flake.nix': nixFlake(release),
};
for (const [name, text] of Object.entries(files)) writeFileSync(path.join(out, name), text);

const feature = {
  'devcontainer-feature.json': featureDescription(release),
  'install.sh': read('packaging/devcontainer-feature/install.sh'),
  'k8s-verify-install.sh': script,
};
const directory = mkdtempSync(path.join(tmpdir(), 'k8s-verify-feature-'));
try {
  for (const [name, text] of Object.entries(feature)) {
    writeFileSync(path.join(directory, name), text);
    chmodSync(path.join(directory, name), name.endsWith('.sh') ? 0o755 : 0o644);
  }
  const file = path.resolve(out, 'devcontainer-feature-k8s-verify.tgz');
  const options = {
    file,
    cwd: directory,
    portable: true,
    gzip: true,
    mtime: new Date('1985-10-26T08:15:00Z'),
  };
  await create(options, Object.keys(feature));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
for (const name of [...Object.keys(files), 'devcontainer-feature-k8s-verify.tgz'])
  console.log(path.join(out, name));
