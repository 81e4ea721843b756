/** A site may be closed to the public log and work all the same: bundles and kept evidence prove without it. */
import type { Client } from '../client.ts';
import type { KeptEvidence } from '../data/look.ts';
import { MAX_BUNDLE_BYTES } from '../limits.ts';
import { DEFAULT_SOURCE } from '../plan/request.ts';
import { releaseArtifact } from '../release/artifact.ts';
import { hostPlatform } from '../release/platform.ts';
import { parseMarker } from '../release/version.ts';
import { asNote, type Finding } from './finding.ts';
import type { Visit, Visitor } from './servers.ts';

/** @returns what a log that gave no answer means here: a problem, or a note where proofs are to be had without it */
export async function withoutLog(
  log: Finding,
  downloads: readonly Visit[],
  evidence: readonly KeptEvidence[],
  visitor: Visitor,
  client: Client,
): Promise<Finding> {
  if (log.outcome !== 'problem') return log;
  const noted = (advice: string): Finding => asNote(log, advice);
  const source = downloads.find(({ finding }) => finding.outcome === 'ok');
  const bundles = source === undefined ? 'none' : await bundlesOf(source, visitor, client);
  if (bundles === 'published') return noted(`the bundles at ${hostOf(source)} prove without it`);
  if (evidence.some(({ files }) => files > 0)) {
    return noted('kept evidence still works; for new files try again later');
  }
  if (bundles === 'unknown') {
    return noted(
      `what has a bundle next to it at ${hostOf(source)} proves without it; other files need the log`,
    );
  }
  return log;
}

function hostOf(source: Visit | undefined): string {
  return source === undefined ? '' : new URL(source.url).host;
}

/** Whether its newest stable kubectl has a bundle; unknown for a mirror that does not say which release that is. */
async function bundlesOf(
  { url, answer }: Visit,
  { signal }: Visitor,
  { http, host }: Client,
): Promise<'published' | 'none' | 'unknown'> {
  if (answer?.status !== 200) return url === DEFAULT_SOURCE ? 'none' : 'unknown';
  try {
    const version = parseMarker(answer.body, { channel: 'stable', major: undefined, minor: undefined });
    const { path } = releaseArtifact({ component: 'kubectl', version, platform: hostPlatform(host) });
    const { status } = await http.fetchSmall({
      url: `${url}/${path}.sigstore.json`,
      maxBytes: MAX_BUNDLE_BYTES,
      accept: [200, 403, 404],
      what: `the bundle of kubectl at ${new URL(url).host}`,
      signal,
    });
    return status === 200 ? 'published' : 'none';
  } catch {
    return 'none';
  }
}
