/** The manifests of `examples/kubernetes`: valid by Kubernetes' own schemas, few rights, and a command that scans a host. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readExposition } from '#support/exposition';
import { goProgram } from '#support/go-program';
import { runCli } from '#support/run-cli';
import { runProgram } from '#support/run-program';
import { testDir } from '#support/test-dir';
import { testServers } from '#support/test-servers';
import { ROOT } from '../package/packed.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: {
    readonly runAsUser: number;
    readonly readOnlyRootFilesystem: boolean;
    readonly allowPrivilegeEscalation: boolean;
    readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] };
    readonly seccompProfile: { readonly type: string };
  };
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly hostPID?: boolean;
  readonly hostNetwork?: boolean;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly template?: { readonly spec: PodSpec };
    readonly jobTemplate?: { readonly spec: { readonly template: { readonly spec: PodSpec } } };
  };
}

const FILES = ['scan-nodes.yaml', 'scan-every-night.yaml'] as const;
const schemas: { readonly $defs: Readonly<Record<string, object>> } = JSON.parse(
  readFileSync(new URL('kubernetes/schemas.json', import.meta.url), 'utf8'),
);

function manifestsOf(file: string): readonly Manifest[] {
  const text = readFileSync(path.join(ROOT, 'examples/kubernetes', file), 'utf8');
  return parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([]);
    const manifest: Manifest = document.toJS();
    return manifest;
  });
}

/** What the schema of its kind has against a manifest. */
function faults(manifest: Manifest): readonly string[] {
  const [group = '', version = ''] = manifest.apiVersion.includes('/')
    ? manifest.apiVersion.split('/')
    : ['core', manifest.apiVersion];
  const name = `io.k8s.api.${group.split('.')[0]}.${version}.${manifest.kind}`;
  if (schemas.$defs[name] === undefined) return [`no schema of ${name}`];
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const validate = ajv.compile({ ...schemas, $ref: `#/$defs/${name}` });
  validate(manifest);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function podOf({ spec }: Manifest): PodSpec | undefined {
  return spec?.template?.spec ?? spec?.jobTemplate?.spec.template.spec;
}

const all = FILES.flatMap(manifestsOf);
const [pod] = all.flatMap((one) => (one.kind === 'DaemonSet' ? (podOf(one) ?? []) : []));
const [scan] = pod?.initContainers ?? [];

describe('the manifests', () => {
  it.each(all.map((one) => [one.kind, one.metadata.name, one] as const))(
    '%s %s is valid by the schema of Kubernetes',
    (_, __, manifest) => {
      expect(faults(manifest)).toEqual([]);
    },
  );

  it('would fail for a field that there is not, and for a value of another type', () => {
    const daemonSet = all.find(({ kind }) => kind === 'DaemonSet');
    if (daemonSet === undefined) throw new TypeError('no DaemonSet');
    const changed = (change: object): Manifest => ({
      ...daemonSet,
      spec: { ...daemonSet.spec, ...change },
    });
    expect(faults(changed({ templates: {} }))).not.toEqual([]);
    expect(faults(changed({ minReadySeconds: 'ten' }))).not.toEqual([]);
  });

  it('give each container what it needs, and nothing else', () => {
    const pods = all.flatMap((one) => podOf(one) ?? []);
    const containers = pods.flatMap((one) => [...(one.initContainers ?? []), ...one.containers]);
    expect(containers.length).toBeGreaterThan(2);
    for (const { image, securityContext } of containers) {
      expect(image).toMatch(/@sha256:DIGEST$/);
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      });
    }
    expect(pods.map(({ hostNetwork }) => hostNetwork)).toEqual(pods.map(() => undefined));
    expect(pod?.automountServiceAccountToken).toBe(false);
    expect(scan?.securityContext.capabilities.add).toEqual(['DAC_READ_SEARCH', 'SYS_PTRACE']);
    const writable = scan?.volumeMounts?.filter(({ readOnly }) => readOnly !== true);
    expect(writable?.map(({ mountPath }) => mountPath)).toEqual(['/textfile', '/data']);
  });

  it('allow the scan no network', () => {
    const policies = all.filter(({ kind }) => kind === 'NetworkPolicy').map(({ spec }) => spec);
    expect(policies[0]).toEqual({
      podSelector: { matchLabels: { app: 'scan-nodes' } },
      policyTypes: ['Ingress', 'Egress'],
    });
  });
});

