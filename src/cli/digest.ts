/** The `digest` command: proven digests of release artifacts, in a form that others read. */
import { digestReleased, type DigestResult, type DigestRun } from '../digest.ts';
import { RequestError } from '../errors.ts';
import type { ReleasedRequest } from '../plan/request.ts';
import { checkLines } from './check-lines.ts';
import { readComponents } from './component-words.ts';
import type { Answer, Console } from './console.ts';
import { inFormat } from './digest-formats.ts';
import type { JsonAnswer } from './output-json.ts';
import { tsvLine } from './output-text.ts';
import {
  type Options,
  type ParsedLine,
  readNames,
  readNetwork,
  readTransport,
  readTrust,
} from './parsed-line.ts';
import { printable } from './printable.ts';
import { type TextStyle, wrapped } from './style.ts';
import { signerOf, thisPlatform } from './success-text.ts';
import { withClient } from './with-client.ts';
import { withEvidence } from './with-evidence.ts';

/** Proves the digests that the command line asks for. */
export async function digest(line: ParsedLine, output: Console): Promise<Answer> {
  const request = readDigest(line);
  const { format, paths } = line.options;
  const result = await withClient(readTransport(line.options), output, async (client, signal) =>
    digestReleased({ ...request, signal }, await withEvidence(client, line.options)),
  );
  const { schemaVersion, results, skipped } = result;
  const json: JsonAnswer & Pick<DigestRun, 'results' | 'skipped'> = {
    schemaVersion,
    command: 'digest',
    ok: true,
    exitCode: 0,
    results,
    skipped,
  };
  const summary = (style: TextStyle): string =>
    linesOf(style.verbose ? results.flatMap((one) => checkLines(one, style)) : []);
  const policies = results.map(({ policy }) => policy);
  if (format !== undefined) {
    return {
      text: inFormat(format, results, { paths: paths === true, today: new Date() }),
      summary,
      policies,
      json,
    };
  }
  return {
    text: results.map(digestLine).join(''),
    shown: (style) => tables(results, style),
    summary,
    policies,
    json,
  };
}

/** @throws RequestError `usage` or `component-unknown`; no work is done here */
function readDigest(line: ParsedLine): ReleasedRequest {
  const { options } = line;
  assertFormat(options);
  return {
    artifacts: readComponents(line),
    platforms: readPlatforms(options),
    ...readTrust(options),
    ...readNames(options),
    ...readNetwork(options),
  };
}

function assertFormat({ format, paths, json }: Options): void {
  if (paths === true && format !== 'sums') {
    throw new RequestError('usage', '--paths goes with --format sums alone', {
      wanted: '--format sums with it',
      found: format === undefined ? '--paths alone' : `--format ${format}`,
      next: format === undefined ? 'add --format sums' : 'leave out --paths',
    });
  }
  if (json !== true || format === undefined) return;
  throw new RequestError('usage', '--json and --format exclude each other', {
    wanted: 'one of the two',
    found: 'both',
    next: 'leave out one of them; the JSON has every digest',
  });
}

function readPlatforms({ platform = [], allPlatforms, format }: Options): ReleasedRequest['platforms'] {
  if (format === 'dockerfile') return platformsOfImages(platform, allPlatforms === true);
  return allPlatforms === true ? 'all' : platform;
}

/** An image is built on linux, on whatever machine. */
function platformsOfImages(asked: readonly string[], all: boolean): ReleasedRequest['platforms'] {
  const other = asked.find((one) => !one.startsWith('linux/'));
  if (other !== undefined) {
    throw new RequestError('usage', `a Dockerfile has no stage for ${printable(other)}`, {
      wanted: 'platforms of linux',
      found: printable(other),
      next: 'name linux/amd64 or linux/arm64, or take another format',
    });
  }
  if (all) return 'all-linux';
  const own = thisPlatform()?.replace(/^[^/]+/, 'linux');
  return asked.length > 0 || own === undefined ? asked : [own];
}

/** Component, version, platform, digest and URL, between tabs. */
function digestLine({ component, version, platform, sha256, url }: DigestResult): string {
  return tsvLine([component, version, platform, `sha256:${sha256}`, url]);
}

/** A table for each component. */
function tables(results: readonly DigestResult[], style: TextStyle): string {
  const groups = Map.groupBy(results, ({ component, version }) => `${component} ${version}`);
  return Array.from(groups, ([name, files]) => tableOf(name, files, style)).join('');
}

const HEADING = 'PLATFORM';

function tableOf(name: string, files: readonly DigestResult[], style: TextStyle): string {
  const rows = files.map(({ platform = 'any', sha256 }) => [platform, sha256] as const);
  const width = Math.max(HEADING.length, ...rows.map(([platform]) => platform.length));
  return linesOf([
    printable(`${name}, proven, nothing downloaded`),
    ...[[HEADING, 'SHA-256'] as const, ...rows].map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    `  ${wrapped(printable(signedText(files)), 6, style)}`,
  ]);
}

/** `signed 2024-06-11 by krel-staging@...`; a release may be signed on several days. */
function signedText(files: readonly DigestResult[]): string {
  const days = files.flatMap(({ signedAt }) => signedAt?.slice(0, 10) ?? []).toSorted();
  const [first] = days;
  const last = days.at(-1);
  const signers = [...new Set(files.map(signerOf))].join(', ');
  if (first === undefined || last === undefined) return `signed by ${signers}`;
  return `signed ${first === last ? first : `${first} to ${last}`} by ${signers}`;
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
