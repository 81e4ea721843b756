/** Audits of a release on loopback that counts as Kubernetes' own server, unless a test says otherwise. */
import { randomUUID } from 'node:crypto';
import { createClient } from '../../../src/client.ts';
import { planAudit } from '../../../src/plan/plan-audit.ts';
import { readAudit } from '../../../src/plan/read-released.ts';
import type { ReleaseInput } from '../../../src/plan/input.ts';
import { auditOf } from '../../../src/release.ts';
import type { Comparison, ReleaseAudit, ReleaseFile } from '../../../src/release-result.ts';
import { HttpSource } from '../../../src/source/http-source.ts';
import type { SmallFileRequest } from '../../../src/source/release-source.ts';
import { testDir } from '#support/test-dir';
import type { testServers } from '#support/test-servers';
import { publishWholeRelease, type WholeFile, type WholeReleaseOptions } from '#support/whole-release';

export const VERSION = 'v1.30.2';

export type AuditWorld = Awaited<ReturnType<typeof testServers>>;

/** Every path that the table has for a release, or for a part of it. */
export async function pathsOf(
  part: Partial<ReleaseInput> = {},
  version: string = VERSION,
): Promise<readonly string[]> {
  await using client = createClient();
  const plan = await planAudit(readAudit({ version, ...part }), client);
  return plan.files.map(({ artifact }) => artifact.pathInRelease);
}

/** A part of a release that tests are quick with: ten files of four kinds. */
export const PART: Partial<ReleaseInput> = {
  components: [
    'kubectl',
    'kubelet',
    'kube-apiserver.tar',
    'kubernetes-client',
    'kubernetes-src',
    'kubernetes-release.spdx',
    'kubernetes-source.spdx',
  ],
  platforms: ['linux/amd64', 'linux/arm64'],
};

export async function publishPart(
  { releases, sigstore }: AuditWorld,
  how: Partial<WholeReleaseOptions> = {},
): Promise<ReadonlyMap<string, WholeFile>> {
  // The log has what earlier tests signed, so that no test has the bytes of another.
  const run = randomUUID();
  const bytesOf = (path: string): Uint8Array => Buffer.from(`${path} of ${run}\n`);
  const whole = { version: VERSION, paths: await pathsOf(PART), sigstore, bytesOf };
  return publishWholeRelease(releases, { ...whole, ...how });
}

export interface AuditOptions extends Partial<ReleaseInput> {
  /** Keeps evidence there; default: a new directory. */
  readonly data?: string;
  /** Whether the server counts as Kubernetes' own; default true. */
  readonly isPublisher?: boolean;
  readonly offline?: boolean;
  /** The whole release; default: {@link PART}. */
  readonly whole?: boolean;
  readonly signal?: AbortSignal;
  /** Called before each small file is asked for. */
  readonly onRequest?: (path: string) => void;
}

export async function audit(
  { releases, sigstore }: AuditWorld,
  { data, isPublisher = true, offline = false, whole = false, onRequest, ...input }: AuditOptions = {},
): Promise<ReleaseAudit> {
  const dataDirectory = data ?? (await testDir()).path;
  await using client = createClient({ retries: 0, retryDelayMs: 1, dataDirectory, offline });
  const request = readAudit({
    version: VERSION,
    ...(whole ? {} : PART),
    rekorUrl: sigstore.rekorUrl,
    trustedRoot: sigstore.trustedRoot(),
    ...input,
  });
  const server = new HttpSource(releases.url, client.http);
  const source = Object.assign(server, {
    isPublisher,
    small: async (asked: SmallFileRequest) => {
      onRequest?.(asked.path);
      return HttpSource.prototype.small.call(server, asked);
    },
  });
  return await auditOf({ sources: [source], ...request }, client);
}

export function fileAt(run: ReleaseAudit, path: string): ReleaseFile {
  const found = run.results.find((one) => one.path === path);
  if (found === undefined) throw new TypeError(`there is no ${path}`);
  return found;
}

export function compared(run: ReleaseAudit, source: Comparison['source']): Comparison {
  const found = run.compared.find((one) => one.source === source);
  if (found === undefined) throw new TypeError(`${source} was not compared`);
  return found;
}
