/**
 * The demo: a release server and a Sigstore of one's own on this machine, the real command as a child process, and then
 * what an attacker could try. It ends with 0 only if everything went as told.
 */
import { spawnSync } from 'node:child_process';
import { endianness } from 'node:os';
import { EXIT_CODE_MEANINGS, type ExitCode } from '../../src/exit-codes.ts';
import { formatPlatform, hostPlatform } from '../../src/release/platform.ts';
import { runCli } from '#support/run-cli';
import type { ProgramRun } from '#support/run-program';
import { createTempDir, snapshot, type TempDir } from '#support/temp-dir';
import { startWorld } from '#support/world';
import { binaryTarball, contentOf, publishTarball } from '../../test/stories/support/tarballs.ts';
import { REAL_KUBECTL_VERSION as VERSION, realKubectl } from '../real-kubectl.ts';
import { type Attack, ATTACKS, publish, type Target } from './attacks.ts';

/** A world for one scene: its own server, its own Sigstore, a directory for both. */
interface Scene extends Target {
  readonly dir: TempDir;
  /** The options that point the command at this world instead of dl.k8s.io and the public Sigstore. */
  readonly options: readonly string[];
}

type Binary = Pick<Target, 'kubectl' | 'platform'>;

const problems: string[] = [];

/** Thrown where the demo speaks next, so that everything it made goes away on the way out. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

let stopped: { readonly exitCode: number } | undefined;

/** The reader has closed the pipe (`| head`), or the user has pressed Ctrl-C. */
function listenForTheEnd(): void {
  process.stdout.on('error', () => {
    stopped ??= { exitCode: 1 };
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopped ??= { exitCode: 130 };
    });
  }
}

function say(text = ''): void {
  if (stopped !== undefined) throw new Stopped();
  process.stdout.write(`${text}\n`);
}

function title(text: string): void {
  say(`\n== ${text}`);
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '    ');
}

/** One expectation; what does not hold makes the demo fail at its end. */
function expectThat(holds: boolean, claim: string): void {
  say(`  ${holds ? 'ok' : 'NOT AS TOLD'}: ${claim}`);
  if (!holds) problems.push(claim);
}

function expectExit({ exitCode, signal }: ProgramRun, expected: ExitCode): void {
  const meaning = EXIT_CODE_MEANINGS[expected];
  const found = exitCode === null ? `signal ${signal}` : `exit code ${exitCode}`;
  expectThat(
    exitCode === expected,
    exitCode === expected ? `${found}: ${meaning}` : `${found}, not ${expected}`,
  );
}

async function playScene(binary: Binary, act: (scene: Scene) => Promise<void>): Promise<void> {
  await using dir = await createTempDir('k8s-verify-demo-');
  await using world = await startWorld({ directory: dir.path });
  const { sigstore, releases, options } = world;
  await act({ ...binary, dir, sigstore, releases, options });
}

async function k8sVerify(scene: Scene, args: readonly string[], hidden = scene.options): Promise<ProgramRun> {
  say(`  $ k8s-verify ${args.join(' ')}`);
  const result = await runCli([...args, ...hidden], { cwd: scene.dir.path });
  say(indent(`${result.stderr}${result.stdout}`));
  return result;
}

async function install(scene: Scene): Promise<void> {
  const { dir, kubectl, platform } = scene;
  title(`Installing kubectl ${VERSION}`);
  await publish(scene);
  const command = ['kubectl', VERSION, '--platform', platform, '--install-dir', 'bin'];
  expectExit(await k8sVerify(scene, command), 0);
  const installed = (await snapshot(dir.join('bin')))['kubectl'];
  expectThat(installed === `file 0755 ${kubectl.sha256}`, 'kubectl is in its place, whole, with mode 0755');

  title('Using it');
  say('  $ bin/kubectl version --client');
  const ran = spawnSync(dir.join('bin', 'kubectl'), ['version', '--client'], { encoding: 'utf8' });
  say(indent(`${ran.stdout}${ran.stderr}`));
  expectThat(ran.status === 0 && ran.stdout.includes(VERSION), `it runs and says ${VERSION}`);

  title('Again');
  expectExit(await k8sVerify(scene, [...command, '--quiet']), 0);
  expectThat((await snapshot(dir.join('bin')))['kubectl'] === installed, 'the file was left alone');
}

