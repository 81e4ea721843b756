/**
 * Measures what a verified install costs compared with the plain tools, and prints one table.
 *
 *     npm run bench -- [TOPIC ...] [--runs N] [--strict]
 *
 * Every figure is the median of N runs (default 7, at least 5), taken in turn with its reference's. It ends with 0
 * whatever the figures are; with `--strict`, with 1 where a target is missed.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bench, type Topic, versionOf } from './bench/bench.ts';
import type { Row } from './bench/row.ts';
import { renderTable } from './bench/table.ts';
import { executable } from './bench/topics/executable.ts';
import { extract } from './bench/topics/extract.ts';
import { install } from './bench/topics/install.ts';
import { lock } from './bench/topics/lock.ts';
import { memory } from './bench/topics/memory.ts';
import { name as nameOfBinary } from './bench/topics/name.ts';
import { proof } from './bench/topics/proof.ts';
import { releaseAudit } from './bench/topics/release.ts';
import { rerun } from './bench/topics/rerun.ts';
import { scan } from './bench/topics/scan.ts';
import { several } from './bench/topics/several.ts';
import { startup } from './bench/topics/startup.ts';
import { verify } from './bench/topics/verify.ts';

const TOPICS: Readonly<Record<string, Topic>> = {
  startup,
  verify,
  install,
  rerun,
  several,
  scan,
  lock,
  release: releaseAudit,
  memory,
  proof,
  name: nameOfBinary,
  extract,
  executable,
};
const DEFAULT_RUNS = 7;
const MIN_RUNS = 5;

function machine(): string {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(2);
  const tools = [
    versionOf('curl', '--version'),
    versionOf('openssl', 'version'),
    versionOf('tar', '--version'),
    versionOf('cosign', 'version'),
  ];
  return [
    `Machine: ${cpus().length} x ${cpu?.model ?? 'unknown CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, load ${load}`,
    `System: ${type()} ${release()}, Node ${process.version}`,
    `Tools: ${tools.join('; ')}`,
  ].join('\n');
}

/** A topic that cannot be measured does not cost the others their rows. */
async function runTopic(name: string, bench: Bench): Promise<readonly Row[]> {
  try {
    return (await TOPICS[name]?.(bench)) ?? [];
  } catch (error) {
    console.error(error);
    return [{ name, result: 'broke off, see above', target: '', verdict: 'FAIL' }];
  }
}

interface Arguments {
  readonly names: readonly string[];
  readonly runs: number;
  readonly strict: boolean;
}

/** @throws Error for what is not understood. */
function readArguments(): Arguments {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string' }, strict: { type: 'boolean', default: false } },
  });
  const runs = Number(values.runs ?? DEFAULT_RUNS);
  if (!Number.isInteger(runs) || runs < MIN_RUNS) throw new Error(`--runs takes a number from ${MIN_RUNS}`);
  const unknown = positionals.find((name) => TOPICS[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(`there is no topic ${unknown}; there are ${Object.keys(TOPICS).join(', ')}`);
  }
  const names = positionals.length === 0 ? Object.keys(TOPICS) : positionals;
  return { names, runs, strict: values.strict };
}

/** Not in the system's directory for temporary files, which may be memory: what is installed goes to a disk. */
function makeDirectory(): string {
  const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(`${cache}/bench-`);
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  process.once('SIGINT', () => process.exit(130));
  return directory;
}

async function main({ names, runs, strict }: Arguments): Promise<void> {
  const directory = makeDirectory();
  console.log(`${machine()}\nRuns: ${runs} for each figure, taken in turn\n`);
  const rows: Row[] = [];
  for (const name of names) rows.push(...(await runTopic(name, { directory, runs, say: console.error })));
  console.log(`\n${renderTable(rows)}`);
  if (strict && rows.some(({ verdict }) => verdict === 'FAIL')) process.exitCode = 1;
}

try {
  await main(readArguments());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
