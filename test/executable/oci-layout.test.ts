import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ReadEntry, t as listTar } from 'tar';
import { describe, expect, it } from 'vitest';
import { writeLayout } from '../../scripts/container/oci-layout.ts';
import { EXECUTABLE, USER } from '../../scripts/container/root.ts';
import { ROOT } from '../package/packed.ts';
import { createTempDir, type TempDir } from '#support/temp-dir';

const FACTS = { version: '1.2.3', source: 'https://github.com/OWNER/k8s-verify' };

function writeRoot(directory: string, umask: number): void {
  const names = umask === 0o022 ? ['usr', 'etc'] : ['etc', 'usr'];
  mkdirSync(directory, { mode: 0o755 });
  for (const name of names) {
    mkdirSync(path.join(directory, name));
    chmodSync(path.join(directory, name), 0o755);
    writeFileSync(path.join(directory, name, 'file'), name);
    chmodSync(path.join(directory, name, 'file'), 0o644);
  }
}

async function layout(dir: TempDir, name: string, umask = 0o022): Promise<string> {
  const roots = (['amd64', 'arm64'] as const).map((architecture) => {
    const directory = dir.join(`${name}-${architecture}`);
    writeRoot(directory, umask);
    writeFileSync(path.join(directory, 'etc', 'architecture'), architecture);
    chmodSync(path.join(directory, 'etc', 'architecture'), 0o644);
    return { directory, architecture };
  });
  return (await writeLayout(roots, FACTS, dir.join(name))).digest;
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
  readonly platform?: object;
}
interface Document {
  readonly manifests: readonly Descriptor[];
  readonly layers: readonly Descriptor[];
  readonly config: Descriptor;
}

/** The bytes behind a descriptor, if they are what it says. */
function blob(directory: string, { digest, size }: Descriptor): Buffer {
  const bytes = readFileSync(path.join(directory, 'blobs', digest.replace(':', '/')));
  expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(digest);
  expect(bytes).toHaveLength(size);
  return bytes;
}

function document(bytes: Buffer): Document {
  return JSON.parse(bytes.toString('utf8'));
}

/** Windows has no modes to pack. */
describe.skipIf(process.platform === 'win32')(
  'the layout of the container image (needs modes of files)',
  () => {
    it('is the same for the same roots, whatever their times and the order in which they were written', async () => {
      await using dir = await createTempDir();
      expect(await layout(dir, 'second', 0o077)).toBe(await layout(dir, 'first'));
    });

    it('leads from its index to a layer for each platform, by digest', async () => {
      await using dir = await createTempDir();
      const digest = await layout(dir, 'image');
      const image = dir.join('image');
      const [named] = document(readFileSync(path.join(image, 'index.json'))).manifests;
      if (named === undefined) throw new TypeError('there is an image');
      expect(named.digest).toBe(digest);
      const { manifests } = document(blob(image, named));
      expect(manifests.map(({ platform }) => platform)).toEqual([
        { os: 'linux', architecture: 'amd64' },
        { os: 'linux', architecture: 'arm64' },
      ]);
      for (const manifest of manifests) {
        const { layers, config } = document(blob(image, manifest));
        expect(layers).toHaveLength(1);
        const tarball = gunzipSync(blob(image, layers[0] ?? config));
        const diff = createHash('sha256').update(tarball).digest('hex');
        const settings: unknown = JSON.parse(blob(image, config).toString('utf8'));
        expect(settings).toMatchObject({
          os: 'linux',
          ...manifest.platform,
          rootfs: { diff_ids: [`sha256:${diff}`] },
        });
        expect(settings).toMatchObject({
          config: { User: `${USER}:${USER}`, Entrypoint: [`/${EXECUTABLE}`] },
        });
        expect(entriesOf(tarball)).toEqual([
          'etc/ 755 0',
          'etc/architecture 644 0',
          'etc/file 644 0',
          'usr/ 755 0',
          'usr/file 644 0',
        ]);
      }
    });

    it('says the same as the Containerfile', () => {
      const text = readFileSync(path.join(ROOT, 'packaging/Containerfile'), 'utf8');
      const lines = text.split('\n').filter((line) => /^[A-Z]/.test(line));
      expect(lines).toEqual([
        'FROM scratch',
        'ARG TARGETARCH=amd64',
        'COPY ${TARGETARCH}/ /',
        'ENV PATH=/usr/bin',
        'WORKDIR /',
        `USER ${USER}:${USER}`,
        `ENTRYPOINT ["/${EXECUTABLE}"]`,
      ]);
    });
  },
);

function entriesOf(tarball: Buffer): readonly string[] {
  const entries: string[] = [];
  const parser = listTar({
    sync: true,
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      entries.push(`${entry.path} ${entry.mode?.toString(8)} ${entry.uid ?? 0}`);
    },
  });
  parser.end(tarball);
  return entries;
}
