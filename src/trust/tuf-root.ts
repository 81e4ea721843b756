/** The TUF root (`root.json`) that a refresh begins with. */
import { UntrustedError } from '../errors.ts';
import { readUpTo } from '../files/local-file.ts';
import { unreadableFile } from '../files/unreadable-file.ts';
import { MAX_TUF_ROOT_BYTES } from '../limits.ts';
import { isJsonObject, type JsonObject, type JsonValue, parseJsonStrictly } from '../strict/json.ts';
import { whatItIs } from './what-it-is.ts';

/**
 * What is signed in a TUF root; empty if it has no such part.
 *
 * @throws UntrustedError `trusted-root-invalid`
 */
export function signedPart(root: Uint8Array): JsonObject {
  const document = parse(root);
  const signed = isJsonObject(document) ? document['signed'] : undefined;
  return isJsonObject(signed) ? signed : {};
}

/**
 * The version of a TUF root (TUF specification, section 4.3); it grows with every change.
 *
 * @throws UntrustedError `trusted-root-invalid`
 */
export function tufRootVersion({ version }: JsonObject): number {
  if (typeof version === 'number' && Number.isSafeInteger(version) && version > 0) return version;
  throw new UntrustedError('trusted-root-invalid', 'the TUF root has no version', {
    wanted: 'signed.version, a positive whole number',
  });
}

/**
 * When a TUF root expires.
 *
 * @throws UntrustedError `trusted-root-invalid`
 */
export function tufRootExpires({ expires: text }: JsonObject): Date {
  const expires = new Date(typeof text === 'string' ? text : Number.NaN);
  if (!Number.isNaN(expires.getTime())) return expires;
  throw new UntrustedError('trusted-root-invalid', 'the TUF root has no expiry date', {
    wanted: 'signed.expires, a time',
  });
}

function parse(root: Uint8Array): JsonValue {
  try {
    return parseJsonStrictly(root, 'the TUF root', { maxBytes: MAX_TUF_ROOT_BYTES });
  } catch (cause) {
    if (!(cause instanceof UntrustedError)) throw cause;
    throw new UntrustedError('trusted-root-invalid', cause.message, { cause });
  }
}

/**
 * Reads the TUF root that the user names.
 *
 * @throws RequestError `file-not-readable`; UntrustedError `trusted-root-invalid` if it is something else.
 */
export async function loadTufRoot(path: string): Promise<Uint8Array> {
  const wanted = 'a root.json of the TUF repository';
  const next = 'check the file name; it is the root.json that the operators of that Sigstore give out';
  const bytes = await readUpTo(path, MAX_TUF_ROOT_BYTES).catch((error: unknown) => {
    throw unreadableFile(`the TUF root ${path}`, error, { wanted, next });
  });
  if (bytes !== undefined && roleOf(bytes) === 'root') return bytes;
  const found = bytes === undefined ? 'a larger file' : (whatItIs(bytes)?.what ?? 'something else');
  throw new UntrustedError('trusted-root-invalid', `the TUF root ${path} is not a TUF root`, {
    wanted,
    found,
    next,
  });
}

function roleOf(bytes: Uint8Array): JsonValue | undefined {
  try {
    return signedPart(bytes)['_type'];
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}
