/** Warnings of Node's that say nothing to a user of k8s-verify, or what is not so here. */
import { isTlsSwitchWarning } from './tls-switch.ts';

const ADDRESS_AS_TLS_NAME = 'DEP0123';

/**
 * Leaves them out, for a program of our own: that a part of Node or of a package is new (undici's way through a SOCKS
 * proxy), that such a proxy is asked for an address, which TLS does not have as a name, and that TLS certificates are
 * not checked.
 */
export function leaveOutNodeWarnings(): void {
  const printers = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning' || isTlsSwitchWarning(warning)) return;
    if ('code' in warning && warning.code === ADDRESS_AS_TLS_NAME) return;
    for (const print of printers) print(warning);
  });
}
