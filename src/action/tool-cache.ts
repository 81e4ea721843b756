/**
 * The runner's tool cache, used as untrusted storage. On self-hosted runners every job can write to it, so a cached
 * file is copied to this run's own directory and proved there like a download.
 */
import { cacheDir, find } from '@actions/tool-cache';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import path from 'node:path';
import { createDirectories } from '../disk/directories.ts';
import { DATA_MODE, EXECUTABLE_MODE } from '../disk/place.ts';
import { HeldDirectory } from '../disk/held-directory.ts';
import { PrivateDirectory } from '../disk/private-directory.ts';
import { copyBeginning } from '../disk/replace-file.ts';
import { setMode } from '../disk/set-mode.ts';
import { MAX_ARTIFACT_BYTES, MAX_BUNDLE_BYTES } from '../limits.ts';
import type { ReleaseArtifact } from '../release/artifact.ts';
import { hostPlatform, samePlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';

/** A file that was copied out of the cache. */
export interface CachedFile {
  /** Where it was in the cache. */
  readonly path: string;
  /** Of the bytes that were copied, hex. */
  readonly sha256: string;
}

export interface ToolCache {
  /**
   * Copies the cached file, and its bundle if there is one, into the directory under their own names, with the modes
   * of an install instead of those in the cache.
   *
   * @returns what was copied; undefined if the cache has nothing that could be the artifact
   * @throws Error if it cannot be read; the directory then has no part of it
   */
  copyTo(directory: string, artifact: ReleaseArtifact): Promise<CachedFile | undefined>;
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
      const cached = find(artifact.component, formatReleaseVersion(artifact.version), cacheArch(artifact));
      if (cached === '') return undefined;
      const [name, bundle] = [artifact.fileName, `${artifact.fileName}.sigstore.json`];
      const mode = artifact.executable ? EXECUTABLE_MODE : DATA_MODE;
      const from = await HeldDirectory.open(cached);
      const to = await HeldDirectory.open(directory);
      try {
        const sha256 = await copyEntry({ from, to, name, mode, maxBytes: MAX_ARTIFACT_BYTES[artifact.kind] });
        if (sha256 === undefined) return undefined;
        await copyEntry({ from, to, name: bundle, mode: DATA_MODE, maxBytes: MAX_BUNDLE_BYTES });
        return { path: path.join(cached, name), sha256 };
      } catch (error) {
        for (const one of [name, bundle]) await to.unlink(one).catch(() => undefined);
        throw error;
      } finally {
        await from.close();
        await to.close();
      }
    },
    async store(artifact, file, bundle) {
      // Node's own way to create parents, which `cacheDir` takes, goes on for ever where a disk (/proc) denies its own root.
      await createDirectories(path.resolve(root, artifact.component));
      const staging = await PrivateDirectory.make(temporary, 'k8s-verify-cache-');
      try {
        await copyFile(file, path.join(staging.path, artifact.fileName), constants.COPYFILE_FICLONE);
        if (bundle !== undefined) await copyFile(bundle, path.join(staging.path, path.basename(bundle)));
        await cacheDir(
          staging.path,
          artifact.component,
          formatReleaseVersion(artifact.version),
          cacheArch(artifact),
        );
      } finally {
        await staging.remove();
      }
    },
  };
}

/** The cache's own word for this machine, as for any tool; another platform has its whole name, so that it is never mixed up. */
function cacheArch({ platform }: ReleaseArtifact): string {
  const { platform: system, arch } = process;
  const host = hostPlatform({ platform: system, arch, endianness: endianness() });
  return platform === undefined || samePlatform(platform, host) ? arch : `${platform.os}-${platform.arch}`;
}

interface CopiedEntry {
  readonly from: HeldDirectory;
  readonly to: HeldDirectory;
  readonly name: string;
  readonly mode: number;
  readonly maxBytes: number;
}

/**
 * Copies a file under its own name. A link could lead anywhere, and a device or a pipe could be read for ever, so
 * neither is opened.
 *
 * @returns the SHA-256 of what was copied; undefined if there is no such file, or it is too large.
 */
async function copyEntry({ from, to, name, mode, maxBytes }: CopiedEntry): Promise<string | undefined> {
  if ((await from.find(name))?.isFile() !== true) return undefined;
  const source = await from.openFile(name);
  try {
    const { size } = await source.stat();
    if (size > maxBytes) return undefined;
    const target = await to.createFile(name, mode);
    try {
      const hash = createHash('sha256');
      await copyBeginning(source, size, async (chunk) => {
        hash.update(chunk);
        await target.writeFile(chunk);
      });
      await setMode(target, mode);
      return hash.digest('hex');
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
