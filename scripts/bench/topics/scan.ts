import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { goProgram } from '#support/go-program';
import { createLocalSigstore, type LocalSigstore } from '#support/local-sigstore';
import { type Bench, k8sVerify, publishedKubectl, race, renew, VERSION } from '../bench.ts';
import type { Command, Run } from '../measure.ts';
import { peakRow, ratioRow, type Row } from '../row.ts';

const LARGE = { count: 20, bytes: 50_000_000, maxRatio: 1.3 };
const MANY = 10_000;
const UNDER_MB = 130;

/** Programs with their bundles, whose names are read too, as those of a node are. */
export async function scan(bench: Bench): Promise<readonly Row[]> {
  const sigstore = createLocalSigstore();
  const trustedRoot = join(bench.directory, 'scan-root.json');
  writeFileSync(trustedRoot, sigstore.trustedRoot());
  const scanOf = (directory: string, ...more: readonly string[]): Command =>
    k8sVerify('scan', directory, '--offline', '--trusted-root', trustedRoot, '--quiet', ...more);
  const large = renew(join(bench.directory, 'large-programs'));
  const files = await largeFiles(bench, large, sigstore);
  const title = `scan of ${LARGE.count} binaries of ${LARGE.bytes / 1e6} MB`;
  const contestants = [
    { name: 'k8s-verify scan', commands: [scanOf(large)] },
    { name: 'openssl on all cores', commands: [opensslOnAllCores(files)] },
  ];
  const [ours = [], reference = []] = race(bench, title, contestants);
  const [peaks = []] = race(bench, `memory, ${title}`, contestants.slice(0, 1), { peak: true });
  const many = renew(join(bench.directory, 'many-programs'));
  for (let index = 0; index < MANY; index += 1)
    put(many, index, sigstore, (path) => writeFileSync(path, goProgram({ strings: [`v1.30.${index}`] })));
  const ofMany = `scan of ${MANY} binaries`;
  const peaksOf = (name: string, command: Command): readonly Run[] =>
    race(bench, name, [{ name: 'k8s-verify scan', commands: [command] }], { peak: true, runs: 1 })[0] ?? [];
  const manyPeaks = peaksOf(ofMany, scanOf(many));
  const withPage = `${ofMany}, with --report`;
  const pagePeaks = peaksOf(withPage, scanOf(many, '--report', join(bench.directory, 'scan.html')));
  return [
    ratioRow(title, ours, { name: 'openssl dgst on all cores', runs: reference }, LARGE.maxRatio),
    peakRow(`peak memory of ${title}`, peaks, UNDER_MB),
    peakRow(`peak memory of ${ofMany}`, manyPeaks, UNDER_MB),
    peakRow(`peak memory of ${withPage}`, pagePeaks, UNDER_MB),
  ];
}

/** Real kubectls that say that they are of twenty releases. */
async function largeFiles(
  bench: Bench,
  directory: string,
  sigstore: LocalSigstore,
): Promise<readonly string[]> {
  const kubectl = readFileSync((await publishedKubectl(bench)).path);
  const padding = Buffer.alloc(Math.max(0, LARGE.bytes - kubectl.length));
  return Array.from({ length: LARGE.count }, (_, index) => {
    const version = `v1.${26 + Math.floor(index / 10)}.${index % 10}`;
    const bytes = Buffer.concat([kubectl, padding]);
    for (let at = bytes.indexOf(VERSION); at !== -1; at = bytes.indexOf(VERSION, at + 1))
      bytes.write(version, at, 'latin1');
    return put(directory, index, sigstore, (path) => writeFileSync(path, bytes));
  });
}

/** A kubectl in a directory of its own, with its bundle. */
function put(parent: string, index: number, sigstore: LocalSigstore, write: (path: string) => void): string {
  const directory = join(parent, String(index).padStart(5, '0'));
  mkdirSync(directory);
  const path = join(directory, 'kubectl');
  write(path);
  writeFileSync(`${path}.sigstore.json`, sigstore.signBlob({ bytes: readFileSync(path) }).bundle('0.3'));
  return path;
}

/** Each core has one process with its share of the files. */
function opensslOnAllCores(files: readonly string[]): Command {
  const cores = availableParallelism();
  const share = Math.ceil(files.length / cores);
  const script = `printf '%s\\0' "$@" | xargs -0 -n ${share} -P ${cores} openssl dgst -sha256`;
  return { program: 'sh', args: ['-c', script, 'sh', ...files] };
}
