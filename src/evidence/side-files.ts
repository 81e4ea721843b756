import { shownUrl } from '../encoding/shown-url.ts';
import { RequestError, UnavailableError } from '../errors.ts';
import {
  MAX_BUNDLE_BYTES,
  MAX_CERTIFICATE_FILE_BYTES,
  MAX_CHECKSUM_FILE_BYTES,
  MAX_SIGNATURE_FILE_BYTES,
} from '../limits.ts';
import type { HttpClient, Report } from '../ports.ts';

/** What a release server has beside an artifact; undefined where it answered "not found". */
export interface SideFiles {
  /** The base URL that answered; all of them come from one, since files of different copies need not fit together. */
  readonly source: string;
  readonly bundle: Uint8Array | undefined;
  readonly signature: Uint8Array | undefined;
  readonly certificate: Uint8Array | undefined;
  readonly checksum: Uint8Array | undefined;
}

export interface SideFileRequest {
  readonly http: HttpClient;
  readonly report: Report;
  /** Base URLs, in order of preference. */
  readonly sources: readonly string[];
  /** Of the artifact, below a base URL. */
  readonly path: string;
  /** For messages: "kubectl v1.26.0 linux/amd64". */
  readonly what: string;
  /** Asks past the caches on the way. */
  readonly bypassCache?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const NOT_FOUND = 404;
const GONE = 410;

/**
 * Fetches the bundle, signature, certificate and checksum file of an artifact, side by side, from the first source
 * that has a signature in either form. A source that cannot be reached gives way to the next one.
 *
 * @returns the files of the last source asked where none has a signature: the caller says what that means.
 * @throws UnavailableError where no source could be asked.
 */
export async function fetchSideFiles(request: SideFileRequest): Promise<SideFiles> {
  let unsigned: SideFiles | undefined;
  let failure: UnavailableError | undefined;
  for (const [index, source] of request.sources.entries()) {
    const next = request.sources[index + 1];
    try {
      const files = await fetchFrom(request, source);
      if (isSigned(files)) return files;
      unsigned = files;
      if (next !== undefined)
        request.report({
          kind: 'next-source',
          from: shownUrl(source),
          to: shownUrl(next),
          reason: 'no signature there',
        });
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      failure = error;
      if (next !== undefined)
        request.report({
          kind: 'next-source',
          from: shownUrl(source),
          to: shownUrl(next),
          reason: error.message,
        });
    }
  }
  // An outage of one source proves nothing about what it has, so it outranks another source's "not found".
  if (failure !== undefined) throw failure;
  if (unsigned === undefined) throw new RequestError('usage', 'no source to fetch from is named');
  return unsigned;
}

function isSigned(files: SideFiles): boolean {
  return files.bundle !== undefined || files.signature !== undefined || files.certificate !== undefined;
}

async function fetchFrom(request: SideFileRequest, source: string): Promise<SideFiles> {
  const abort = new AbortController();
  const signal =
    request.signal === undefined ? abort.signal : AbortSignal.any([request.signal, abort.signal]);
  const fetchOne = async (
    suffix: string,
    maxBytes: number,
    what: string,
  ): Promise<Uint8Array | undefined> => {
    const response = await request.http.fetchSmall({
      url: `${source.replace(/\/+$/, '')}/${request.path}${suffix}`,
      maxBytes,
      accept: [200, NOT_FOUND, GONE],
      what: `the ${what} of ${request.what}`,
      bypassCache: request.bypassCache ?? false,
      signal,
    });
    return response.status === 200 ? response.body : undefined;
  };
  try {
    const [bundle, signature, certificate, checksum] = await Promise.all([
      fetchOne('.sigstore.json', MAX_BUNDLE_BYTES, 'bundle'),
      fetchOne('.sig', MAX_SIGNATURE_FILE_BYTES, 'signature'),
      fetchOne('.cert', MAX_CERTIFICATE_FILE_BYTES, 'certificate'),
      fetchOne('.sha256', MAX_CHECKSUM_FILE_BYTES, 'checksum file'),
    ]);
    return { source, bundle, signature, certificate, checksum };
  } catch (error) {
    abort.abort();
    throw error;
  }
}