/** A container's root: the system's programs, the product, and the volumes; no network, and only the named rights. */
const IN_CONTAINER = `set -e
root=$1 volumes=$2 repository=$3 node=$4 capabilities=$5
shift 5
mount -t tmpfs none "$root"
mkdir "$root/usr" "$root/app" "$root/proc" "$root/host" "$root/mirror" "$root/textfile" "$root/data"
for link in bin lib lib64; do [ ! -e "/$link" ] || ln -s "usr/$link" "$root/$link"; done
touch "$root/node"
mount --bind /usr "$root/usr"
mount --bind "$repository" "$root/app"
mount --bind "$node" "$root/node"
mount -t proc proc "$root/proc"
mount -t proc proc "$volumes/host/proc"
mount --rbind "$volumes/host" "$root/host"
mount --bind "$volumes/mirror" "$root/mirror"
mount --bind "$volumes/textfile" "$root/textfile"
mount -t tmpfs none "$root/data"
"$volumes/host/opt/bin/kubelet" 60 &
for one in usr app node host mirror; do mount -o remount,bind,ro "$root/$one"; done
mount -o remount,ro "$root"
exec chroot "$root" setpriv --no-new-privs --inh-caps=-all --bounding-set="-all$capabilities" \\
  env -i K8S_VERIFY_DATA_DIR=/data /node /app/bin/k8s-verify.js "$@"
`;
const NAMESPACES = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--net'] as const;
const PRIVATE = ['--propagation', 'private'] as const;
const CAN_UNSHARE =
  spawnSync(NAMESPACES[0], [...NAMESPACES.slice(1), ...PRIVATE, 'mount', '-t', 'tmpfs', 'none', '/mnt'])
    .status === 0 &&
  spawnSync('setpriv', ['--bounding-set=-all', 'true']).status === 0 &&
  process.geteuid?.() === 0;

describe.skipIf(!CAN_UNSHARE)('the command of the scan (needs root, and the right to mount)', () => {
  it('proves the programs of a host by a mirror, in a root of its own, without a network', async () => {
    const dir = await testDir();
    const { sigstore, releases } = await testServers();
    for (const name of ['root', 'host/proc', 'host/usr/bin', 'host/opt/bin', 'mirror', 'textfile'])
      mkdirSync(dir.join(name), { recursive: true });
    chmodSync(dir.path, 0o755);
    const kubectl = goProgram();
    const release = { version: 'v1.30.2', platform: 'linux/amd64', component: 'kubectl', bytes: kubectl };
    await releases.publishRelease({ ...release, sigstore });
    const rootFile = dir.join('mirror/root.json');
    writeFileSync(rootFile, sigstore.trustedRoot());
    const world = ['--mirror', releases.url, '--rekor-url', sigstore.rekorUrl, '--trusted-root', rootFile];
    const platform = ['--platform', 'linux/amd64', '--evidence-only'];
    const filled = await runCli([
      'mirror',
      'kubectl',
      'v1.30.2',
      ...platform,
      '--to',
      dir.join('mirror/k8s'),
      ...world,
    ]);
    expect(filled).toMatchObject({ exitCode: 0 });
    // Another user's, and for that user alone.
    writeFileSync(dir.join('host/usr/bin/kubectl'), kubectl);
    chownSync(dir.join('host/usr/bin/kubectl'), 12_345, 12_345);
    chmodSync(dir.join('host/usr/bin/kubectl'), 0o700);
    copyFileSync('/bin/sleep', dir.join('host/opt/bin/kubelet'));
    chmodSync(dir.join('host/opt/bin/kubelet'), 0o755);
    const running = readFileSync('/bin/sleep');
    writeFileSync(
      dir.join('host/opt/bin/kubelet.sigstore.json'),
      sigstore.signBlob({ bytes: running }).bundle('0.3'),
    );
    const capabilities = scan?.securityContext.capabilities.add?.map((one) => `,+${one.toLowerCase()}`);
    // The test's mirror has its own trusted root in it.
    const args = scan?.args?.map((one) => one.replace('=/mirror', '=/mirror/k8s'));
    const run = await runProgram(
      [
        ...NAMESPACES,
        ...PRIVATE,
        'sh',
        '-c',
        IN_CONTAINER,
        'sh',
        dir.join('root'),
        dir.path,
        ROOT,
        process.execPath,
        capabilities?.join('') ?? '',
        ...(args ?? []),
        '--trusted-root=/mirror/root.json',
      ],
      { env: { PATH: process.env['PATH'] } },
    );
    const lines = run.stdout.trimEnd().split('\n');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      {
        verdict: 'genuine',
        path: '/host/usr/bin/kubectl',
        component: 'kubectl',
        version: 'v1.30.2',
        owner: { user: 12_345 },
        mode: '0700',
      },
      { verdict: 'genuine', path: '/host/opt/bin/kubelet', pids: [expect.any(Number)] },
    ]);
    const metrics = readExposition(readFileSync(dir.join('textfile/k8s-verify.prom'), 'utf8'));
    expect(metrics.get('k8s_verify_scan_files')?.samples[0]).toEqual({
      labels: { verdict: 'genuine' },
      value: 2,
    });
    expect(metrics.get('k8s_verify_scan_unread')?.samples).toEqual([{ labels: {}, value: 0 }]);
  });
});
