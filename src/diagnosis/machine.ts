/** This program, and what the machine does to it before it runs. */
import type { Client } from '../client.ts';
import type { Environment } from '../http/proxy.ts';
import { tlsSwitchNote } from '../http/tls-switch.ts';
import { formatPlatform, hostPlatform } from '../release/platform.ts';
import { nodeVariablesNote } from '../text/node-variables.ts';
import { systemVariables, type VariableFinding } from '../text/system-variables.ts';
import { RELEASED, VERSION } from '../text/version.ts';
import { ageWords, DAY_MS } from '../trust/root-age.ts';
import { type Finding, noted, ok } from './finding.ts';

/** @throws RequestError `platform-impossible` where Kubernetes publishes nothing for this machine */
export function lookAtProgram({ host, clock }: Client): Finding {
  const platform = formatPlatform(hostPlatform(host));
  const age = RELEASED === undefined ? '' : ` ${ageOf(RELEASED, clock.now())}`;
  return ok('k8s-verify', `${VERSION}${age}, Node ${process.versions.node}, ${platform}`);
}

/** `of 2026-10-02 (57 days old)`. */
function ageOf(day: string, now: Date): string {
  const days = Math.floor((now.getTime() - new Date(day).getTime()) / DAY_MS);
  return `of ${day} (${ageWords(days)})`;
}

/** Variables that Node, OpenSSL or the linker read before this program runs, and those that change what TLS trusts. */
export async function lookAtEnvironment(env: Environment): Promise<readonly Finding[]> {
  return [nodeVariablesNote(env), tlsSwitchNote(), ...systemVariables(env), await certificatesNote(env)]
    .filter((note) => note !== undefined)
    .map(({ found, advice }) => noted('environment', found, advice));
}

/** Authorities that TLS does without, because the file that should name them cannot be used. */
async function certificatesNote({ SSL_CERT_FILE: path }: Environment): Promise<VariableFinding | undefined> {
  if (path === undefined || path === '') return undefined;
  const { usableCertificatesIn } = await import('../http/ca-file.ts');
  if ((await usableCertificatesIn(path)) !== undefined) return undefined;
  return {
    found: 'SSL_CERT_FILE names a file that cannot be used, so that nothing is trusted because of it',
    advice: 'name a PEM file in which every certificate can be read, or unset the variable',
  };
}
