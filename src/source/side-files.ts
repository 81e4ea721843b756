import { UnavailableError } from '../errors.ts';
import {
  MAX_BUNDLE_BYTES,
  MAX_CERTIFICATE_FILE_BYTES,
  MAX_CHECKSUM_FILE_BYTES,
  MAX_SIGNATURE_FILE_BYTES,
} from '../limits.ts';
import type { Report } from '../progress.ts';
import { askInTurn } from './in-turn.ts';
import type { ReleaseSource } from './release-source.ts';

/** What a source has beside an artifact; undefined where it said that there is none. */
export interface SideFiles {
  /** Where they are from: all of them from one, since files of different copies need not fit together. */
  readonly source: ReleaseSource;
  readonly bundle: Uint8Array | undefined;
  readonly signature: Uint8Array | undefined;
  readonly certificate: Uint8Array | undefined;
  readonly checksum: Uint8Array | undefined;
  /** What could not be had and was done without, in sentences for people. */
  readonly notes: readonly string[];
}

export interface SideFileRequest {
  readonly report: Report;
  /** In order of preference. */
  readonly sources: readonly ReleaseSource[];
  /** Of the artifact, below a source. */
  readonly path: string;
  /** For messages: "kubectl v1.26.0 linux/amd64". */
  readonly what: string;
  /** Asks past the caches on the way. */
  readonly bypassCache?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches the bundle, signature, certificate and checksum file of an artifact, side by side, from the first source
 * that has a whole signature in either form. A source that cannot be reached gives way to the next one.
 *
 * Storage that may not be listed answers 403 for what is not there, and a file that most releases lack is the first to
 * be forgotten by a mirror. So a bundle that cannot be had is done without where there is a pair, and a checksum file
 * always: what is proved, and how strictly, is the same.
 *
 * @returns the files of the last source asked where none has a signature: the caller says what that means.
 * @throws UnavailableError where no source could be asked.
 */
export async function fetchSideFiles(request: SideFileRequest): Promise<SideFiles> {
  let last: SideFiles | undefined;
  const signed = await askInTurn(request.sources, request.report, async (source) => {
    last = await fetchFrom(request, source);
    return isSigned(last)
      ? { kind: 'found', found: last }
      : { kind: 'lacking', reason: 'no complete signature there' };
  });
  const files = signed ?? last;
  if (files === undefined) throw new TypeError('no source was asked');
  return files;
}

/** Whether there is a whole signature, in either form. */
export function isSigned({ bundle, signature, certificate }: SideFiles): boolean {
  return bundle !== undefined || (signature !== undefined && certificate !== undefined);
}

type Fetched = Uint8Array | undefined;

async function fetchFrom(request: SideFileRequest, source: ReleaseSource): Promise<SideFiles> {
  const abort = new AbortController();
  const signal =
    request.signal === undefined ? abort.signal : AbortSignal.any([request.signal, abort.signal]);
  const fetchOne = async (suffix: string, maxBytes: number, what: string): Promise<Fetched> => {
    const file = await source.small({
      path: `${request.path}${suffix}`,
      maxBytes,
      what: `the ${what} of ${request.what}`,
      bypassCache: request.bypassCache ?? false,
      signal,
    });
    return file?.bytes;
  };
  try {
    const [bundle, signature, certificate, checksum] = await Promise.all([
      orUnavailable(fetchOne('.sigstore.json', MAX_BUNDLE_BYTES, 'bundle')),
      fetchOne('.sig', MAX_SIGNATURE_FILE_BYTES, 'signature'),
      fetchOne('.cert', MAX_CERTIFICATE_FILE_BYTES, 'certificate'),
      orUnavailable(fetchOne('.sha256', MAX_CHECKSUM_FILE_BYTES, 'checksum file')),
    ]);
    return withoutUnavailable({ source, bundle, signature, certificate, checksum });
  } catch (error) {
    abort.abort();
    throw error;
  }
}

async function orUnavailable(fetched: Promise<Fetched>): Promise<Fetched | UnavailableError> {
  return fetched.catch((error: unknown) => {
    if (error instanceof UnavailableError) return error;
    throw error;
  });
}

interface Answers {
  readonly source: ReleaseSource;
  readonly bundle: Fetched | UnavailableError;
  readonly signature: Fetched;
  readonly certificate: Fetched;
  readonly checksum: Fetched | UnavailableError;
}

/** @throws UnavailableError where the bundle cannot be had and nothing else can take its place. */
function withoutUnavailable({ source, bundle, signature, certificate, checksum }: Answers): SideFiles {
  const notes: string[] = [];
  const present = (answer: Fetched | UnavailableError, note: string): Fetched => {
    if (!(answer instanceof UnavailableError)) return answer;
    notes.push(`${note}: ${answer.message}`);
    return undefined;
  };
  if (bundle instanceof UnavailableError && (signature === undefined || certificate === undefined))
    throw bundle;
  return {
    source,
    signature,
    certificate,
    bundle: present(bundle, 'proved without the bundle'),
    checksum: present(checksum, 'proved without the checksum file'),
    notes,
  };
}
