import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { executableName, hostTarget } from '../../executable/targets.ts';
import { type Bench, k8sVerify, race } from '../bench.ts';
import { notMeasured, ratioRow, type Row } from '../row.ts';

const MAX_RATIO = 1.3;

/** How fast the executable starts, against the npm package. */
export async function executable(bench: Bench): Promise<readonly Row[]> {
  const words = ['--version', '--help'];
  const target = hostTarget();
  if (target === undefined) {
    return words.map((word) => notMeasured(rowName(word), 'no executable is made for this machine'));
  }
  const out = join(bench.directory, 'executable');
  const build = fileURLToPath(new URL('../../build-executable.ts', import.meta.url));
  execFileSync(process.execPath, [build, target.name, '--out', out], { stdio: ['ignore', 'ignore', 'pipe'] });
  const program = join(out, executableName(target));
  return words.map((word) => {
    const contestants = [
      { name: 'executable', commands: [{ program, args: [word] }] },
      { name: 'npm package', commands: [k8sVerify(word)] },
    ];
    const [ours = [], npm = []] = race(bench, rowName(word), contestants, { runs: bench.runs * 3 });
    return ratioRow(rowName(word), ours, { name: 'npm package', runs: npm }, MAX_RATIO);
  });
}

function rowName(word: string): string {
  return `${word} of the executable`;
}
