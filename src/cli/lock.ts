/** The `lock` command: writes down files by digest, for `install --locked`. */
import { resolve } from 'node:path';
import { type CheckedLock, checkLocked, lockReleases, type LockRun } from '../lock.ts';
import type { LockedComponent } from '../flow/lock-outcome.ts';
import type { Lock } from '../lockfile/lock.ts';
import { DEFAULT_LOCKFILE } from '../lockfile/lockfile.ts';
import { RequestError } from '../errors.ts';
import type { LockRequest } from '../plan/lock-request.ts';
import { readComponents } from './component-words.ts';
import type { Answer, Console } from './console.ts';
import type { JsonAnswer } from './output-json.ts';
import { type ParsedLine, readNames, readNetwork, readTransport, readTrust } from './parsed-line.ts';
import { printable } from './printable.ts';
import { symbol, type TextStyle, wrapped } from './style.ts';
import { withClient } from './with-client.ts';
import { commandText } from './words.ts';

/** Locks what the command line asks for, or checks the lock. */
export async function lock(line: ParsedLine, output: Console): Promise<Answer> {
  const request = readLock(line);
  return withClient(readTransport(line.options), output, async (client, signal) => {
    if (line.options.check !== true) {
      return lockAnswer(await lockReleases({ ...request, signal }, client), request);
    }
    return checkAnswer(await checkLocked({ ...request, signal }, client), request);
  });
}

/** @throws RequestError `usage` or `component-unknown`; no work is done here */
function readLock(line: ParsedLine): LockRequest {
  const { operands, options } = line;
  const { check, platform = [], evidence, dryRun, lockfile = DEFAULT_LOCKFILE } = options;
  if (check === true && (operands.length > 0 || platform.length > 0)) {
    throw new RequestError('usage', '--check takes the lockfile as it is', {
      wanted: '--check alone',
      found: [...operands, ...platform.map((one) => `--platform ${one}`)].join(' '),
      next: 'k8s-verify lock --check',
    });
  }
  return {
    lockfile,
    artifacts: operands.length === 0 ? [] : readComponents(line),
    platforms: platform,
    evidence,
    ...(dryRun === true ? { dryRun } : {}),
    ...readTrust(options),
    ...readNames(options),
    ...readNetwork(options),
  };
}

function lockAnswer(run: LockRun, request: LockRequest): Answer {
  return {
    text: `${printable(run.path)}\n`,
    shown: () => '',
    summary: (style) => lockLines(run, request, style),
    policies: run.results.map(({ policy }) => policy),
    json: lockJson(run),
  };
}

/** A line for each component, and what to do with the file. */
function lockLines({ results, written }: LockRun, request: LockRequest, style: TextStyle): string {
  const { lockfile, dryRun } = request;
  const named = new Set(request.artifacts.map(({ component }) => component));
  const shown = results.filter((one) => one.changed || named.size === 0 || named.has(one.component));
  const name = printable(lockfile);
  const install = commandText(
    lockfile === DEFAULT_LOCKFILE ? ['install', '--locked'] : ['install', '--lockfile', lockfile],
  );
  const last =
    dryRun === true
      ? `${name} was not written`
      : written
        ? `wrote ${name}; commit it${request.evidence ? ' and k8s-verify.evidence next to it' : ''}, then: ${install ?? ''}`
        : `${name} is as it was`;
  const verb = dryRun === true ? 'would lock' : 'locked';
  return [
    ...shown.map(
      (one) => `${symbol(style, 'done')}${wrapped(printable(`${verb} ${sentence(one)}`), 2, style)}`,
    ),
    `${style.terminal === undefined ? '' : '  '}${wrapped(last, 4, style)}`,
  ]
    .map((text) => `${text}\n`)
    .join('');
}

/** `kubelet v1.30.2 (1.30) linux/amd64 (was v1.29.6)` */
function sentence({ component, asked, version, platforms, was }: LockedComponent): string {
  return [
    component,
    version,
    ...(asked === version ? [] : [`(${asked})`]),
    ...(platforms.length === 0 ? [] : [platforms.join(', ')]),
    ...(was === undefined ? [] : [`(was ${was})`]),
  ].join(' ');
}

function checkAnswer({ lock: found, uses }: CheckedLock, { lockfile }: LockRequest): Answer {
  const { artifacts } = found;
  const versions = [...new Set(artifacts.map(({ version }) => version))].join(', ');
  const files = artifacts.length === 1 ? '1 file' : `${artifacts.length} files`;
  const text = `${lockfile} is up to date: ${files} of ${versions}`;
  const run = { path: resolve(lockfile), written: false, results: componentsOf(found, uses), skipped: [] };
  return {
    text: `${printable(run.path)}\n`,
    shown: () => '',
    summary: (style) => `${symbol(style, 'done')}${wrapped(printable(text), 2, style)}\n`,
    policies: run.results.map(({ policy }) => policy),
    json: lockJson(run),
  };
}

function componentsOf({ asked, artifacts }: Lock, uses: CheckedLock['uses']): readonly LockedComponent[] {
  const groups = Map.groupBy(artifacts, ({ component }) => component);
  return Array.from(groups, ([component, entries]) => {
    const version = entries[0]?.version ?? '';
    const platforms = entries.flatMap(({ platform }) => platform ?? []);
    const policy = uses.get(component);
    return {
      component,
      asked: asked?.get(component) ?? version,
      version,
      platforms,
      changed: false,
      ...(policy === undefined ? {} : { policy }),
    };
  });
}

function lockJson({
  path,
  written,
  results,
  skipped,
}: Omit<LockRun, 'notes' | 'schemaVersion'>): JsonAnswer & Omit<LockRun, 'notes'> {
  return { schemaVersion: 1, command: 'lock', ok: true, exitCode: 0, path, written, results, skipped };
}
