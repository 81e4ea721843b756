import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as tar from 'tar';
import { type Bench, findProgram, k8sVerify, makeFile, publishedKubectl, race, renew } from '../bench.ts';
import { notMeasured, peakRow, ratioRow, type Row } from '../row.ts';
import { startWorld } from '../world.ts';

const TARBALL_BYTES = 150_000_000;
const MAX_RATIO = 1.6;
const MAX_PEAK_MB = 130;

/** A proven tarball is hashed, proved, hashed once more on its way to disk, and unpacked; tar only unpacks. */
export async function extract(bench: Bench): Promise<readonly Row[]> {
  const tarball = await makeTarball(bench);
  await using world = await startWorld({
    directory: bench.directory,
    links: [],
    artifacts: [],
    bundled: [tarball],
  });
  const ours = join(bench.directory, 'unpacked');
  const theirs = join(bench.directory, 'unpacked-by-tar');
  const verify = k8sVerify('verify', tarball, '--trusted-root', world.trustedRootPath);
  const contestants = [
    {
      name: 'k8s-verify',
      commands: [{ ...verify, args: [...verify.args, '--output', ours, '--extract'] }],
      reset: () => rmSync(ours, { recursive: true, force: true }),
    },
    {
      name: 'tar xzf',
      commands: [{ program: 'tar', args: ['xzf', tarball, '-C', theirs] }],
      reset: () => renew(theirs),
    },
  ];
  const title = 'proof and extraction of a 150 MB tarball';
  if (findProgram('tar') === undefined) return [notMeasured(title, 'tar is not on the PATH')];
  const [runs = [], tarRuns = []] = race(bench, title, contestants, { peak: true });
  return [
    ratioRow(title, runs, { name: 'tar xzf', runs: tarRuns }, MAX_RATIO),
    peakRow('peak memory of that', runs, MAX_PEAK_MB),
  ];
}

/** Laid out as kubernetes-server, of as many copies of the one binary as it takes: they compress as Go programs do. */
async function makeTarball(bench: Bench): Promise<string> {
  const { path, genuine } = await publishedKubectl(bench);
  const member = genuine ? path : makeFile(join(bench.directory, 'member'), 50_000_000);
  const packedBytes = gzipSync(readFileSync(member)).length;
  const directory = join(bench.directory, 'pack', 'kubernetes', 'server', 'bin');
  mkdirSync(directory, { recursive: true });
  for (let copy = 0; copy < Math.round(TARBALL_BYTES / packedBytes); copy += 1) {
    copyFileSync(member, join(directory, `program-${copy}`));
  }
  const file = join(bench.directory, 'kubernetes-server-linux-amd64.tar.gz');
  await tar.create({ file, gzip: true, cwd: join(bench.directory, 'pack'), portable: true }, ['kubernetes']);
  rmSync(join(bench.directory, 'pack'), { recursive: true });
  return file;
}
