import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { HashAlgorithm } from '../../../../src/strict/digest.ts';
import { EXECUTABLE_MODE, placeAll, type Placement } from '../../../../src/disk/place.ts';
import { openStaging } from '../../../../src/disk/staging.ts';
import { confirmDigest, type VerifiedArtifact } from '../../../../src/disk/verified-artifact.ts';
import type { ProvenDigest } from '../../../../src/proof/prove-digest.ts';

const made: string[] = [];

/** A fresh directory, removed after the test. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-install-'));
  made.push(directory);
  return directory;
}

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Every name in a directory, hidden ones too. */
export function namesIn(directory: string): readonly string[] {
  return readdirSync(directory).sort();
}

export function digestOf(bytes: Uint8Array | string, algorithm: HashAlgorithm = 'sha256'): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** What the proof of these bytes would have been; only `proof/` makes real ones, from signatures. */
export function provenFor(bytes: Uint8Array | string, algorithm: HashAlgorithm = 'sha256'): ProvenDigest {
  const proven: unknown = { algorithm, hex: digestOf(bytes, algorithm) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- placing looks at the digest alone
  return proven as ProvenDigest;
}

export async function stageVerified(
  directory: string,
  fileName: string,
  bytes: Uint8Array | string,
): Promise<VerifiedArtifact> {
  const staged = openStaging({ directory, fileName });
  await staged.write(Buffer.from(bytes));
  return confirmDigest(staged, provenFor(bytes));
}

/** An artifact on its way into a directory, under its own name and to be run. */
export function into(directory: string, artifact: VerifiedArtifact): Placement {
  return { artifact, destination: join(directory, artifact.staged.fileName), mode: EXECUTABLE_MODE };
}

export async function placeOne(
  artifact: VerifiedArtifact,
  destination: string,
  { mode = EXECUTABLE_MODE, signal }: { readonly mode?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  await placeAll([{ artifact, destination, mode }], { signal });
}
