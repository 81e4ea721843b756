import { join } from 'node:path';
import { type Bench, k8sVerify, makeFile, race, renew } from '../bench.ts';
import { type Row, timeRow } from '../row.ts';
import { startWorld } from '../world.ts';
import { TWELVE } from './several.ts';

const VERSION = 'v1.30.2';
const ON_LINUX = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x'];
const WINDOWS = 'windows/amd64';
/** What that release has for Windows. */
const FOR_WINDOWS: ReadonlySet<string> = new Set([
  'kube-log-runner',
  'kube-proxy',
  'kubeadm',
  'kubectl',
  'kubectl-convert',
  'kubelet',
]);
const LATENCY_MS = 50;
const UNDER_MS = 3000;

/** Twelve components for five platforms, written down by digest without downloading them. */
export async function lock(bench: Bench): Promise<readonly Row[]> {
  const platforms = [...ON_LINUX, WINDOWS];
  const artifacts = platforms.flatMap((platform) =>
    TWELVE.filter((component) => platform !== WINDOWS || FOR_WINDOWS.has(component)).map((component) => ({
      component,
      version: VERSION,
      platform,
      path: makeFile(
        join(bench.directory, `${component}-${platform.replace('/', '-')}`),
        1000,
        component + platform,
      ),
    })),
  );
  const name = `${LATENCY_MS} ms`;
  await using world = await startWorld({
    directory: bench.directory,
    links: [{ name, evidenceDelayMs: LATENCY_MS }],
    artifacts,
    bundled: [],
  });
  const { url, rekorUrl } = world.link(name);
  const directory = join(bench.directory, 'locked');
  const from = ['--mirror', url, '--rekor-url', rekorUrl, '--trusted-root', world.trustedRootPath];
  const to = ['--data-dir', join(directory, 'data'), '--lockfile', join(directory, 'k8s-verify.lock.json')];
  const wanted = platforms.flatMap((platform) => ['--platform', platform]);
  const command = k8sVerify('lock', ...TWELVE, VERSION, ...wanted, ...from, ...to, '--quiet');
  const title = `lock of 12 components for 5 platforms (${artifacts.length} files), every answer after ${name}`;
  const [runs = []] = race(bench, title, [
    { name: 'k8s-verify lock', commands: [command], reset: () => void renew(directory) },
  ]);
  return [timeRow(title, runs, UNDER_MS)];
}
