/**
 * Transcripts: what a user types and what happens, as text files that a test runs (the idea of testscript, as age uses
 * it). One line is one step; test/transcripts/README.md lists the steps.
 */
import { writeFile } from 'node:fs/promises';
import { createProgram } from '../../src/cli/program.ts';
import { fault, type Fault } from '#support/http/faults';
import { seededBody } from '#support/http/large-bodies';
import { type RunningSigstore, startLocalSigstore } from '#support/local-sigstore';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';
import { runCli } from '#support/run-cli';
import type { ProgramRun } from '#support/run-program';
import { binaryTarball, publishTarball } from '../stories/support/tarballs.ts';
import { createTempDir, snapshot, type TempDir } from '#support/temp-dir';

const PLATFORM = 'linux/amd64';
const ARTIFACT_BYTES = 200_000;

const FAULTS: ReadonlyMap<string, Fault> = new Map([
  ['html', fault.html()],
  ['empty', fault.empty()],
  ['reset', fault.reset()],
]);

export interface Step {
  readonly line: number;
  readonly negated: boolean;
  readonly words: readonly string[];
}

/** A step that did not go as the transcript says. */
export class TranscriptError extends Error {
  override readonly name = 'TranscriptError';
}

/** Words are separated by spaces; in single quotes a word may hold spaces. */
export function parseTranscript(text: string): readonly Step[] {
  return text.split('\n').flatMap((content, index) => {
    const words = Array.from(content.matchAll(/'(?<quoted>[^']*)'|(?<bare>\S+)/g), ({ groups }) => ({
      text: groups?.['quoted'] ?? groups?.['bare'] ?? '',
      quoted: groups?.['quoted'] !== undefined,
    }));
    const comment = words.findIndex((word) => !word.quoted && word.text.startsWith('#'));
    const own = (comment === -1 ? words : words.slice(0, comment)).map((word) => word.text);
    if (own.length === 0) return [];
    const negated = own[0] === '!';
    return [{ line: index + 1, negated, words: negated ? own.slice(1) : own }];
  });
}

/** Runs the steps in a world of their own; the first one that goes otherwise throws, with its line. */
export async function runTranscript(text: string): Promise<void> {
  await using dir = await createTempDir('k8s-verify-transcript-');
  await using sigstore = await startLocalSigstore();
  await using releases = await startReleaseServer();
  await writeFile(dir.join('root.json'), sigstore.trustedRoot());
  const run = new Run(dir, sigstore, releases);
  for (const step of parseTranscript(text)) {
    try {
      await run.take(step);
    } catch (error) {
      const { stdout = '', stderr = '', exitCode = '' } = run.last ?? {};
      const output = `exit code: ${exitCode}\nstdout:\n${stdout}\nstderr:\n${stderr}`;
      const reason = error instanceof Error ? error.message : String(error);
      throw new TranscriptError(`line ${step.line}: ${step.words.join(' ')}: ${reason}\n${output}`, {
        cause: error,
      });
    }
  }
}

class Run {
  readonly #dir: TempDir;
  readonly #sigstore: RunningSigstore;
  readonly #releases: ReleaseServer;
  readonly #env = new Map<string, string>();
  #before: Readonly<Record<string, string>> = {};
  last: ProgramRun | undefined;

  constructor(dir: TempDir, sigstore: RunningSigstore, releases: ReleaseServer) {
    this.#dir = dir;
    this.#sigstore = sigstore;
    this.#releases = releases;
  }

  async take({ words, negated }: Step): Promise<void> {
    const [verb = '', ...args] = words;
    switch (verb) {
      case 'release':
        return this.#release(args);
      case 'tarball':
        return this.#tarball(args);
      case 'marker':
        return this.#releases.publishMarker(args[0] ?? '', args[1] ?? '');
      case 'fault':
        return this.#fault(args);
      case 'env':
        return this.#setEnv(args);
      case 'download':
        return this.#download(args);
      case 'file':
        return writeFile(this.#dir.join(args[0] ?? ''), args.slice(1).join(' '));
      case 'k8s-verify':
        return this.#command(args, negated ? undefined : 0);
      case 'exit':
        return expectThat(this.last?.exitCode === Number(args[0]), `exit code ${this.last?.exitCode}`);
      case 'stdout':
      case 'stderr':
        return this.#output(verb, args[0] ?? '', negated);
      case 'exists':
        return this.#exists(args[0] ?? '', negated);
      case 'unchanged':
        return this.#unchanged();
      default:
        throw new TranscriptError(`there is no step "${verb}"`);
    }
  }

  /** `release COMPONENT VERSION [signed-by=EMAIL] [unlogged] [unsigned] [bundle] [tampered]` */
  async #release([component = '', version = '', ...how]: readonly string[]): Promise<void> {
    const identity = how.find((word) => word.startsWith('signed-by='))?.slice('signed-by='.length);
    const published = await this.#releases.publishRelease({
      component,
      version,
      platform: PLATFORM,
      bytes: seededBody(`${component} ${version}`, ARTIFACT_BYTES),
      ...(how.includes('unsigned') ? {} : { sigstore: this.#sigstore }),
      sign: {
        ...(identity === undefined ? {} : { identity }),
        ...(how.includes('unlogged') ? { log: 'none' as const } : {}),
      },
      ...(how.includes('bundle') ? { bundle: '0.3' as const } : {}),
    });
    if (how.includes('tampered')) {
      this.#releases.publishFile(published.path, seededBody('something else', ARTIFACT_BYTES));
    }
  }

