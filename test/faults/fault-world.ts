/**
 * What every fault is tried in: one release server and one log, honest but for the fault, with three releases of
 * kubectl that differ in how they can be proved. Each world has servers of its own, so that tests can run at once.
 */
import { writeFileSync } from 'node:fs';
import { createHttpClient, type HttpClientOptions } from '../../src/http/client.ts';
import { installRelease } from '../../src/install.ts';
import type { ProgressEvent } from '../../src/progress.ts';
import { type InstallRequest, serversOf } from '../../src/plan/request.ts';
import type { RunResult } from '../../src/result.ts';
import { createClient } from '../../src/client.ts';
import { createTlsAuthority, type TlsAuthority } from '#support/http/tls';
import { createLocalSigstore, type LocalSigstore } from '#support/local-sigstore';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';
import { type RunOptions, runCli } from '#support/run-cli';
import type { ProgramRun } from '#support/run-program';
import { type RekorServer, startRekorServer } from '#support/sigstore/rekor-server';
import { createTempDir, type TempDir } from '#support/temp-dir';

/** How the releases are proved: by `.sig` and `.cert`, by a bundle, or by another signing in the log. */
export const PAIR = 'v1.30.1';
export const BUNDLE = 'v1.30.2';
export const SEARCH = 'v1.30.3';
export const MARKER = 'stable-1.30';
export const PLATFORM = 'linux/amd64';

export const BINARY_BYTES = 200_000;

/** Different for each release, so that no signing of one proves another. */
export function binaryOf(version: string): Buffer {
  return Buffer.alloc(BINARY_BYTES, `kubectl ${version} `);
}

export function binaryPath(version: string): string {
  return `/release/${version}/bin/${PLATFORM}/kubectl`;
}

type File = readonly [path: string, content: string | Uint8Array];

let shared: { readonly sigstore: LocalSigstore; readonly files: readonly File[] } | undefined;

/** Keys and signatures are made once for all worlds. */
function published(): { readonly sigstore: LocalSigstore; readonly files: readonly File[] } {
  if (shared !== undefined) return shared;
  const sigstore = createLocalSigstore();
  const files: File[] = [[`/release/${MARKER}.txt`, PAIR]];
  for (const version of [PAIR, BUNDLE, SEARCH]) {
    const bytes = binaryOf(version);
    const path = binaryPath(version);
    const logged = sigstore.signBlob({ bytes });
    const shown = version === SEARCH ? sigstore.signBlob({ bytes, log: 'none' }) : logged;
    files.push([path, bytes], [`${path}.sha256`, logged.digestHex]);
    files.push([`${path}.sig`, shown.signatureFile], [`${path}.cert`, shown.certificateFile]);
    if (version === BUNDLE) files.push([`${path}.sigstore.json`, logged.bundle('0.3')]);
  }
  shared = { sigstore, files };
  return shared;
}

/** Another release server with the same files. */
export async function startMirror(): Promise<ReleaseServer> {
  const releases = await startReleaseServer();
  for (const [path, content] of published().files) releases.publishFile(path, content);
  return releases;
}

