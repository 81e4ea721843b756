/**
 * Where the commands of README.md and docs/ run: a home, a release server, and a `k8s-verify` on PATH. What differs from a
 * reader's machine is declared here and nowhere else:
 *
 * - `k8s-verify` and `cosign` are the scripts below. The first adds the options that point at a local release server and a
 *   local Sigstore, where the command does not name its own; the second is `k8s-verify verify`, which takes cosign's option
 *   names.
 * - `https://mirror.example.com` is a second server: the same releases, with a kubectl v1.26.4 that was changed.
 * - `https://tuf.example.com` is a TUF repository with the trusted root of the local Sigstore.
 * - `/host` and `/opt/tools` are below the home, and hold a kubectl v1.30.1; a scan of the machine is one of `/host`.
 * - The files that commands name and do not make are there: `corporate-ca.pem`, `trusted_root.json` and `root.json`.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goProgram } from '#support/go-program';
import { fault } from '#support/http/faults';
import { seededBody } from '#support/http/large-bodies';
import { createTlsAuthority } from '#support/http/tls';
import { createLocalSigstore } from '#support/local-sigstore';
import { type ArtifactBytes, type ReleaseServer, startReleaseServer } from '#support/release-server';
import { type ProgramRun, runProgram } from '#support/run-program';
import { createTempDir } from '#support/temp-dir';
import { publishWholeRelease } from '#support/whole-release';
import { startWorld, type World } from '#support/world';
import { createClient } from '../../src/client.ts';
import { planAudit } from '../../src/plan/plan-audit.ts';
import { binaryTarball, publishTarball } from '../stories/support/tarballs.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const SCRIPTS = {
  'k8s-verify': `#!/bin/sh
for word do
  shift
  if [ "$word" = https://mirror.example.com ]; then word=$OTHER_MIRROR; fi
  if [ "$word" = https://tuf.example.com ]; then word=$TUF_URL; fi
  if [ "$word" = /host ] || [ "$word" = /opt/tools ]; then word=$HOME$word; fi
  set -- "$@" "$word"
done
words=" $* "
lacks() { case $words in *" $1 "*) false ;; esac; }
case \${1-} in verify | scan | release | list | doctor | trusted-root | policy | help | completion | version | -*) command=$1 ;; *) command=install ;; esac
if ! lacks --check; then command=check; if lacks --trusted-root; then set -- "$@" --trusted-root "$TRUSTED_ROOT"; fi; fi
if [ "$command" = install ] && lacks --platform; then set -- "$@" --platform linux/amd64; fi
case $command in install | scan | release | list | doctor) if lacks --mirror && lacks --offline; then set -- "$@" --mirror "$MIRROR"; fi ;; esac
case $command in install | verify | scan | release | doctor)
  if lacks --rekor-url && lacks --offline; then set -- "$@" --rekor-url "$REKOR"; fi
  if lacks --trusted-root && lacks --tuf-url; then set -- "$@" --trusted-root "$TRUSTED_ROOT"; fi ;;
esac
if [ "$command" = scan ] && lacks --root && lacks "$HOME/opt/tools"; then set -- "$@" --root "$HOME/host"; fi
if [ "$command" = trusted-root ] && lacks --tuf-url && lacks --trusted-root; then set -- "$@" --tuf-url "$TUF_URL" --tuf-root "$STAGE_TUF_ROOT"; fi
exec "$NODE" "$CLI" "$@"
`,
  cosign: `#!/bin/sh
[ "$1" = verify-blob ] || exit 99
shift
exec k8s-verify verify "$@"
`,
} as const;

const RELEASES = [
  ['kubectl', 'v1.26.4'],
  ['kubeadm', 'v1.30.2'],
  ['kubelet', 'v1.30.2'],
  ['kubectl', 'v1.30.2'],
  ['kubectl', 'v1.30.2', 'linux/arm64'],
  ['kubectl', 'v1.30.2', 'darwin/arm64'],
  ['kubectl', 'v1.30.2', 'windows/amd64'],
] as const;

/** What a scan finds: a program that says what it is. */
const FOUND = goProgram({ strings: ['v1.30.1'] });

export interface Stage extends AsyncDisposable {
  /** The home, which is the current directory of every command. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly exec: (command: string, args: readonly string[]) => Promise<ProgramRun>;
}

export interface StageOptions {
  /** What kubectl v1.26.4 is; default: made-up bytes. */
  readonly kubectl?: ArtifactBytes;
  /** A release with everything in it, besides the usual ones. */
  readonly whole?: string | undefined;
}

