import { isJsonObject, type JsonValue, parseJsonStrictly } from '../strict/json.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_TRUSTED_ROOT_BYTES } from '../limits.ts';

/** A file that was named as a trusted root but is something else. */
export interface OtherFile {
  /** "a TUF root (root.json)". */
  readonly what: string;
  readonly advice: string;
}

const TRUSTED_ROOT = /^application\/vnd\.dev\.sigstore\.trustedroot[+.]/;
const TUF_ROLES: ReadonlySet<JsonValue | undefined> = new Set(['root', 'timestamp', 'snapshot', 'targets']);

/**
 * Recognises a file that is not a trusted root: one that people mistake for it, or one that a tool or an editor
 * changed. Undefined if unknown.
 */
export function whatItIs(bytes: Uint8Array): OtherFile | undefined {
  return encodingOf(bytes) ?? documentsOf(Buffer.from(bytes).toString('utf8')) ?? kindOf(parse(bytes));
}

function encodingOf([first, second, third]: Uint8Array): OtherFile | undefined {
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (utf16) return { what: 'text in UTF-16', advice: 'save it as UTF-8 without a byte order mark' };
  if (first !== 0xef || second !== 0xbb || third !== 0xbf) return undefined;
  return {
    what: 'text that begins with a byte order mark',
    advice: 'save it as UTF-8 without a byte order mark',
  };
}

/** JSON lines, as `gh attestation trusted-root` prints them. */
function documentsOf(text: string): OtherFile | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const roots = lines.filter((line) => isTrustedRoot(parse(Buffer.from(line))));
  if (lines.length < 2 || roots.length !== lines.length) return undefined;
  return {
    what: `${lines.length} trusted roots, one a line, as gh attestation trusted-root prints them`,
    advice:
      'put the line of the Sigstore that signed the artifact into its own file; for Kubernetes releases it is ' +
      'the one that names https://rekor.sigstore.dev',
  };
}

function kindOf(json: JsonValue | undefined): OtherFile | undefined {
  if (!isJsonObject(json)) return undefined;
  const role = isJsonObject(json['signed']) ? json['signed']['_type'] : undefined;
  if (typeof role === 'string' && TUF_ROLES.has(role)) {
    const advice = 'name trusted_root.json, which is a target of that TUF repository';
    return { what: `TUF metadata (${role}.json)`, advice };
  }
  const mediaType = typeof json['mediaType'] === 'string' ? json['mediaType'] : '';
  if (mediaType.startsWith('application/vnd.dev.sigstore.signingconfig')) {
    const advice = 'that file says where to sign; name the trusted_root.json of the same Sigstore';
    return { what: 'a signing config', advice };
  }
  if (mediaType.startsWith('application/vnd.dev.sigstore.bundle')) {
    return { what: 'a Sigstore bundle', advice: 'name a bundle with --bundle, and a trusted_root.json here' };
  }
  return undefined;
}

function isTrustedRoot(json: JsonValue | undefined): boolean {
  return isJsonObject(json) && typeof json['mediaType'] === 'string' && TRUSTED_ROOT.test(json['mediaType']);
}

function parse(bytes: Uint8Array): JsonValue | undefined {
  try {
    return parseJsonStrictly(bytes, 'the file', { maxBytes: MAX_TRUSTED_ROOT_BYTES });
  } catch (error) {
    if (error instanceof UntrustedError) return undefined;
    throw error;
  }
}
