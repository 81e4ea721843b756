import { decodeBase64 } from '../strict/base64.ts';
import { excerpt } from '../text/excerpt.ts';
import { UntrustedError } from '../errors.ts';
import { MAX_CHECKPOINT_SIGNATURES } from '../limits.ts';

export interface NoteSignature {
  /** Name of the key: normally the log's origin, or the name of a witness. */
  readonly name: string;
  /** The first four bytes of the key's ID. */
  readonly keyHint: Uint8Array;
  readonly signature: Uint8Array;
}

/** A signed tree head: a checkpoint (C2SP tlog-checkpoint) in a signed note (C2SP signed-note). */
export interface Checkpoint {
  readonly origin: string;
  readonly treeSize: bigint;
  readonly rootHash: Uint8Array;
  readonly signatures: readonly NoteSignature[];
}

/**
 * Written as a code point: one such character in the source would double its size in memory, and the time to read it.
 */
const EM_DASH = String.fromCodePoint(0x2014);
const SIZE = /^(?:0|[1-9][0-9]{0,18})$/;
const MIN_SIGNATURE_BYTES = 5;

/**
 * Reads a checkpoint by the C2SP rules: origin, size, root hash, non-empty extension lines, one empty line, then
 * signature lines of an em dash, a name and base64. No control characters.
 *
 * @throws UntrustedError `log-entry-invalid`
 */
export function readCheckpoint(envelope: string): Checkpoint {
  const end = envelope.indexOf('\n\n');
  const text = envelope.slice(0, end);
  const lines = envelope.slice(end + 2).split('\n');
  if (end < 0 || lines.pop() !== '') {
    throw malformed(
      'text, one empty line, and signature lines that each end with a newline',
      excerpt(envelope),
    );
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0009\u000b-\u001f\u007f]/.test(envelope)) {
    throw malformed('no control characters other than newlines', excerpt(envelope));
  }
  const [origin = '', size = '', root = ''] = text.split('\n');
  if (origin === '' || !SIZE.test(size)) {
    throw malformed('lines with the origin, the tree size in decimal, and the root hash', excerpt(text));
  }
  return {
    origin,
    treeSize: BigInt(size),
    rootHash: decode(root),
    signatures: readSignatures(lines),
  };
}

function readSignatures(lines: readonly string[]): readonly NoteSignature[] {
  if (lines.length > MAX_CHECKPOINT_SIGNATURES) {
    throw malformed(`at most ${MAX_CHECKPOINT_SIGNATURES} signature lines`, String(lines.length));
  }
  return lines.map((line) => {
    const [dash, name = '', text, ...rest] = line.split(' ');
    if (dash !== EM_DASH || name === '' || name.includes('+') || text === undefined || rest.length > 0) {
      throw malformed(`signature lines of the form "${EM_DASH} name base64"`, excerpt(line));
    }
    const bytes = decode(text);
    if (bytes.length < MIN_SIGNATURE_BYTES) throw malformed('a key hint and a signature', excerpt(line));
    return { name, keyHint: bytes.subarray(0, 4), signature: bytes.subarray(4) };
  });
}

function decode(text: string): Uint8Array {
  try {
    return decodeBase64(text, 'the checkpoint');
  } catch (cause) {
    throw malformed('padded standard base64', excerpt(text), cause);
  }
}

function malformed(wanted: string, found: string, cause?: unknown): UntrustedError {
  return new UntrustedError('log-entry-invalid', "the log's checkpoint is malformed", {
    check: 'checkpoint',
    wanted,
    found,
    why: 'a checkpoint that can be read in two ways proves nothing',
    ...(cause === undefined ? {} : { cause }),
  });
}
