/** Every way in which a transfer can fail, by name, and what has to come of it. */
import { BROKEN_TRANSFERS } from './transport/broken-transfers.ts';
import { ODD_ANSWERS } from './transport/odd-answers.ts';
import { ODD_SERVERS } from './transport/odd-servers.ts';
import { STATUS_FAULTS } from './transport/statuses.ts';
import type { TransportFault } from './transport/transport-fault.ts';

export const TRANSPORT_FAULTS: readonly TransportFault[] = [
  ...STATUS_FAULTS,
  ...BROKEN_TRANSFERS,
  ...ODD_ANSWERS,
  ...ODD_SERVERS,
];
