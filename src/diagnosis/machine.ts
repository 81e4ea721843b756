/** This program, and what the machine does to it before it runs. */
import type { Client } from '../client.ts';
import type { Environment } from '../http/proxy.ts';
import { tlsSwitchNote } from '../http/tls-switch.ts';
import { formatPlatform, hostPlatform } from '../release/platform.ts';
import { nodeVariablesNote } from '../text/node-variables.ts';
import { systemVariables } from '../text/system-variables.ts';
import { VERSION } from '../text/version.ts';
import { type Finding, noted, ok } from './finding.ts';

/** @throws RequestError `platform-impossible` where Kubernetes publishes nothing for this machine */
export function lookAtProgram({ host }: Client): Finding {
  const platform = formatPlatform(hostPlatform(host));
  return ok('k8s-verify', `${VERSION}, Node ${process.versions.node}, ${platform}`);
}

/** Variables that Node, OpenSSL or the linker read before this program runs, and one that nothing reads. */
export function lookAtEnvironment(env: Environment): readonly Finding[] {
  return [nodeVariablesNote(env), tlsSwitchNote(), ...systemVariables(env)]
    .filter((note) => note !== undefined)
    .map(({ found, advice }) => noted('environment', found, advice));
}
