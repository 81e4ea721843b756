/** What one command prints: on a terminal of 80 columns, and into two pipes. */
import { spawnSync } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { CLI_PATH } from '#support/run-cli';
import { OTHER_UID } from '#support/other-user';
import { type ProgramRun, runProgram } from '#support/run-program';
import { type Authorities, type Internet, PLATFORM, startInternet } from './internet.ts';

/** One command line, and the world that it meets. */
export interface Scene {
  /** Of its two files in `screens/`. */
  readonly name: string;
  /** Publishes, breaks, writes into the home. */
  readonly arrange?: (internet: Internet) => Promise<unknown> | void;
  /** Command lines that ran before, successfully. */
  readonly before?: readonly string[];
  /** What changes after those. */
  readonly after?: (internet: Internet) => Promise<void> | void;
  /** How many lines at the end are recorded, of an answer that is long and held to another file; default: all. */
  readonly lines?: number;
  /** What is typed behind `k8s-verify`, without words that need quotes. */
  readonly typed: string;
  /** As a user who may not write to the machine's directories. */
  readonly unprivileged?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export const HAS_SCRIPT: boolean =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

/** The screen: both streams, as a person sees them. */
export async function onTerminal(authorities: Authorities, scene: Scene): Promise<string> {
  await using internet = await prepared(authorities, scene);
  const command = commandOf(internet, scene, scene.typed)
    .map((word) => `'${word}'`)
    .join(' ');
  const { stdout, exitCode } = await runProgram(
    ['script', '--quiet', '--return', '--command', `stty cols 80 rows 24; ${command}`, '/dev/null'],
    { cwd: internet.home, env: { PATH: process.env['PATH'], SHELL: '/bin/sh' } },
  );
  const screen = end(scene, always(internet, stdout.replaceAll('\r\n', '\n')));
  return `$ k8s-verify ${scene.typed}\n${screen}[exit code ${exitCode}]\n`;
}

/** What `--json` prints into a pipe, as it is. */
export async function asJson(authorities: Authorities, scene: Scene): Promise<ProgramRun> {
  await using internet = await prepared(authorities, scene);
  return await run(internet, scene, `${scene.typed} --json --quiet`);
}

/** What programs read: each stream by itself. */
export async function inPipes(authorities: Authorities, scene: Scene): Promise<string> {
  await using internet = await prepared(authorities, scene);
  const { stdout, stderr, exitCode } = await run(internet, scene, scene.typed);
  const streams = { stdout: end(scene, always(internet, stdout)), stderr: always(internet, stderr) };
  return `$ k8s-verify ${scene.typed}\n-- stdout\n${streams.stdout}-- stderr\n${streams.stderr}-- exit code ${exitCode}\n`;
}

function end({ lines }: Scene, text: string): string {
  const all = text.split('\n');
  if (lines === undefined || all.length <= lines + 1) return text;
  return `[many lines]\n${all.slice(-lines - 1).join('\n')}`;
}

async function prepared(authorities: Authorities, scene: Scene): Promise<Internet> {
  const internet = await startInternet(authorities);
  if (scene.unprivileged === true) await chown(internet.home, OTHER_UID, OTHER_UID);
  await scene.arrange?.(internet);
  for (const typed of scene.before ?? []) {
    const { exitCode, stderr } = await run(internet, scene, typed);
    if (exitCode !== 0) throw new Error(`k8s-verify ${typed}: ${stderr}`);
  }
  await scene.after?.(internet);
  return internet;
}

function run(internet: Internet, scene: Scene, typed: string): Promise<ProgramRun> {
  const env = { PATH: process.env['PATH'] };
  return runProgram(commandOf(internet, scene, typed), { cwd: internet.home, env });
}

const AS_OTHER = ['setpriv', `--reuid=${OTHER_UID}`, `--regid=${OTHER_UID}`, '--clear-groups', '--'] as const;

/** In an environment that holds nothing of the one who runs the tests. */
function commandOf(internet: Internet, scene: Scene, typed: string): [string, ...string[]] {
  const variables = {
    PATH: join(internet.home, 'path'),
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    CI: 'true',
    SHELL: '/bin/bash',
    // Root would keep things in the machine's own directory.
    K8S_VERIFY_DATA_DIR: join(internet.home, '.local/share/k8s-verify'),
    ...internet.env,
    ...scene.env,
  };
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const words = typed.split(' ').filter((word) => word !== '');
  const command = ['env', '-i', ...assignments, process.execPath, CLI_PATH, ...words] as const;
  return scene.unprivileged === true ? [...AS_OTHER, ...command] : [...command];
}

/** What differs from run to run and from machine to machine, replaced by something as long. */
function always({ home }: Internet, text: string): string {
  const digests = new Map<string, string>();
  const digest = (hex: string): string => {
    const known = digests.get(hex) ?? String((digests.size + 1) % 10).repeat(64);
    digests.set(hex, known);
    return known;
  };
  return text
    .replaceAll(home, '/home/someone')
    .replaceAll(/127\.0\.0\.1:\d{5}/g, '127.0.0.1:34567')
    .replaceAll(PLATFORM, 'linux/amd64')
    .replaceAll(/\b[0-9a-f]{64}\b/g, digest)
    .replaceAll(/\b[0-9a-f]{16}\.\.\./g, `${'1'.repeat(16)}...`)
    .replaceAll(/\b20\d\d-\d\d-\d\d(?!\d)/g, '2026-11-28')
    .replaceAll(/(?<!\d)\d\d:\d\d:\d\d(?!\d)/g, '12:00:00')
    .replaceAll(/(?<=12:00:00)\.\d{3}(?=Z)/g, '.000')
    .replaceAll(/(?<=2026-11-28 )\d\d:\d\d(?: to \d\d:\d\d)?(?= UTC)/g, '12:00')
    .replaceAll(/(?<=key ID\s+)[0-9a-f]{40}/g, '1'.repeat(40))
    .replaceAll(/\b(in|after) \d+ ms\b/g, '$1 9 ms')
    .replaceAll(/\bleaf \d{3} of \d{3}\b/g, 'leaf 123 of 456')
    .replaceAll(/\bindex \d{3}\b/g, 'index 234')
    .replaceAll(/sigstore\.test - \d+/g, 'sigstore.test - 1234567890123456789');
}
