/** Writes what an audit has proved: a checksum list, every bundle, and the release manifest. All of it, or nothing. */
import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assertCanBePlaced } from '../disk/can-be-placed.ts';
import { diskError, isAbsent } from '../disk/disk-error.ts';
import { assertNoForeignLink, holdOutputDirectory } from '../disk/hold-output-directory.ts';
import { placeAll } from '../disk/place.ts';
import { othersCanChange } from '../disk/who-can-change.ts';
import { InstallError } from '../errors.ts';
import { note, type Note } from '../notes.ts';
import { MANIFEST_NAME } from '../release/artifact.ts';
import type { WrittenRelease } from '../release-result.ts';
import { type AuditedFile, verdictOf } from './audit-file.ts';
import type { RunManifest } from './run-manifest.ts';
import { bundlePathOf } from './saved-bundle.ts';

const SUMS = 'SHA256SUMS';

/**
 * Files of two audits in one directory could not be told apart, so that it has to be new, or empty. Changes nothing.
 *
 * @throws InstallError `destination-unsuitable`, `destination-unwritable`
 */
export async function assertCanWriteTo(directory: string): Promise<void> {
  const path = resolve(directory);
  const found = await whatIsAt(path);
  if (found !== undefined) {
    throw new InstallError('destination-unsuitable', `${path} is ${found}`, {
      wanted: 'a directory that does not exist yet, or an empty one',
      found,
      next: 'name another directory with --write',
    });
  }
  await assertCanBePlaced(join(path, SUMS));
  await assertNoForeignLink(path);
}

async function whatIsAt(path: string): Promise<string | undefined> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return 'a symbolic link';
    if (!found.isDirectory()) return 'not a directory';
    return (await readdir(path)).length > 0 ? 'a directory that is not empty' : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw diskError(error, `check ${path}`, path);
  }
}

/**
 * Writes nothing where no file is proved: an empty list would say that there is nothing to check.
 *
 * @returns also who else can change what was written.
 * @throws InstallError; nothing is left then.
 */
export async function writeAudit(
  directory: string,
  files: readonly AuditedFile[],
  manifest: RunManifest,
  signal: AbortSignal | undefined,
): Promise<{ readonly written: WrittenRelease; readonly notes: readonly Note[] }> {
  const root = resolve(directory);
  await assertCanWriteTo(root);
  const proved = files.flatMap((file) => (isWritten(file) ? [file] : []));
  const leftOut = files.flatMap((file) =>
    isWritten(file) ? [] : [{ path: file.planned.artifact.pathInRelease, verdict: verdictOf(file) }],
  );
  if (proved.length === 0) return { written: { directory: root, files: [], leftOut }, notes: [] };
  const content = new Map<string, Uint8Array>([[SUMS, Buffer.from(sumsOf(proved))]]);
  for (const { proven, planned } of proved) {
    if (proven.proof.listedIn === undefined)
      content.set(bundlePathOf(planned.artifact.pathInRelease), proven.proof.bundle);
  }
  if (manifest.kind === 'proved') {
    content.set(MANIFEST_NAME, manifest.bytes);
    content.set(bundlePathOf(MANIFEST_NAME), manifest.proof.bundle);
  }
  const sideFiles = Array.from(content, ([path, bytes]) => ({
    destination: join(root, ...path.split('/')),
    bytes,
  }));
  const notes = await placeAll([], { sideFiles, hold: holdOutputDirectory, signal });
  const others = (await othersCanChange(join(root, SUMS))) ?? [];
  return {
    written: { directory: root, files: sideFiles.map(({ destination }) => destination), leftOut },
    notes: [
      ...notes,
      ...others.map(({ who, path }) =>
        note('others-can-change', `${who} can change what is in ${root}, through ${path}`),
      ),
    ],
  };
}

type Proved = Extract<AuditedFile, { readonly kind: 'proved' }>;

/** A digest that is proved and not forbidden. With it goes what upstream gave another signature, and is proved all the same. */
function isWritten(file: AuditedFile): file is Proved {
  return file.kind === 'proved' && (file.flaw === undefined || file.flaw.verdict === 'inconsistent');
}

/** As Kubernetes writes it, by path. */
function sumsOf(files: readonly Proved[]): string {
  return files.map(({ planned, proven }) => `${proven.sha256}  ${planned.artifact.pathInRelease}\n`).join('');
}