export interface FaultWorld {
  readonly sigstore: LocalSigstore;
  readonly releases: ReleaseServer;
  readonly rekor: RekorServer;
  /** Issued the servers' certificates where they speak TLS; its own is in `caFile`. */
  readonly authority: TlsAuthority | undefined;
  readonly caFile: string;
  readonly trustedRootFile: string;
  readonly dir: TempDir;
  /** Where kubectl goes; `bin` and everything above it is in the snapshots. */
  readonly bin: string;
  /** Through the library. Times are in milliseconds. */
  install(asked: Asked, options?: HttpClientOptions): Promise<LibraryRun>;
  /** Through the real command, as a child process. */
  command(asked: Asked, options?: CommandOptions): Promise<ProgramRun>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What is asked for; default: the release that is proved by its pair, from the one release server. */
export interface Asked extends Partial<Omit<InstallRequest, 'artifacts' | 'destination'>> {
  readonly version?: string;
  /** Default {@link FaultWorld.bin}. */
  readonly directory?: string;
}

export interface CommandOptions extends RunOptions {
  /** Where the servers speak TLS: whether the command line names their CA. Default true. */
  readonly trustCa?: boolean;
  /** Further arguments. */
  readonly args?: readonly string[];
}

export interface LibraryRun {
  readonly result: RunResult | undefined;
  readonly error: unknown;
  readonly events: readonly ProgressEvent[];
}

export interface FaultWorldOptions {
  /** Both servers speak TLS, by certificates of an authority of their own; these hosts, by default loopback's. */
  readonly tls?: boolean | readonly string[];
  /** The address that both listen on. */
  readonly host?: string;
}

export async function startFaultWorld({ tls = false, host }: FaultWorldOptions = {}): Promise<FaultWorld> {
  const { sigstore, files } = published();
  const authority = tls === false ? undefined : createTlsAuthority();
  const names =
    typeof tls === 'boolean' ? {} : { names: tls.map((value) => ({ kind: 'dns', value }) as const) };
  const listener = {
    ...(authority === undefined ? {} : { tls: authority.issue(names) }),
    ...(host === undefined ? {} : { host }),
  };
  const dir = await createTempDir('k8s-verify-fault-');
  const releases = await startReleaseServer(listener);
  for (const [path, content] of files) releases.publishFile(path, content);
  const rekor = await startRekorServer(sigstore.rekor, listener);
  const trustedRootFile = dir.join('trusted_root.json');
  writeFileSync(trustedRootFile, sigstore.trustedRoot());
  const caFile = dir.join('ca.pem');
  if (authority !== undefined) writeFileSync(caFile, authority.caPem);
  const bin = dir.join('bin');
  const request = ({ version = PAIR, directory = bin, ...change }: Asked): InstallRequest => ({
    artifacts: [{ component: 'kubectl', version, platform: PLATFORM }],
    destination: { kind: 'directory', path: directory },
    sources: [releases.url],
    rekorUrl: rekor.url,
    trustedRootFile,
    ...change,
  });
  return {
    sigstore,
    releases,
    rekor,
    authority,
    caFile,
    trustedRootFile,
    dir,
    bin,
    install: async (asked, http = {}) =>
      installThrough(request(asked), { ...(authority === undefined ? {} : { caFile }), ...http }),
    command: async (asked, { args = [], trustCa = true, ...run } = {}) => {
      const ca = authority === undefined || !trustCa ? [] : ['--ca-file', caFile];
      return runCli([...commandLine(request(asked)), ...ca, ...args], {
        ...run,
        nodeArguments: ['--unhandled-rejections=strict', ...(run.nodeArguments ?? [])],
      });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([releases.close(), rekor.close()]);
      await dir.remove();
    },
  };
}

async function installThrough(request: InstallRequest, options: HttpClientOptions): Promise<LibraryRun> {
  const events: ProgressEvent[] = [];
  const report = (event: ProgressEvent): void => void events.push(event);
  const http = createHttpClient({ retries: 2, retryDelayMs: 1, ...options, report });
  try {
    const client = { ...createClient({ report }), http };
    return { result: await installRelease(request, client), error: undefined, events };
  } catch (error) {
    return { result: undefined, error, events };
  } finally {
    await http.close();
  }
}

function commandLine(request: InstallRequest): readonly string[] {
  const { artifacts, destination, sources = [], rekorUrl, trustedRootFile } = request;
  return [
    ...artifacts.map(({ component, version }) => `${component}@${version ?? 'stable'}`),
    '--platform',
    PLATFORM,
    '--install-dir',
    destination.path,
    ...serversOf({ sources }).flatMap((url) => ['--mirror', url]),
    ...(rekorUrl === undefined ? [] : ['--rekor-url', rekorUrl]),
    ...(trustedRootFile === undefined ? [] : ['--trusted-root', trustedRootFile]),
    '--retries',
    '2',
    '--retry-delay',
    '1ms',
  ];
}
