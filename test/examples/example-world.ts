/** A machine for the examples: a local release server and log, and a `k8s-verify` on PATH that uses them. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatPlatform, hostPlatform } from '../../src/release/platform.ts';
import { ROOT } from '../package/packed.ts';
import { type RunningSigstore, startLocalSigstore } from '#support/local-sigstore';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';
import { type ProgramRun, runProgram } from '#support/run-program';
import { createTempDir, type TempDir } from '#support/temp-dir';

export const VERSION = 'v1.30.2';
export const COMPONENTS = ['kubeadm', 'kubelet', 'kubectl'] as const;

export interface ExampleWorld {
  readonly dir: TempDir;
  readonly releases: ReleaseServer;
  readonly sigstore: RunningSigstore;
  /** Every component of another version. */
  publish(version: string): Promise<void>;
  /** Options that make k8s-verify use this world. */
  readonly options: readonly string[];
  /** A script that is k8s-verify with those options. */
  readonly command: string;
  /** Runs a program with that `k8s-verify` on PATH. */
  run(
    command: readonly [string, ...string[]],
    more?: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<ProgramRun>;
  close(): Promise<void>;
}

/**
 * A program that says its name and version. It notes how it was started in EXAMPLE_LOG, and fails where EXAMPLE_FAILS names it
 * (`kubeadm-v1.30.3`), or it with its first word (`kubectl-v1.30.3-uncordon`). An API server of version EXAMPLE_API answers it;
 * without that, none does.
 */
function programText(component: string, version: string): string {
  return [
    '#!/bin/sh',
    `if [ -n "$EXAMPLE_LOG" ]; then echo "${component} ${version} $*" >>"$EXAMPLE_LOG"; fi`,
    `case "$*" in *"get --raw /version")`,
    '  if [ -z "$EXAMPLE_API" ]; then echo "connection refused" >&2; exit 1; fi',
    String.raw`  printf '{\n  "major": "1",\n  "gitVersion": "%s",\n  "platform": "linux/amd64"\n}' "$EXAMPLE_API"`,
    '  exit 0 ;;',
    'esac',
    `echo ${component} ${version}`,
    `case " $EXAMPLE_FAILS " in *" ${component}-${version} "* | *" ${component}-${version}-$1 "*) exit 1 ;; esac`,
    '',
  ].join('\n');
}

export async function startExampleWorld(): Promise<ExampleWorld> {
  const [dir, sigstore, releases] = await Promise.all([
    createTempDir('k8s-verify-example-'),
    startLocalSigstore(),
    startReleaseServer(),
  ]);
  const platform = formatPlatform(
    hostPlatform({ platform: process.platform, arch: process.arch, endianness: 'LE' }),
  );
  const publish = async (version: string): Promise<void> => {
    for (const component of COMPONENTS) {
      const bytes = Buffer.from(programText(component, version));
      await releases.publishRelease({ version, platform, component, bytes, sigstore });
    }
  };
  await publish(VERSION);
  writeFileSync(dir.join('root.json'), sigstore.trustedRoot());
  const trust = ['--trusted-root', dir.join('root.json')];
  const options = ['--mirror', releases.url, '--rekor-url', sigstore.rekorUrl, ...trust];
  const cli = path.join(ROOT, 'bin/k8s-verify.js');
  const command = [
    '#!/bin/sh',
    `if [ "$1" = verify ]; then exec '${process.execPath}' '${cli}' "$@" ${trust.join(' ')}; fi`,
    `exec '${process.execPath}' '${cli}' "$@" ${options.join(' ')}`,
    '',
  ].join('\n');
  mkdirSync(dir.join('path'));
  writeFileSync(dir.join('path', 'k8s-verify'), command);
  chmodSync(dir.join('path', 'k8s-verify'), 0o755);
  const PATH = [dir.join('path'), path.dirname(process.execPath), process.env['PATH']].join(':');
  const run: ExampleWorld['run'] = (words, { cwd = dir.path, env = {} } = {}) =>
    runProgram(words, { cwd, env: { PATH, HOME: dir.path, ...env } });
  const close = async (): Promise<void> => {
    await Promise.all([sigstore.close(), releases.close(), dir.remove()]);
  };
  return { dir, releases, sigstore, publish, options, command, run, close };
}

/** The components in a directory that are whole and may be run. */
export function installedIn(directory: string, version: string = VERSION): readonly string[] {
  const there = readdirSync(directory);
  return COMPONENTS.filter((component) => {
    const file = path.join(directory, component);
    return (
      there.includes(component) &&
      readFileSync(file, 'utf8').includes(`${component} ${version}`) &&
      (statSync(file).mode & 0o111) !== 0
    );
  });
}

/** Whether this machine has a program that an example is for. */
export function onPath(program: string, option = '--version'): boolean {
  return spawnSync(program, [option], { stdio: 'ignore' }).status === 0;
}

/** A file of `examples/`. */
export function example(name: string): string {
  return path.join(ROOT, 'examples', name);
}

export function readExample(name: string): string {
  return readFileSync(example(name), 'utf8');
}
