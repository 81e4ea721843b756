import type { Note } from './notes.ts';
import { GivenPolicy } from './policy/given-policy.ts';
import { builtInPolicy } from './policy/built-in.ts';
import { COMPONENTS } from './release/component.ts';

/** The policy that counts where no file is named, as the JSON of such a file. */
export function showPolicy(): string {
  return builtInPolicy();
}

/** An exception of a policy file, and whether it still counts. */
export interface CheckedException {
  /** Hex. */
  readonly sha256: string;
  readonly lifts: readonly string[];
  readonly reason: string;
  /** As the file has it. */
  readonly until: string;
  readonly hasEnded: boolean;
}

/** A policy file that can be used. */
export interface CheckedPolicy {
  /** Absolute. */
  readonly path: string;
  /** Of the file, hex. */
  readonly sha256: string;
  /** Whether it says who must have signed; such a file is named with `--policy` and not by a variable. */
  readonly namesSigners: boolean;
  readonly exceptions: readonly CheckedException[];
  /** Names of components in it that this version of k8s-verify does not know. */
  readonly unknownComponents: readonly string[];
  readonly notes: readonly Note[];
}

/**
 * Reads a policy file as a run would.
 *
 * @param now decides which exceptions have ended.
 * @throws RequestError `usage` naming the place and what is wrong with it
 */
export async function checkPolicy(path: string, now: Date): Promise<CheckedPolicy> {
  const { file, origin, takeNotes } = await new GivenPolicy({
    kind: 'file',
    path,
    namedBy: 'operand',
  }).open();
  const named = file.allowed?.flatMap(({ components = [] }) => components) ?? [];
  return {
    path: origin.path ?? path,
    sha256: origin.sha256,
    namesSigners: file.identities !== undefined,
    exceptions: file.exceptions.map(({ sha256, lifts, reason, until, end }) => ({
      sha256,
      lifts,
      reason,
      until,
      hasEnded: now >= end,
    })),
    unknownComponents: [...new Set(named)].filter((name) => COMPONENTS.every((one) => one.name !== name)),
    notes: takeNotes(),
  };
}