async function installSeveral(scene: Scene): Promise<void> {
  const { dir, releases, sigstore } = scene;
  title('Three components at once, and one out of a tarball');
  say('  (Small made-up files for linux/amd64 this time.)');
  const components = ['kubeadm', 'kubectl', 'kubelet'];
  for (const component of components) {
    const bytes = Buffer.from(contentOf(component));
    await releases.publishRelease({
      component,
      version: 'v1.30.2',
      platform: 'linux/amd64',
      bytes,
      sigstore,
    });
  }
  await publishTarball(scene, 'kubernetes-client-linux-amd64.tar.gz', binaryTarball('client', 'kubectl'));
  const where = ['v1.30.2', '--platform', 'linux/amd64', '--quiet'];
  expectExit(await k8sVerify(scene, [...components, ...where, '--install-dir', 'several']), 0);
  const several = Object.keys(await snapshot(dir.join('several')));
  expectThat(several.join() === components.join(), `installed: ${several.join(', ')}`);

  const tarball = ['--from-tarball', 'client', '--install-dir', 'from-tarball'];
  expectExit(await k8sVerify(scene, ['kubectl', ...where, ...tarball]), 0);
  const taken = Object.keys(await snapshot(dir.join('from-tarball')));
  expectThat(taken.join() === 'kubectl', 'kubectl was taken out of the proven tarball');

  const unpack = ['--output', 'unpacked', '--extract'];
  expectExit(await k8sVerify(scene, ['kubernetes-client', ...where, ...unpack]), 0);
  const member = 'kubernetes/client/bin/kubectl';
  expectThat(
    member in (await snapshot(dir.join('unpacked'))),
    `the whole tarball was unpacked, with ${member}`,
  );
}

async function defend(scene: Scene, attack: Attack): Promise<void> {
  const { dir, options } = scene;
  const { version = VERSION, platform = scene.platform } = attack.asked ?? {};
  title(`Attack: ${attack.name}`);
  say(`  ${attack.story}`);
  await attack.arrange(scene);
  const before = await snapshot(dir.path);
  const command = ['kubectl', version, '--platform', platform, '--install-dir', 'bin', '--quiet'];
  const own = attack.args ?? [];
  const hidden = options.filter(
    (option, index) => !own.includes(option) && !own.includes(options[index - 1] ?? ''),
  );
  const result = await k8sVerify(scene, [...command, ...own], hidden);
  expectExit(result, attack.exitCode);
  expectThat(attack.says.test(result.stderr), `the refusal says why: ${attack.says.source}`);
  const same = JSON.stringify(await snapshot(dir.path)) === JSON.stringify(before);
  expectThat(result.stdout === '' && same, 'nothing was installed, the disk is as it was');
}

function introduce({ kubectl, platform }: Binary): void {
  say(`k8s-verify, the demo. Everything happens on this machine and goes away again.

Instead of dl.k8s.io there is a release server on this machine, laid out the same. It publishes kubectl
${VERSION} for ${platform}: ${kubectl.reason === undefined ? 'the real one, as Kubernetes built it.' : `a stand-in, because ${kubectl.reason}.`}
Its real signature is not at hand, so a Sigstore of the demo's own (certificate authority, CT log,
transparency log, and a trusted root that names them) signs it in the name of the Kubernetes release
signer. Every command below also has these options, which point it at that world:
  --mirror URL --rekor-url URL --trusted-root FILE`);
}

async function play(): Promise<number> {
  const kubectl = await realKubectl();
  const host = { platform: process.platform, arch: process.arch, endianness: endianness() };
  const binary = { kubectl, platform: formatPlatform(hostPlatform(host)) };
  introduce(binary);
  await playScene(binary, install);
  await playScene(binary, installSeveral);
  for (const attack of ATTACKS) await playScene(binary, (scene) => defend(scene, attack));
  title(problems.length === 0 ? 'Everything went as told.' : 'NOT everything went as told:');
  for (const problem of problems) say(`  - ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

listenForTheEnd();
try {
  process.exitCode = await play();
} catch (error) {
  if (!(error instanceof Stopped) || stopped === undefined) throw error;
  process.exitCode = stopped.exitCode;
}
