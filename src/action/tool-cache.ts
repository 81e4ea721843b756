/**
 * The runner's tool cache, used as untrusted storage. On self-hosted runners every job can write to it, so a cached
 * file is copied to this run's own directory and proved there like a download.
 */
import { cacheDir, find } from '@actions/tool-cache';
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, rm } from 'node:fs/promises';
import path from 'node:path';
import { createDirectories } from '../disk/directories.ts';
import { DATA_MODE, EXECUTABLE_MODE } from '../disk/place.ts';
import { PrivateDirectory } from '../disk/private-directory.ts';
import { MAX_ARTIFACT_BYTES, MAX_BUNDLE_BYTES } from '../limits.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { formatReleaseVersion } from '../release/version.ts';

export interface ToolCache {
  /**
   * Copies the cached file, and its bundle if there is one, into the directory under their own names, with the modes
   * of an install instead of those in the cache.
   *
   * @returns the path in the cache that was copied; undefined if the cache has nothing that could be the artifact
   * @throws Error if it cannot be read; the directory then has no part of it
   */
  copyTo(directory: string, artifact: ReleaseArtifact): Promise<string | undefined>;
  /**
   * Puts a proven file with its bundle into the cache, replacing what may be there.
   *
   * @throws Error if the cache cannot be written
   */
  store(artifact: ReleaseArtifact, file: string, bundle: string | undefined): Promise<void>;
}

/**
 * @param root the tool cache (RUNNER_TOOL_CACHE)
 * @param temporary a directory for this job alone (RUNNER_TEMP)
 */
export function runnerToolCache(root: string, temporary: string): ToolCache {
  return {
    async copyTo(directory, artifact) {
      const cached = find(artifact.component, formatReleaseVersion(artifact.version));
      if (cached === '') return undefined;
      const file = path.join(cached, artifact.fileName);
      const bundle = `${file}.sigstore.json`;
      if (!(await isPlainFile(file, MAX_ARTIFACT_BYTES[artifact.kind]))) return undefined;
      const target = path.join(directory, artifact.fileName);
      try {
        await copyFile(file, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
        await chmod(target, artifact.executable ? EXECUTABLE_MODE : DATA_MODE);
        if (await isPlainFile(bundle, MAX_BUNDLE_BYTES)) {
          await copyFile(bundle, `${target}.sigstore.json`, constants.COPYFILE_EXCL);
          await chmod(`${target}.sigstore.json`, DATA_MODE);
        }
      } catch (error) {
        for (const name of [target, `${target}.sigstore.json`]) await rm(name, { force: true });
        throw error;
      }
      return file;
    },
    async store(artifact, file, bundle) {
      // Node's own way to create parents, which `cacheDir` takes, goes on for ever where a disk (/proc) denies its own root.
      await createDirectories(path.resolve(root, artifact.component));
      const staging = await PrivateDirectory.make(temporary, 'k8s-verify-cache-');
      try {
        await copyFile(file, path.join(staging.path, artifact.fileName), constants.COPYFILE_FICLONE);
        if (bundle !== undefined) await copyFile(bundle, path.join(staging.path, path.basename(bundle)));
        await cacheDir(staging.path, artifact.component, formatReleaseVersion(artifact.version));
      } finally {
        await staging.remove();
      }
    },
  };
}

/** A link could lead anywhere, and a device or a pipe could be read for ever. */
async function isPlainFile(file: string, maxBytes: number): Promise<boolean> {
  try {
    const status = await lstat(file);
    return status.isFile() && status.size <= maxBytes;
  } catch {
    return false;
  }
}
