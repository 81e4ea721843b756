import { UnavailableError, UntrustedError } from '../errors.ts';
import {
  MAX_BUNDLE_BYTES,
  MAX_CERTIFICATE_FILE_BYTES,
  MAX_CHECKSUM_FILE_BYTES,
  MAX_SIGNATURE_FILE_BYTES,
} from '../limits.ts';
import { note, type Note, type NoteCode } from '../notes.ts';
import type { Report } from '../progress.ts';
import { askInTurn } from './in-turn.ts';
import type { ReleaseSource } from './release-source.ts';

/** The files that a source has next to an artifact; undefined if it said that there is none. */
export interface SideFiles {
  /** The source of all of them: files from different copies may not belong together. */
  readonly source: ReleaseSource;
  readonly bundle: Uint8Array | undefined;
  readonly signature: Uint8Array | undefined;
  readonly certificate: Uint8Array | undefined;
  readonly checksum: Uint8Array | undefined;
  /** Set if the checksum file is too large to be one. */
  readonly noChecksum?: UntrustedError | undefined;
  /** Notes for the user about files that could not be fetched and were not needed. */
  readonly notes: readonly Note[];
}

export interface SideFileRequest {
  readonly report: Report;
  /** In order of preference. */
  readonly sources: readonly ReleaseSource[];
  /** Of the artifact, relative to a source. */
  readonly path: string;
  /** For messages: "kubectl v1.26.0 linux/amd64". */
  readonly what: string;
  /** Asks caches on the way for a fresh copy. */
  readonly bypassCache?: boolean;
  /** Leaves out the checksum file, where something better says which digest the artifact should have. */
  readonly withoutChecksum?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches the bundle, signature, certificate and checksum file of an artifact, in parallel, from the first source
 * that has a complete signature in either form. If a source cannot be reached, the next one is asked.
 *
 * Storage without list permission answers 403 for missing files, and mirrors easily forget a file that most releases
 * lack. So we can do without the bundle if there is a pair, and always without the checksum file. The proof is just
 * as strict.
 *
 * @returns the files of the last source if none has a signature; the caller decides what that means.
 * @throws UnavailableError if no source could be asked.
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

/** Whether there is a complete signature in either form. */
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
      request.withoutChecksum === true
        ? undefined
        : orTooLarge(orUnavailable(fetchOne('.sha256', MAX_CHECKSUM_FILE_BYTES, 'checksum file'))),
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

/** It is not signed, so only a caller that needs it has to fail. */
async function orTooLarge(fetched: Promise<Fetched | UnavailableError>): Promise<Answers['checksum']> {
  return fetched.catch((error: unknown) => {
    if (error instanceof UntrustedError) return error;
    throw error;
  });
}

interface Answers {
  readonly source: ReleaseSource;
  readonly bundle: Fetched | UnavailableError;
  readonly signature: Fetched;
  readonly certificate: Fetched;
  readonly checksum: Fetched | UnavailableError | UntrustedError;
}

/** @throws UnavailableError if the bundle cannot be fetched and nothing can replace it. */
function withoutUnavailable({ source, bundle, signature, certificate, checksum }: Answers): SideFiles {
  const notes: Note[] = [];
  const present = (answer: Fetched | UnavailableError, code: NoteCode, without: string): Fetched => {
    if (!(answer instanceof UnavailableError)) return answer;
    notes.push(note(code, `proved without the ${without}: ${answer.message}`));
    return undefined;
  };
  if (bundle instanceof UnavailableError && (signature === undefined || certificate === undefined))
    throw bundle;
  return {
    source,
    signature,
    certificate,
    bundle: present(bundle, 'bundle-not-fetched', 'bundle'),
    ...(checksum instanceof UntrustedError
      ? { checksum: undefined, noChecksum: checksum }
      : { checksum: present(checksum, 'checksum-not-fetched', 'checksum file') }),
    notes,
  };
}
