import type { EnvironmentNote } from '../text/node-variables.ts';

/**
 * The variable with which Node lets any certificate pass. It has no say here: all connections are made with
 * `rejectUnauthorized: true` (connections.ts).
 */
const VARIABLE = 'NODE_TLS_REJECT_UNAUTHORIZED';

/** For a process whose environment asks for unchecked TLS. Node itself looks at nothing but the process's own. */
export function tlsSwitchNote(): EnvironmentNote | undefined {
  if (process.env[VARIABLE] !== '0') return undefined;
  return {
    found: `${VARIABLE}=0 is set and has no effect: every TLS certificate is checked`,
    advice: `unset it; where a proxy or a mirror has a CA of your own, name that in NODE_EXTRA_CA_CERTS`,
  };
}

/** Node's warning that certificates are not checked: it is not so here. */
export function isTlsSwitchWarning(warning: Error): boolean {
  return warning.message.includes(VARIABLE);
}
