/**
 * Prints the software bill of materials (CycloneDX, JSON) of the npm package: its runtime dependencies and what is
 * bundled into the command line. npm makes it; `npm sbom --omit dev` alone will not do, since it leaves out runtime
 * packages that a development package needs too, and bundled packages, which are development dependencies.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './bundle.ts';
import { NOTICE_HEADING } from './third-party-licenses.ts';

interface Sbom {
  readonly metadata: { readonly component: { readonly name: string; readonly 'bom-ref': string } };
  readonly components: readonly { readonly 'bom-ref': string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

function everyPackage(): Sbom {
  const output = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  return JSON.parse(output);
}

/** `name@version` of the runtime dependencies and of the packages inside the bundled command line. */
function shippedRoots(): readonly string[] {
  const manifest: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
  );
  const notices = readFileSync(path.join(ROOT, 'dist', 'THIRD-PARTY-LICENSES'), 'utf8');
  return [
    ...Object.entries(manifest.dependencies).map(([name, version]) => `${name}@${version}`),
    ...[...notices.matchAll(NOTICE_HEADING)].map(([, name, version]) => `${name}@${version}`),
  ];
}

/** The roots and whatever they depend on, directly or not. */
function closure(sbom: Sbom, roots: readonly string[]): ReadonlySet<string> {
  const dependsOn = new Map(sbom.dependencies.map((item) => [item.ref, item.dependsOn]));
  const reached = new Set<string>();
  const pending = [...roots];
  for (let ref = pending.pop(); ref !== undefined; ref = pending.pop()) {
    if (reached.has(ref)) continue;
    reached.add(ref);
    pending.push(...(dependsOn.get(ref) ?? []));
  }
  return reached;
}

const sbom = everyPackage();
const self = sbom.metadata.component['bom-ref'];
const roots = [...new Set(shippedRoots())].sort();
const shipped = closure(sbom, roots);
const result = {
  ...sbom,
  metadata: { ...sbom.metadata, component: { ...sbom.metadata.component, name: 'k8s-verify' } },
  components: sbom.components.filter((component) => shipped.has(component['bom-ref'])),
  dependencies: [
    { ref: self, dependsOn: roots },
    ...sbom.dependencies.filter((item) => shipped.has(item.ref)),
  ],
};
const listed = new Set(result.components.map((component) => component['bom-ref']));
for (const ref of shipped) if (!listed.has(ref)) throw new Error(`${ref} ships, but npm does not list it`);
console.log(JSON.stringify(result, undefined, 2));
