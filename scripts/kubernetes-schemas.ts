/**
 * Cuts the schemas of what `examples/kubernetes` has out of Kubernetes' own OpenAPI documents, for the test of the examples.
 *
 *     go mod download k8s.io/kubernetes@v1.36.2
 *     node scripts/kubernetes-schemas.ts "$(go env GOMODCACHE)/k8s.io/kubernetes@v1.36.2" v1.36.2
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUTPUT = fileURLToPath(new URL('../test/examples/kubernetes/schemas.json', import.meta.url));
const DOCUMENTS = [
  'api__v1',
  'apis__apps__v1',
  'apis__batch__v1',
  'apis__networking.k8s.io__v1',
  'apis__rbac.authorization.k8s.io__v1',
];
const KINDS = [
  'io.k8s.api.core.v1.Namespace',
  'io.k8s.api.core.v1.ServiceAccount',
  'io.k8s.api.apps.v1.DaemonSet',
  'io.k8s.api.batch.v1.CronJob',
  'io.k8s.api.networking.v1.NetworkPolicy',
  'io.k8s.api.rbac.v1.Role',
  'io.k8s.api.rbac.v1.RoleBinding',
];
/** Large parts that no example has; an example that begins to use one fails its test until the part is kept. */
const LEFT_OUT = new Set([
  'status',
  'managedFields',
  'affinity',
  'ephemeralContainers',
  'lifecycle',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
]);
const VOLUMES = new Set(['name', 'hostPath', 'emptyDir', 'persistentVolumeClaim']);

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const [modules = '', version = ''] = process.argv.slice(2);
const all: Record<string, Json> = {};
for (const name of DOCUMENTS) {
  const file = join(modules, 'api/openapi-spec/v3', `${name}_openapi.json`);
  Object.assign(all, JSON.parse(readFileSync(file, 'utf8')).components.schemas);
}
const kept: Record<string, Json> = {};
const waiting = [...KINDS];
for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
  const schema = all[name];
  if (kept[name] !== undefined || schema === undefined) continue;
  kept[name] = cut(schema, name.endsWith('.Volume') ? VOLUMES : undefined);
}
const source = `k8s.io/kubernetes ${version}, api/openapi-spec/v3 (Apache-2.0); cut by scripts/kubernetes-schemas.ts`;
const sorted = Object.fromEntries(Object.entries(kept).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(OUTPUT, `${JSON.stringify({ $comment: source, $defs: sorted })}\n`);

/** Without words, and without what is left out. */
function cut(schema: Json, only?: ReadonlySet<string>): Json {
  if (Array.isArray(schema)) return schema.map((one: Json) => cut(one));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries: [string, Json][] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith('x-') || key === 'description' || (key === 'default' && typeof value === 'object'))
      continue;
    if (key === '$ref' && typeof value === 'string') {
      const name = value.slice(value.lastIndexOf('/') + 1);
      waiting.push(name);
      entries.push([key, `#/$defs/${name}`]);
    } else if (key === 'properties' && typeof value === 'object' && value !== null) {
      const properties = Object.entries(value).filter(
        ([name]) => !LEFT_OUT.has(name) && (only === undefined || only.has(name)),
      );
      entries.push([key, Object.fromEntries(properties.map(([name, one]) => [name, cut(one)]))]);
    } else entries.push([key, cut(value)]);
  }
  // Kubernetes itself warns of a field that it does not know; here it is a mistake.
  const isClosed = 'properties' in schema && !('additionalProperties' in schema);
  return { ...Object.fromEntries(entries), ...(isClosed ? { additionalProperties: false } : {}) };
}
