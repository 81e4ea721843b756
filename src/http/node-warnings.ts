/** Node warnings that do not help a user of k8s-verify, or are not true here. */
import { isTlsSwitchWarning } from './tls-switch.ts';

const ADDRESS_AS_TLS_NAME = 'DEP0123';

/**
 * Hides these warnings in our own programs: that a part of Node or of a package is experimental (undici's SOCKS
 * support), that a server behind a SOCKS proxy is given as an address, which undici passes on as its TLS server name,
 * and that TLS certificates are not checked.
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
