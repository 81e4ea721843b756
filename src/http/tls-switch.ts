import type { EnvironmentNote } from '../text/node-variables.ts';

/**
 * The variable that makes Node accept any certificate. It has no effect here, because every connection uses
 * `rejectUnauthorized: true` (connections.ts).
 */
const VARIABLE = 'NODE_TLS_REJECT_UNAUTHORIZED';

/**
 * A note if the environment asks for unchecked TLS. Node reads this variable only from the process's own environment.
 */
export function tlsSwitchNote(): EnvironmentNote | undefined {
  if (process.env[VARIABLE] !== '0') return undefined;
  return {
    code: 'tls-switch-ignored',
    found: `${VARIABLE}=0 is set and has no effect: every TLS certificate is checked`,
    advice: `unset it; if a proxy or mirror uses a CA of your own, name it in NODE_EXTRA_CA_CERTS`,
  };
}

/** Recognises Node's warning that certificates are not checked, which is not true here. */
export function isTlsSwitchWarning(warning: Error): boolean {
  return warning.message.includes(VARIABLE);
}