export async function setStage({ kubectl, whole }: StageOptions = {}): Promise<Stage> {
  const dir = await createTempDir('k8s-verify-stage-');
  const world = await startWorld({ directory: dir.path, sigstore: createLocalSigstore() });
  const other = await startReleaseServer();
  for (const server of [world.releases, other]) await publishReleases(server, world, kubectl);
  if (whole !== undefined) await publishWhole(world, whole);
  other.http.fault('/v1.26.4/bin/linux/amd64/kubectl', fault.body('a kubectl that was changed'));
  const home = dir.join('home');
  await mkdir(home);
  await writeFile(join(home, 'corporate-ca.pem'), createTlsAuthority().caPem);
  await writeFile(join(home, 'trusted_root.json'), world.sigstore.trustedRoot());
  await writeFile(join(home, 'root.json'), world.tuf.repository.firstRoot);
  for (const directory of ['opt/tools', 'host/usr/bin']) {
    await mkdir(join(home, directory), { recursive: true });
    await writeFile(join(home, directory, 'kubectl'), FOUND);
  }
  await writeScripts(dir.join('path'));
  const env = {
    NODE: process.execPath,
    CLI: join(ROOT, 'bin/k8s-verify.js'),
    MIRROR: world.mirror,
    OTHER_MIRROR: other.url,
    TUF_URL: world.tuf.url,
    STAGE_TUF_ROOT: world.tuf.root,
    REKOR: world.rekorUrl,
    TRUSTED_ROOT: world.trustedRoot,
    HOME: home,
    PATH: [dir.join('path'), dirname(process.execPath), process.env['PATH']].join(delimiter),
  };
  return {
    path: home,
    env,
    exec: (command, args) => runProgram([command, ...args], { cwd: home, env }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([world.close(), other.close()]);
      await dir.remove();
    },
  };
}

/** What a command on the stage prints, as a reader's machine would print it: without the stage's options and addresses. */
export function asReadersSeeIt({ path, env }: Stage, output: string): string {
  const { MIRROR = '', OTHER_MIRROR = '', REKOR = '', TRUSTED_ROOT = '' } = env;
  const added = [
    '--platform linux/amd64',
    `--mirror ${MIRROR}`,
    `--rekor-url ${REKOR}`,
    `--trusted-root ${TRUSTED_ROOT}`,
  ];
  return added
    .reduce((text, option) => text.replaceAll(` ${option}`, ''), output)
    .replaceAll(OTHER_MIRROR, 'https://mirror.example.com')
    .replaceAll(path, '/home/you');
}

async function publishReleases(server: ReleaseServer, world: World, real?: ArtifactBytes): Promise<void> {
  const { sigstore } = world;
  for (const [component, version, platform = 'linux/amd64'] of RELEASES) {
    const made = seededBody(`${component} ${version} ${platform}`, 100_000);
    const bytes = version === 'v1.26.4' ? (real ?? made) : made;
    await server.publishRelease({ component, version, platform, bytes, sigstore });
  }
  const found = { component: 'kubectl', version: 'v1.30.1', platform: 'linux/amd64', bytes: FOUND } as const;
  await server.publishRelease({ ...found, sigstore });
  const servers = { releases: server, sigstore };
  const client = binaryTarball('client', 'kubectl');
  await publishTarball(servers, 'kubernetes-client-linux-amd64.tar.gz', client);
  const node = binaryTarball('node', 'kubeadm', 'kubelet');
  await publishTarball(servers, 'kubernetes-node-linux-amd64.tar.gz', node);
  await server.publishSums('v1.30.2');
  for (const marker of ['stable', 'stable-1.30']) server.publishMarker(marker, 'v1.30.2');
}

async function publishWhole({ releases, sigstore }: World, version: string): Promise<void> {
  const asked = { version, components: [], platforms: [], corroborate: [] };
  await using client = createClient();
  const { files } = await planAudit(asked, client);
  const paths = files.map(({ artifact }) => artifact.pathInRelease);
  await publishWholeRelease(releases, { version, paths, sigstore });
}

async function writeScripts(directory: string): Promise<void> {
  await mkdir(directory);
  for (const [name, script] of Object.entries(SCRIPTS)) {
    await writeFile(join(directory, name), script);
    await chmod(join(directory, name), 0o755);
  }
}
