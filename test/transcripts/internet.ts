/**
 * An Internet on loopback: the command believes that it talks to dl.k8s.io, rekor.sigstore.dev and mirror.example.com, and
 * prints these names. A proxy leads each of them to a server here, over TLS by an authority that Node trusts for the run.
 */
import { chmodSync, mkdtempSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTlsAuthority } from '#support/http/tls';
import { LoopbackServer, type LoopbackServerOptions } from '#support/http/loopback-server';
import { createLocalSigstore, type LocalSigstore } from '#support/local-sigstore';
import { goProgram } from '#support/go-program';
import { startProxy } from '#support/proxy';
import { type ReleaseServer, startReleaseServer } from '#support/release-server';
import { createTufRepository, type TufRepository } from '#support/tuf-repository';
import { generateKey, type KeyPair, type MakeKey } from '#support/sigstore/keys';
import { type RekorServer, startRekorServer } from '#support/sigstore/rekor-server';
import type { SignOptions } from '#support/sigstore/signing';

/** This machine's, so that no answer has a reason to name it. */
export const PLATFORM = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';

/** What every scene has alike; each has logs of its own. */
export interface Authorities {
  readonly makeKey: MakeKey;
  readonly tls: Required<LoopbackServerOptions>['tls'];
  readonly caPem: string;
}

export function createAuthorities(): Authorities {
  const keys = new Map<string, KeyPair>();
  const authority = createTlsAuthority();
  const hosts = ['dl.k8s.io', 'rekor.sigstore.dev', 'mirror.example.com', 'tuf.example.com'];
  return {
    makeKey(name, kind) {
      const key = keys.get(name) ?? generateKey(kind);
      keys.set(name, key);
      return key;
    },
    tls: authority.issue({ names: hosts.map((value) => ({ kind: 'dns', value })) }),
    caPem: authority.caPem,
  };
}

export interface Internet extends AsyncDisposable {
  readonly sigstore: LocalSigstore;
  /** https://dl.k8s.io. */
  readonly dl: ReleaseServer;
  /** https://mirror.example.com. */
  readonly mirror: ReleaseServer;
  /** https://rekor.sigstore.dev. */
  readonly log: RekorServer;
  /** https://tuf.example.com, which has the trusted root; its first TUF root is root.json in the home. */
  readonly tuf: TufRepository;
  /** The user's home, as long as `/home/someone`, so that lines break where they would break there. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Publishes a binary for this machine, signed unless it is told otherwise. */
  readonly publish: (component: string, version: string, how?: Published) => Promise<void>;
  /** A file in the home. */
  readonly write: (name: string, content: string | Uint8Array, mode?: number) => Promise<void>;
}

export interface Published {
  readonly on?: ReleaseServer;
  readonly bytes?: Uint8Array;
  readonly unsigned?: boolean;
  readonly sign?: SignOptions;
  readonly sideFiles?: Readonly<Record<string, string | Uint8Array | null>>;
}

/** A program that says of itself what it is, as those of Kubernetes do. */
export function program(component: string, version: string): Uint8Array {
  const [GOOS = '', GOARCH = ''] = PLATFORM.split('/');
  return goProgram({
    main: `k8s.io/kubernetes/cmd/${component}`,
    strings: [version],
    settings: { GOOS, GOARCH },
    padding: 60_000,
  });
}

export async function startInternet({ makeKey, tls, caPem }: Authorities): Promise<Internet> {
  const sigstore = createLocalSigstore({ makeKey });
  const tuf = createTufRepository({ targets: { 'trusted_root.json': Buffer.from(sigstore.trustedRoot()) } });
  const [dl, mirror, log, tufServer] = await Promise.all([
    startReleaseServer({ tls }),
    startReleaseServer({ tls }),
    startRekorServer(sigstore.rekor, { tls }),
    LoopbackServer.start(tuf.handler, { tls }),
  ]);
  const ports: Readonly<Record<string, string>> = {
    'dl.k8s.io': dl.url,
    'mirror.example.com': mirror.url,
    'rekor.sigstore.dev': log.url,
    'tuf.example.com': tufServer.url,
  };
  const proxy = await startProxy({
    // The port of a host that is not there has nobody behind it.
    routeTo: (host) => ({
      host: '127.0.0.1',
      port: Number(new URL(ports[host] ?? 'http://127.0.0.1:9').port),
    }),
  });
  // Not in the machine's own place for temporary files: its length would decide where lines break.
  const home = mkdtempSync('/tmp/h-');
  chmodSync(home, 0o755);
  const write: Internet['write'] = async (name, content, mode = 0o644) => {
    const path = join(home, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await chmod(path, mode);
  };
  await write('trusted_root.json', sigstore.trustedRoot());
  await write('root.json', tuf.firstRoot);
  await write('ca.pem', caPem);
  return {
    sigstore,
    dl,
    mirror,
    log,
    tuf,
    home,
    write,
    env: {
      HOME: home,
      HTTPS_PROXY: proxy.url,
      NODE_EXTRA_CA_CERTS: join(home, 'ca.pem'),
    },
    publish: async (component, version, { on = dl, bytes = program(component, version), ...how } = {}) => {
      const { sign = {}, sideFiles = {}, unsigned = false } = how;
      const signed = unsigned ? {} : { sigstore };
      await on.publishRelease({ component, version, platform: PLATFORM, bytes, sign, sideFiles, ...signed });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([dl, mirror, log, tufServer, proxy].map((server) => server.close()));
      await rm(home, { recursive: true, force: true });
    },
  };
}
