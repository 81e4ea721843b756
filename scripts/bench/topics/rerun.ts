import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Bench, k8sVerify, PLATFORM, publishedKubectl, race, renew, VERSION } from '../bench.ts';
import { ratioRow, type Row } from '../row.ts';
import { startWorld } from '../world.ts';

const MAX_OF_VERIFY = 1.25;
/** Nothing listens there: a run that makes a request fails, and breaks the topic off. */
const NOBODY = 'http://127.0.0.1:1';

/** The same install again, over the file that it has installed, against `verify` of that file: both by kept evidence. */
export async function rerun(bench: Bench): Promise<readonly Row[]> {
  const { path } = await publishedKubectl(bench);
  await using world = await startWorld({
    directory: bench.directory,
    links: [{ name: '1 Gbit/s', bitsPerSecond: 1e9 }],
    artifacts: [{ component: 'kubectl', version: VERSION, platform: PLATFORM, path }],
    bundled: [],
  });
  const link = world.link('1 Gbit/s');
  const target = renew(join(bench.directory, 'installed-once'));
  const kept = ['--trusted-root', world.trustedRootPath, '--data-dir', renew(join(bench.directory, 'kept'))];
  const install = ['install', 'kubectl', VERSION, '--platform', PLATFORM, '--install-dir', target, ...kept];
  const { program, args } = k8sVerify(...install, '--mirror', link.url, '--rekor-url', link.rekorUrl);
  execFileSync(program, [...args], { stdio: 'pipe' });
  const title = 're-run of an installed kubectl (48 MB), without a request';
  const [again = [], verified = []] = race(bench, title, [
    {
      name: 'k8s-verify install',
      commands: [k8sVerify(...install, '--mirror', NOBODY, '--rekor-url', NOBODY)],
    },
    {
      name: 'k8s-verify verify',
      commands: [k8sVerify('verify', join(target, 'kubectl'), ...kept, '--rekor-url', NOBODY)],
    },
  ]);
  return [ratioRow(title, again, { name: 'k8s-verify verify', runs: verified }, MAX_OF_VERIFY)];
}
