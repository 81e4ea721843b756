import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { BigIntStats } from 'node:fs';
import { othersCanChange } from '../disk/who-can-change.ts';
import { RequestError } from '../errors.ts';
import { type LocalFile, withLocalFile } from '../files/local-file.ts';
import { unreadableReason } from '../files/unreadable-file.ts';
import { MAX_POLICY_BYTES } from '../limits.ts';
import { note, type Note } from '../notes.ts';
import type { PolicyOrigin } from './judge.ts';
import type { PolicyFile } from './policy-file.ts';
import { EVERY_FIELD, readPolicy } from './read-policy.ts';

/** Where a policy file comes from. */
export type PolicySource =
  | {
      readonly kind: 'file';
      readonly path: string;
      /**
       * A variable of the environment says where and how; it must not say who counts as the signer. An operand is what a
       * check of the file is asked about.
       */
      readonly namedBy: 'option' | 'variable' | 'operand';
    }
  | { readonly kind: 'value'; readonly bytes: Uint8Array };

/** A policy file that was read. */
export interface OpenPolicy {
  readonly origin: PolicyOrigin;
  readonly file: PolicyFile;
  /** What a person should know of it; told once, to the first who asks. */
  readonly takeNotes: () => readonly Note[];
}

/** @throws RequestError `usage` */
export async function openPolicy(source: PolicySource): Promise<OpenPolicy> {
  if (source.kind === 'value') return policyOf(source, source.bytes, []);
  const bytes = await readFile(source.path, NEXT[source.namedBy]);
  const opened = policyOf(source, bytes, await notesOn(resolve(source.path)));
  if (source.namedBy === 'variable' && opened.file.identities !== undefined)
    throw signersByVariable(source.path);
  return opened;
}

function policyOf(source: PolicySource, bytes: Uint8Array, notes: readonly Note[]): OpenPolicy {
  const path = source.kind === 'file' ? resolve(source.path) : undefined;
  const isCheck = source.kind === 'file' && source.namedBy === 'operand';
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const waiting = [...notes];
  return {
    origin: { ...(path === undefined ? {} : { path }), sha256 },
    file: readPolicy(
      bytes,
      path === undefined ? 'the policy' : `the policy ${path}`,
      isCheck ? EVERY_FIELD : `${EVERY_FIELD}; k8s-verify policy check FILE reads a policy without a run`,
    ),
    takeNotes: () => waiting.splice(0),
  };
}

function signersByVariable(path: string): RequestError {
  return new RequestError('usage', `the policy ${path} names signers, and a variable named it`, {
    wanted: 'a policy without identities in K8S_VERIFY_POLICY',
    found: 'identities',
    why: 'no variable says who must have signed; it would choose the signer for every run',
    next: 'name it on the command line: --policy FILE',
  });
}

const NEXT = {
  option: 'check the name of the policy file',
  variable: 'check the variable K8S_VERIFY_POLICY',
  operand: 'check the name of the file',
} as const;

async function readFile(path: string, next: string): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  try {
    // A pipe is opened without waiting for its writer, and refused.
    bytes = await withLocalFile(path, (file) => readSteady(file, path), 'found');
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    // It is about the run, and not about a file that the run is to judge.
    throw new RequestError('usage', `the policy ${path} cannot be read`, {
      wanted: 'a file with a policy',
      found: unreadableReason(cause),
      next,
      cause,
    });
  }
  if (bytes !== undefined) return bytes;
  throw new RequestError('usage', `the policy ${path} is too large`, {
    wanted: `at most ${MAX_POLICY_BYTES} bytes`,
    found: 'more',
    next,
  });
}

/** The whole file, which nothing has changed meanwhile; undefined if it is too large. */
async function readSteady(file: LocalFile, path: string): Promise<Uint8Array | undefined> {
  const before = await file.stat();
  if (!before.isFile() && !before.isDirectory()) {
    throw new RequestError('usage', `the policy ${path} is not a regular file`, {
      wanted: 'a file that can be read again',
      found: before.isFIFO() ? 'a pipe' : 'a device or a socket',
      why: 'the result names the policy by its digest, so that anyone can look at it later',
      next: 'write the policy to a file, and name that',
    });
  }
  const buffer = Buffer.alloc(MAX_POLICY_BYTES + 1);
  let size = 0;
  for (;;) {
    const read = await file.read(buffer.subarray(size));
    size += read;
    if (size > MAX_POLICY_BYTES) return undefined;
    if (read === 0) break;
  }
  if (stateOf(await file.stat()) === stateOf(before) && BigInt(size) === before.size)
    return buffer.subarray(0, size);
  throw new RequestError('usage', `the policy ${path} was changed while it was read`, {
    wanted: 'a policy that is finished',
    found: 'one that something is writing to',
    next: 'write it under another name and rename it, and run this again',
  });
}

function stateOf({ size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs}`;
}

/** Who else can change it decides what is allowed. Links are followed, as a mounted ConfigMap has them. */
async function notesOn(path: string): Promise<readonly Note[]> {
  const hands = (await othersCanChange(path)) ?? [];
  if (hands.length === 0) return [];
  const who = hands.map((hand) => `${hand.who} (${hand.path})`).join(', ');
  return [
    note(
      'policy-others-can-change',
      `others can change the policy ${path}, and so what is allowed here: ${who}`,
    ),
  ];
}
