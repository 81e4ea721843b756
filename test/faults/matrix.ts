/** One row of the fault matrix: a fault at a target, set up in a world, and what must come of it. */
import type { ErrorCode } from '../../src/errors.ts';
import type { RequestPattern } from '#support/http/request';
import { BINARY_BYTES, type FaultWorld, startFaultWorld } from './fault-world.ts';
import { TARGET_NAMES, type Target, type TargetName, targetOf } from './targets.ts';
import type { Outcome, Scene, TransportFault } from './transport/transport-fault.ts';
import { TRANSPORT_FAULTS } from './transport-faults.ts';

export interface Row {
  readonly name: string;
  readonly fault: TransportFault;
  readonly target: Target;
  readonly outcome: Outcome;
}

export const ROWS: readonly Row[] = TRANSPORT_FAULTS.flatMap((fault) =>
  (fault.targets ?? TARGET_NAMES).map((name) => rowOf(fault, name)),
);

/** The rows that are tried through the real command as well: each fault at one target. */
export const COMMAND_ROWS: readonly Row[] = TRANSPORT_FAULTS.flatMap((fault) =>
  fault.command === undefined ? [] : [rowOf(fault, fault.command)],
);

function rowOf(fault: TransportFault, name: TargetName): Row {
  return {
    name: `${name}: ${fault.name}`,
    fault,
    target: targetOf(name),
    outcome: fault.outcomes?.[name] ?? usualOutcome(fault, name),
  };
}

function usualOutcome({ ends, reason }: TransportFault, name: TargetName): Outcome {
  if (ends === 'passes') return { kind: 'installed' };
  const refused = (code: ErrorCode, text = reason): Outcome => ({ kind: 'refused', code, text });
  switch (name) {
    case 'binary':
    case '.sig':
    case '.cert':
    case 'marker':
      return refused(ends);
    case '.sha256':
    case '.sigstore.json':
      // Useful, and not needed: the proof without them is the same.
      return { kind: 'installed' };
    case 'look-up':
      return refused(ends === 'rate-limited' || ends === 'response-invalid' ? ends : 'log-unreachable');
    case 'search':
      return refused('log-entry-not-found', 'the log could not be searched');
  }
}

/** A world with the row's fault in it; both end together. */
export async function startScene({ fault, target }: Row): Promise<FaultWorld> {
  const world = await startFaultWorld({ tls: fault.tls === true });
  const resources: AsyncDisposable[] = [];
  const scene: Scene = {
    world,
    target,
    part: target.name === 'binary' ? BINARY_BYTES / 4 : 3,
    fail(failing, { times = Number.POSITIVE_INFINITY, ranged } = {}) {
      const rest: RequestPattern = ({ path, headers }) => path.endsWith(target.path) && 'range' in headers;
      target.server(world).fault(ranged === true ? rest : target.pattern, failing, { times });
    },
    use(resource) {
      resources.push(resource);
      return resource;
    },
  };
  await fault.setUp(scene);
  return {
    ...world,
    async [Symbol.asyncDispose]() {
      await Promise.all(resources.map(async (resource) => resource[Symbol.asyncDispose]()));
      await world[Symbol.asyncDispose]();
    },
  };
}
