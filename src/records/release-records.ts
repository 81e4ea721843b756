import { InterruptedError, K8sVerifyError } from '../errors.ts';
import { MAX_PROVENANCE_BYTES, MAX_SUMS_BYTES } from '../limits.ts';
import type { Report } from '../progress.ts';
import type { ReleaseFilePaths } from '../release/artifact.ts';
import { askInTurn } from '../source/in-turn.ts';
import type { ReleaseSource } from '../source/release-source.ts';

/** A file about a whole release from a server, not parsed yet. */
export interface ReleaseRecord {
  readonly bytes: Uint8Array;
  /** The source that it came from, for messages. */
  readonly source: string;
}

/** What a release server says about a whole release; undefined if it has no such file. None of it proves anything. */
export type ReleaseRecords = Readonly<Record<keyof ReleaseFilePaths, ReleaseRecord | undefined>>;

export interface ReleaseRecordsRequest {
  readonly report: Report;
  /** In order of preference. */
  readonly sources: readonly ReleaseSource[];
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

/**
 * Fetches `SHA256SUMS`, `SHA512SUMS` and `provenance.json` of a release, in parallel. Each comes from the first
 * source that has it. Unlike the signature files of an artifact they may come from different sources, because each is
 * compared on its own.
 *
 * @throws UnavailableError if a file cannot be fetched because a source did not answer: then we cannot know whether
 *   it would agree. UntrustedError `material-oversized`.
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

/** What asking for one record came to. */
export type RecordAnswer =
  | { readonly kind: 'found'; readonly record: ReleaseRecord }
  | { readonly kind: 'not-published' }
  | { readonly kind: 'not-fetched'; readonly error: K8sVerifyError };

/**
 * The same, where what cannot be fetched ends no other.
 *
 * @throws InterruptedError
 */
export async function fetchEachRecord(
  request: ReleaseRecordsRequest,
): Promise<Readonly<Record<keyof ReleaseFilePaths, RecordAnswer>>> {
  const fetchOne = async (name: keyof ReleaseFilePaths): Promise<RecordAnswer> => {
    try {
      const record = await fetchRecord(request, request.paths[name], MAX_BYTES[name]);
      return record === undefined ? { kind: 'not-published' } : { kind: 'found', record };
    } catch (error) {
      if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
      return { kind: 'not-fetched', error };
    }
  };
  const [sha256Sums, sha512Sums, provenance] = await Promise.all([
    fetchOne('sha256Sums'),
    fetchOne('sha512Sums'),
    fetchOne('provenance'),
  ]);
  return { sha256Sums, sha512Sums, provenance };
}

async function fetchRecord(
  { report, release, signal, sources }: ReleaseRecordsRequest,
  path: string,
  maxBytes: number,
): Promise<ReleaseRecord | undefined> {
  const what = `${path.slice(path.lastIndexOf('/') + 1)} of ${release}`;
  return askInTurn(sources, report, async (source) => {
    const file = await source.small({ path, maxBytes, what, signal });
    return file === undefined
      ? { kind: 'lacking', reason: `it has no ${path}` }
      : { kind: 'found', found: { bytes: file.bytes, source: source.shown } };
  });
}
