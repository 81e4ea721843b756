import { join } from 'node:path';
import {
  type Bench,
  installContestant,
  PLATFORM,
  publishedKubectl,
  race,
  refreshingContestant,
  renew,
  VERSION,
} from '../bench.ts';
import type { Command, Contestant } from '../measure.ts';
import { cosignVerifyBlob, curlSigned, NO_COSIGN, opensslDigest } from '../references.ts';
import { notMeasured, peakRow, ratioRow, type Row } from '../row.ts';
import { type Link, startWorld, type World } from '../world.ts';

const MAX_OF_CURL_AT_100_MBIT = 1.05;
const MAX_OF_OPENSSL_AT_1_GBIT = 1.2;
const MAX_OF_OPENSSL_WITH_REFRESH = 1.3;
const MAX_MB_WITH_REFRESH = 125;
const MAX_OF_COSIGN_AT_1_GBIT = 0.9;
const EVIDENCE_DELAY_MS = 300;

/** A verified install of kubectl against a download of the same bytes from the same server, hashed or verified afterwards. */
export async function install(bench: Bench): Promise<readonly Row[]> {
  const { path } = await publishedKubectl(bench);
  await using world = await startWorld({
    directory: bench.directory,
    links: [
      { name: '100 Mbit/s', bitsPerSecond: 100e6, evidenceDelayMs: EVIDENCE_DELAY_MS },
      { name: '1 Gbit/s', bitsPerSecond: 1e9 },
    ],
    artifacts: [{ component: 'kubectl', version: VERSION, platform: PLATFORM, path }],
    bundled: [path],
  });
  return [...atSlowSpeed(bench, world), ...atFastSpeed(bench, world, path)];
}

function atSlowSpeed(bench: Bench, world: World): readonly Row[] {
  const link = world.link('100 Mbit/s');
  const [ours = [], refreshing = [], curl = []] = race(
    bench,
    'install at 100 Mbit/s',
    [
      installContestant(bench, link, world.trustedRootPath),
      refreshingContestant(bench, link),
      afterDownload(bench, link, 'curl'),
    ],
    { peak: true },
  );
  const title = `install of kubectl (48 MB) at 100 Mbit/s, evidence and log ${EVIDENCE_DELAY_MS} ms away`;
  return [
    ratioRow(title, ours, { name: 'curl', runs: curl }, MAX_OF_CURL_AT_100_MBIT),
    ratioRow(`${title}, with a refresh`, refreshing, { name: 'curl', runs: curl }, MAX_OF_CURL_AT_100_MBIT),
    peakRow('peak memory of install (48 MB) with a refresh', refreshing, MAX_MB_WITH_REFRESH),
  ];
}

function atFastSpeed(bench: Bench, world: World, path: string): readonly Row[] {
  const link = world.link('1 Gbit/s');
  const file = join(bench.directory, 'curled', 'kubectl');
  const verifyBlob = cosignVerifyBlob(file, `${path}.sigstore.json`, world.trustedRootPath);
  const [openssl, cosign] = ['curl, then openssl dgst', 'curl, then cosign verify-blob'] as const;
  const [ours = [], refreshing = [], hashed = [], verified = []] = race(
    bench,
    'install at 1 Gbit/s',
    [
      installContestant(bench, link, world.trustedRootPath),
      refreshingContestant(bench, link),
      afterDownload(bench, link, openssl, opensslDigest(file)),
      ...(verifyBlob === undefined ? [] : [afterDownload(bench, link, cosign, verifyBlob)]),
    ],
    { peak: true },
  );
  const title = 'install of kubectl (48 MB) at 1 Gbit/s';
  return [
    ratioRow(title, ours, { name: openssl, runs: hashed }, MAX_OF_OPENSSL_AT_1_GBIT),
    ratioRow(
      `${title}, with a refresh`,
      refreshing,
      { name: openssl, runs: hashed },
      MAX_OF_OPENSSL_WITH_REFRESH,
    ),
    verifyBlob === undefined
      ? notMeasured(title, NO_COSIGN, MAX_OF_COSIGN_AT_1_GBIT)
      : ratioRow(title, ours, { name: cosign, runs: verified }, MAX_OF_COSIGN_AT_1_GBIT),
  ];
}

/** curl of the binary; with something to do afterwards, of its signature files too. */
function afterDownload(bench: Bench, link: Link, name: string, next?: Command): Contestant {
  const target = join(bench.directory, 'curled');
  const url = `${link.url}/release/${VERSION}/bin/${PLATFORM}/kubectl`;
  const curl = { program: 'curl', args: ['-sSfo', join(target, 'kubectl'), url] };
  return {
    name,
    commands: next === undefined ? [curl] : [curlSigned(url, target), next],
    reset: () => void renew(target),
  };
}
