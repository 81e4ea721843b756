import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initTUF } from '@sigstore/tuf';
import { excerpt } from '../../src/text/excerpt.ts';
import { K8sVerifyError, UnavailableError, UntrustedError } from '../../src/errors.ts';
import { runWithFetch } from './global-fetch.ts';
import type { HttpClient, SmallRequest, SmallResponse } from '../../src/http/http-client.ts';
import { readFolder, type TrustRootFiles } from './trust-root-folder.ts';

/** The most that tuf-js takes of any file: targets metadata. It holds each kind to a bound of its own beside this. */
const MAX_TUF_FILE_BYTES = 5_000_000;
const TARGET = 'trusted_root.json';

/**
 * Fetches the newest TUF root and `trusted_root.json` of a repository, starting from the `root.json` in `folder` (TUF
 * specification, section 5): what the chain of roots from there does not sign for is refused. Nothing is kept on disk.
 *
 * @throws the client's own errors; UnavailableError `trust-root-unavailable` where the folder or the repository lacks a
 *   file; UntrustedError `trusted-root-invalid` where the repository has one that does not hold: a signature, a length, a
 *   version, or the time until which it is good.
 */
export async function fetchTrustRoot(options: {
  readonly repository: string;
  readonly folder: string;
  readonly http: HttpClient;
}): Promise<TrustRootFiles> {
  readFolder(options.folder);
  const cachePath = await mkdtemp(join(tmpdir(), 'k8s-verify-tuf-'));
  const witness = new Witness(options.http);
  const limits = { maxBytes: MAX_TUF_FILE_BYTES, what: `the trust root from ${options.repository}` };
  try {
    return await runWithFetch(witness, limits, async () => update(options, cachePath));
  } catch (error) {
    throw witness.explain(error, options.repository);
  } finally {
    await rm(cachePath, { recursive: true, force: true });
  }
}

async function update(
  { repository, folder }: { readonly repository: string; readonly folder: string },
  cachePath: string,
): Promise<TrustRootFiles> {
  const tuf = await initTUF({
    mirrorURL: repository,
    cachePath,
    rootPath: join(folder, 'root.json'),
    // The client behind the global fetch repeats and times out; two such loops in each other would multiply.
    retry: false,
    timeout: 0,
  });
  await tuf.getTarget(TARGET);
  // The files themselves: getTarget returns text, and bytes that are no UTF-8 would not survive that.
  const [mirror = ''] = await readdir(cachePath);
  return {
    root: await readFile(join(cachePath, mirror, 'root.json')),
    trusted: await readFile(join(cachePath, mirror, 'targets', TARGET)),
  };
}

/**
 * Remembers how the last request ended: tuf-js turns a failed request for snapshot or targets into a sentence without a
 * cause, from which neither the exit code nor the advice could be told.
 */
class Witness implements HttpClient {
  readonly #http: HttpClient;
  #last: { readonly url: string; readonly status: number } | K8sVerifyError | undefined;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  async fetchSmall(request: SmallRequest): Promise<SmallResponse> {
    try {
      const response = await this.#http.fetchSmall(request);
      this.#last = { url: response.url, status: response.status };
      return response;
    } catch (error) {
      if (error instanceof K8sVerifyError) this.#last = error;
      throw error;
    }
  }

  download: HttpClient['download'] = async (request) => this.#http.download(request);
  underWay: HttpClient['underWay'] = async () => this.#http.underWay();
  close: HttpClient['close'] = async () => this.#http.close();

  /** The error to end with. Whatever the repository sent is quoted. */
  explain(error: unknown, repository: string): K8sVerifyError {
    if (this.#last instanceof K8sVerifyError) return this.#last;
    if (this.#last !== undefined && this.#last.status !== 200) {
      const { url, status } = this.#last;
      return new UnavailableError('trust-root-unavailable', `${repository} is no complete TUF repository`, {
        wanted: excerpt(url, 200),
        found: `HTTP ${status}`,
        next: 'check --repository, and whether a proxy on the way refuses the request',
        cause: error,
      });
    }
    return new UntrustedError('trusted-root-invalid', `the trust root from ${repository} is refused`, {
      wanted: 'what the TUF root in the folder signs for, unexpired and whole',
      found: messagesOf(error).join(': '),
      why: 'Everything that is believed rests on the trust root.',
      next: 'nothing was written; try again later, and ask the operators of the repository if it stays so',
      cause: error,
    });
  }
}

function messagesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [excerpt(String(error), 200)];
  return [excerpt(error.message, 200), ...(error.cause === undefined ? [] : messagesOf(error.cause))];
}