  /** `tarball client|node|server BINARY ...`: of v1.30.2, signed. */
  async #tarball([tier = '', ...binaries]: readonly string[]): Promise<void> {
    const name = `kubernetes-${tier}-${PLATFORM.replace('/', '-')}.tar.gz`;
    const world = { releases: this.#releases, sigstore: this.#sigstore };
    await publishTarball(world, name, binaryTarball(tier, ...binaries));
  }

  /** `fault STATUS|html|empty|reset PATH [TIMES]`; the path `log` is the transparency log. */
  #fault([kind = '', path = '', times]: readonly string[]): void {
    const chosen = FAULTS.get(kind) ?? fault.status(Number(kind));
    const options = times === undefined ? {} : { times: Number(times) };
    if (path === 'log') this.#sigstore.rekorServer.http.fault(/./, chosen, options);
    else this.#releases.http.fault(path, chosen, options);
  }

  #setEnv(assignments: readonly string[]): void {
    for (const assignment of assignments) {
      const [name = '', ...value] = assignment.split('=');
      this.#env.set(name, value.join('='));
    }
  }

  /** `download COMPONENT VERSION SUFFIX FILE`: what curl would fetch; the suffix `-` is the artifact itself. */
  async #download([component = '', version = '', suffix = '', file = '']: readonly string[]): Promise<void> {
    const folder = component.endsWith('.tar.gz') ? '' : `bin/${PLATFORM}/`;
    const url = `${this.#releases.url}/release/${version}/${folder}${component}${suffix === '-' ? '' : suffix}`;
    const response = await fetch(url);
    expectThat(response.ok, `HTTP ${response.status} for ${url}`);
    await writeFile(this.#dir.join(file), await response.bytes());
  }

  async #command(args: readonly string[], expected: number | undefined): Promise<void> {
    this.#before = await snapshot(this.#dir.path);
    this.last = await runCli(
      args.flatMap((arg) => this.#expand(arg)),
      {
        cwd: this.#dir.path,
        home: this.#dir.path,
        env: Object.fromEntries(this.#env),
      },
    );
    const { exitCode } = this.last;
    expectThat(isDocumented(args, exitCode), `exit code ${exitCode} is not in the command's --help`);
    if (expected === undefined) expectThat(exitCode !== 0, 'it should have failed');
    else expectThat(exitCode === expected, `exit code ${exitCode} instead of ${expected}`);
    expectThat(!/^\s+at .*:\d+:\d+/m.test(this.last.stderr), 'a stack trace was printed');
  }

  /** `$WORLD`: the local servers and their trusted root, as options. */
  #expand(word: string): readonly string[] {
    const log = ['--rekor-url', this.#sigstore.rekorUrl, '--trusted-root', 'root.json'];
    if (word === '$LOG') return log;
    if (word === '$WORLD') return ['--platform', PLATFORM, '--mirror', this.#releases.url, ...log];
    return [word.replace('$MIRROR', this.#releases.url)];
  }

  #output(stream: 'stdout' | 'stderr', pattern: string, negated: boolean): void {
    const text = this.last?.[stream] ?? '';
    expectThat(
      new RegExp(pattern, 'm').test(text) !== negated,
      `${stream} does ${negated ? '' : 'not '}match`,
    );
  }

  async #exists(path: string, negated: boolean): Promise<void> {
    const there = path in (await snapshot(this.#dir.path));
    expectThat(there !== negated, there ? 'it is there' : 'it is not there');
  }

  async #unchanged(): Promise<void> {
    const now = await snapshot(this.#dir.path);
    const names = new Set([...Object.keys(now), ...Object.keys(this.#before)]);
    const changed = [...names].filter((name) => now[name] !== this.#before[name] && !DATA.test(name));
    expectThat(changed.length === 0, `changed on disk: ${changed.join(', ')}`);
  }
}

/** The data directory, in which runs keep what is checked again by later ones; the directories above it come with it. */
const DATA = /^\.local(?:\/share(?:\/k8s-verify(?:\/.*)?)?)?$/;

/** Whether the help of the command names the exit code that it ended with. */
function isDocumented(args: readonly string[], exitCode: number | null): boolean {
  const commands = createProgram().strictCommands;
  const named = commands.find((one) => [one.name(), ...one.aliases()].some((name) => args.includes(name)));
  const failures = (named ?? commands[0])?.facts?.failures ?? [];
  return exitCode === 0 || failures.some((code) => code === exitCode);
}

function expectThat(holds: boolean, problem: string): void {
  if (!holds) throw new TranscriptError(problem);
}
