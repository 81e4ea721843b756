/** A Sigstore and release servers over links of several speeds, in another process. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface LinkOrder {
  readonly name: string;
  /** Of all bodies together; no limit without it. */
  readonly bitsPerSecond?: number;
  /** Before the first byte of every answer that is not an artifact. */
  readonly evidenceDelayMs?: number;
}

export interface ArtifactOrder {
  readonly component: string;
  readonly version: string;
  /** `os/arch`; without one the artifact lies in the release's root. */
  readonly platform?: string;
  /** The file that is published. */
  readonly path: string;
}

export interface WorldOrder {
  /** For the trusted root. */
  readonly directory: string;
  readonly links: readonly LinkOrder[];
  readonly artifacts: readonly ArtifactOrder[];
  /** A whole release of small files with its lists, on every link. */
  readonly release?: { readonly version: string; readonly paths: readonly string[] };
  /** Files that get a bundle next to them. */
  readonly bundled: readonly string[];
}

/** A release server and a log. */
export interface Link {
  readonly name: string;
  /** For `--mirror`. */
  readonly url: string;
  /** For `--rekor-url`. */
  readonly rekorUrl: string;
  /** For `--tuf-url` and `--tuf-root`. */
  readonly tuf: { readonly url: string; readonly root: string };
}

export interface World {
  readonly trustedRootPath: string;
  link(name: string): Link;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startWorld(order: WorldOrder): Promise<World> {
  const script = fileURLToPath(new URL('world-process.ts', import.meta.url));
  const child = fork(script, [JSON.stringify(order)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const ended = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
  });
  const ready = await new Promise<Pick<World, 'trustedRootPath'> & { readonly links: readonly Link[] }>(
    (resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('close', (code) => reject(new Error(`the servers ended with ${code}: ${complaints}`)));
    },
  );
  return {
    trustedRootPath: ready.trustedRootPath,
    link(name) {
      const link = ready.links.find((one) => one.name === name);
      if (link === undefined) throw new Error(`there is no link ${name}`);
      return link;
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
