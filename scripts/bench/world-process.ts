/**
 * The servers of the bench, in a process of their own so that their CPU time is not the clients'. Started by `world.ts`
 * with what to make as its argument; says over IPC where everything is; ends when its parent lets go.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DigestedBody, fileBody } from '#support/http/large-bodies';
import { createLocalSigstore } from '#support/local-sigstore';
import { releasePath } from '#support/release-server';
import { publishWholeRelease } from '#support/whole-release';
import { startWorld } from '#support/world';
import type { Link, LinkOrder, WorldOrder } from './world.ts';

const EVIDENCE = /\.(?:sig|cert|sha256|sha512|sigstore\.json)$/;
/** What a release says of itself. */
const RECORDS = /(?:SUMS|provenance\.json|\.spdx)$/;

const order: WorldOrder = JSON.parse(process.argv[2] ?? '');
const sigstore = createLocalSigstore();
const bodies = new Map<string, DigestedBody>();

/** One body for each file, however many links serve it: its digest is computed once. */
function bodyOf(path: string): DigestedBody {
  const body = bodies.get(path) ?? fileBody(path);
  bodies.set(path, body);
  return body;
}

/** The manifest of a real release has about 300 KB with its images. */
const MANIFEST_REST = '# one more file of an image\n'.repeat(10_000);

async function startLink({ name, bitsPerSecond, evidenceDelayMs }: LinkOrder): Promise<Link> {
  const { directory } = order;
  const speed = bitsPerSecond === undefined ? {} : { bitsPerSecond };
  const {
    releases,
    mirror,
    rekorUrl,
    sigstore: served,
    tuf,
  } = await startWorld({ directory, sigstore, releases: speed });
  if (evidenceDelayMs !== undefined) {
    releases.http.delay(EVIDENCE, evidenceDelayMs);
    served.rekorServer.http.delay(/^/, evidenceDelayMs);
    tuf.server.delay(/^/, evidenceDelayMs);
  }
  if (order.release !== undefined) {
    await publishWholeRelease(releases, { ...order.release, sigstore });
    if (evidenceDelayMs !== undefined) releases.http.delay(RECORDS, evidenceDelayMs);
  }
  for (const { component, version, platform, path } of order.artifacts) {
    const where =
      platform === undefined
        ? `/release/${version}/${component}`
        : releasePath({ component, version, platform });
    await releases.publishSigned(where, { bytes: bodyOf(path), sigstore });
  }
  for (const version of new Set(order.artifacts.map((artifact) => artifact.version)))
    await releases.publishManifest(version, { sigstore, change: (text) => `${text}${MANIFEST_REST}` });
  // Each link has a repository of its own, and all of them the same directory.
  const root = join(directory, `tuf-root-${links.length}.json`);
  await writeFile(root, tuf.repository.firstRoot);
  return { name, url: mirror, rekorUrl, tuf: { url: tuf.url, root } };
}

const links: Link[] = [];
const trustedRootPath = join(order.directory, 'trusted_root.json');
await writeFile(trustedRootPath, sigstore.trustedRoot());
for (const path of order.bundled) {
  const digest = await bodyOf(path).sha256();
  await writeFile(`${path}.sigstore.json`, sigstore.signBlob({ digest }).bundle('0.3'));
}
for (const link of order.links) links.push(await startLink(link));
process.on('disconnect', () => process.exit(0));
process.send?.({ trustedRootPath, links });
