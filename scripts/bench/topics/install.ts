import { join } from 'node:path';
import { type Bench, installContestant, PLATFORM, publishedKubectl, race, renew, VERSION } from '../bench.ts';
import type { Contestant } from '../measure.ts';
import { extraTimeRow, ratioRow, type Row } from '../row.ts';
import { type Link, startWorld } from '../world.ts';

const MAX_RATIO_AT_100_MBIT = 1.05;
const MAX_EXTRA_MS_AT_1_GBIT = 150;
const EVIDENCE_DELAY_MS = 300;

/** A verified install of kubectl against a plain download of the same bytes from the same server. */
export async function install(bench: Bench): Promise<readonly Row[]> {
  const { path } = await publishedKubectl(bench);
  await using world = await startWorld({
    directory: bench.directory,
    links: [
      { name: '100 Mbit/s', bitsPerSecond: 100e6, evidenceDelayMs: EVIDENCE_DELAY_MS },
      { name: '1 Gbit/s', bitsPerSecond: 1e9 },
    ],
    artifacts: [{ component: 'kubectl', version: VERSION, platform: PLATFORM, path }],
    bundled: [],
  });
  const atSpeed = (name: string): ReturnType<typeof race> => {
    const link = world.link(name);
    const contestants = [installContestant(bench, link, world.trustedRootPath), curl(bench, link)];
    return race(bench, `install at ${name}`, contestants, { peak: true });
  };
  const [slow = [], slowCurl = []] = atSpeed('100 Mbit/s');
  const [fast = [], fastCurl = []] = atSpeed('1 Gbit/s');
  return [
    ratioRow(
      `install of kubectl (48 MB) at 100 Mbit/s, evidence and log ${EVIDENCE_DELAY_MS} ms away`,
      slow,
      { name: 'curl', runs: slowCurl },
      MAX_RATIO_AT_100_MBIT,
    ),
    extraTimeRow(
      'install of kubectl (48 MB) at 1 Gbit/s',
      fast,
      { name: 'curl', runs: fastCurl },
      MAX_EXTRA_MS_AT_1_GBIT,
    ),
  ];
}

function curl(bench: Bench, link: Link): Contestant {
  const target = join(bench.directory, 'curled');
  const url = `${link.url}/release/${VERSION}/bin/${PLATFORM}/kubectl`;
  return {
    name: 'curl',
    commands: [{ program: 'curl', args: ['-sSfo', join(target, 'kubectl'), url] }],
    reset: () => renew(target),
  };
}
