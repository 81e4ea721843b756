import type { DataStore, KeptEntry } from '../data/data-store.ts';
import { MAX_BUNDLE_BYTES, MAX_MANIFEST_BYTES } from '../limits.ts';
import { manifestPath } from '../release/artifact.ts';
import { readReleaseVersion } from '../release/version.ts';
import type { MirrorIndex } from './index-file.ts';
import { BUNDLE_SUFFIX } from './layout.ts';
import type { MirrorTree } from './tree.ts';

/**
 * What is kept, with the evidence of a mirror before it: what is there and proves is not fetched again. It is proved anew on
 * every use, as everything that is kept.
 */
export function withMirror(data: DataStore, tree: MirrorTree, { files }: MirrorIndex): DataStore {
  const paths = new Map(files.map(({ sha256, path }) => [sha256, `${path}${BUNDLE_SUFFIX}`]));
  const read = async (path: string | undefined, maxBytes: number): Promise<readonly KeptEntry[]> => {
    const bytes = path === undefined ? undefined : await tree.read(path, maxBytes);
    return bytes === undefined || path === undefined ? [] : [{ bytes, path: tree.at(path), place: 'own' }];
  };
  return {
    keeps: data.keeps,
    async read(kind, key) {
      const kept = await data.read(kind, key);
      if (kind === 'evidence') return [...(await read(paths.get(key), MAX_BUNDLE_BYTES)), ...kept];
      const version = kind === 'manifests' ? readReleaseVersion(key) : undefined;
      if (version === undefined) return kept;
      return [...(await read(manifestPath(version), MAX_MANIFEST_BYTES)), ...kept];
    },
    write: (kind, key, bytes, options) => data.write(kind, key, bytes, options),
    list: (kind) => data.list(kind),
    remove: (kind, key) => data.remove(kind, key),
    look: () => data.look(),
    pathOf: (kind, key) => data.pathOf(kind, key),
  };
}
