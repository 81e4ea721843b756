import { shownUrl } from '../text/shown-url.ts';
import { MAX_PROVENANCE_BYTES, MAX_SUMS_BYTES } from '../limits.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { Report } from '../progress.ts';
import type { ReleaseFilePaths } from '../release/artifact.ts';
import { askInTurn } from '../release/ask-in-turn.ts';

/** A file about a whole release as a server has it, not yet parsed. */
export interface ReleaseRecord {
  readonly bytes: Uint8Array;
  /** The base URL that it came from. */
  readonly source: string;
}

/** What a release server says about a whole release; undefined where it has no such file. Nothing of it is a proof. */
export type ReleaseRecords = Readonly<Record<keyof ReleaseFilePaths, ReleaseRecord | undefined>>;

export interface ReleaseRecordsRequest {
  readonly http: HttpClient;
  readonly report: Report;
  /** Base URLs without a slash at the end, in order of preference. */
  readonly sources: readonly string[];
  readonly paths: ReleaseFilePaths;
  /** For messages: "v1.26.0". */
  readonly release: string;
  readonly signal?: AbortSignal | undefined;
}

const MAX_BYTES: Readonly<Record<keyof ReleaseFilePaths, number>> = {
  sha256Sums: MAX_SUMS_BYTES,
  sha512Sums: MAX_SUMS_BYTES,
  provenance: MAX_PROVENANCE_BYTES,
};
const OK = 200;
const NOT_FOUND = 404;
const GONE = 410;

/**
 * Fetches `SHA256SUMS`, `SHA512SUMS` and `provenance.json` of a release, side by side. Each comes from the first source
 * that has it: unlike the signature files of one artifact they need not fit together, since each is compared by itself.
 *
 * @throws UnavailableError where a file cannot be had and a source did not answer: then nobody knows whether it would
 *   have agreed. UntrustedError `material-oversized`.
 */
export async function fetchReleaseRecords(request: ReleaseRecordsRequest): Promise<ReleaseRecords> {
  const abort = new AbortController();
  const signal =
    request.signal === undefined ? abort.signal : AbortSignal.any([request.signal, abort.signal]);
  const fetchOne = (name: keyof ReleaseFilePaths): Promise<ReleaseRecord | undefined> =>
    fetchRecord({ ...request, signal }, request.paths[name], MAX_BYTES[name]);
  try {
    const [sha256Sums, sha512Sums, provenance] = await Promise.all([
      fetchOne('sha256Sums'),
      fetchOne('sha512Sums'),
      fetchOne('provenance'),
    ]);
    return { sha256Sums, sha512Sums, provenance };
  } catch (error) {
    abort.abort();
    throw error;
  }
}

async function fetchRecord(
  request: ReleaseRecordsRequest,
  path: string,
  maxBytes: number,
): Promise<ReleaseRecord | undefined> {
  return askInTurn(request.sources, request.report, async (source) => {
    const bytes = await fetchFrom(request, source, path, maxBytes);
    return bytes === undefined
      ? { kind: 'lacking', reason: `it has no ${path}` }
      : { kind: 'found', found: { bytes, source: shownUrl(source) } };
  });
}

async function fetchFrom(
  { http, release, signal }: ReleaseRecordsRequest,
  source: string,
  path: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const response = await http.fetchSmall({
    url: `${source}/${path}`,
    maxBytes,
    accept: [OK, NOT_FOUND, GONE],
    what: `${path.slice(path.lastIndexOf('/') + 1)} of ${release}`,
    signal,
  });
  return response.status === OK ? response.body : undefined;
}
