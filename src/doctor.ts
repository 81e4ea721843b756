import type { Client } from './client.ts';
import { attempt, type Finding, ok } from './diagnosis/finding.ts';
import { lookAtInstallDirectory } from './diagnosis/install-directory.ts';
import { lookAtKept } from './diagnosis/kept.ts';
import { lookAtEnvironment, lookAtProgram } from './diagnosis/machine.ts';
import { lookAtPolicy } from './diagnosis/policy.ts';
import { asRunWouldTakeThem, lookAtClock, visit } from './diagnosis/servers.ts';
import { lookAtTrustedRoot } from './diagnosis/trusted-root.ts';
import { withoutLog } from './diagnosis/without-log.ts';
import type { Environment } from './http/proxy.ts';
import type { HostDirectories } from './plan/destination.ts';
import { type NetworkRequest, rekorUrlOf, serversOf, type TrustRequest } from './plan/request.ts';

export interface DiagnoseRequest extends NetworkRequest, TrustRequest {
  readonly env: Environment;
  readonly directories: HostDirectories;
  /** Absolute; default: the directory that a run would choose. */
  readonly installDirectory?: string;
  readonly signal?: AbortSignal;
}

/**
 * Looks at everything that a run depends on: this machine, the way to the servers, the clock, the trusted root, the place
 * to install to and what earlier runs kept. Leaves nothing behind, and never throws for what it finds.
 */
export async function diagnose(request: DiagnoseRequest, client: Client): Promise<readonly Finding[]> {
  const directories = (request.sources ?? []).flatMap((one) => (typeof one === 'string' ? [] : [one.shown]));
  const visitor = { env: request.env, signal: request.signal };
  const [downloads, log, trustedRoot, policy, kept] = await Promise.all([
    Promise.all(
      serversOf(request).map((url) => visit('downloads', url, '/release/stable.txt', visitor, client)),
    ),
    visit('public log', rekorUrlOf(request), '/api/v1/log', visitor, client),
    lookAtTrustedRoot(request, client, request.signal),
    lookAtPolicy(request.env, client.clock.now()),
    client.data.look(),
  ]);
  return [
    ...attempt('k8s-verify', () => [lookAtProgram(client)]),
    ...(await lookAtEnvironment(request.env)),
    ...directories.map((path) => ok('downloads', `${path}, a directory of this machine`)),
    ...asRunWouldTakeThem(downloads),
    await withoutLog(log.finding, downloads, kept.evidence, visitor, client),
    trustedRoot,
    ...policy,
    // A clock that is behind k8s-verify itself is told once.
    ...(trustedRoot.subject === 'clock' ? [] : [lookAtClock([...downloads, log])]),
    ...attempt('install', () => lookAtInstallDirectory(request.directories, request.installDirectory)),
    ...(client.data.keeps ? lookAtKept(kept) : []),
  ];
}
