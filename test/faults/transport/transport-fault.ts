/** One way in which a transfer can fail, what has to come of it, and how it is set up. */
import type { ErrorCode } from '../../../src/errors.ts';
import type { HttpClientOptions } from '../../../src/http/client.ts';
import { type Fault, fault } from '#support/http/faults';
import type { FaultWorld } from '../fault-world.ts';
import type { Target, TargetName } from '../targets.ts';

/** One fault at one target, being set up. */
export interface Scene {
  readonly world: FaultWorld;
  readonly target: Target;
  /** So many bytes and then trouble: part of the body, whatever it is. */
  readonly part: number;
  /** Makes the target's requests fail, the first `times` of them; `ranged` are those for a rest. */
  readonly fail: (fault: Fault, options?: { readonly times?: number; readonly ranged?: true }) => void;
  /** Ends with the test. */
  readonly use: <Resource extends AsyncDisposable>(resource: Resource) => Resource;
}

export type Outcome =
  | { readonly kind: 'installed' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly text: string };

/** Nothing is learnt about the artifact from what the log never says. */
export const NOT_THE_LOG = 'the public log gave no usable answer';

export interface TransportFault {
  readonly name: string;
  readonly setUp: (scene: Scene) => void | Promise<void>;
  /** Says what happened: in the line of each retry, or in the error. */
  readonly reason: string;
  /** `passes`, or the code of the error where the target itself cannot be had. */
  readonly ends: 'passes' | 'network' | 'timeout' | 'response-invalid' | 'http-status' | 'rate-limited';
  /** Lines that tell of a retry; `retriesOf` where a target differs. */
  readonly retries: number;
  readonly retriesOf?: Partial<Record<TargetName, number>>;
  /** Default: all. */
  readonly targets?: readonly TargetName[];
  /** Where the target's content, not its transfer, is what comes of the fault. */
  readonly outcomes?: Partial<Record<TargetName, Outcome>>;
  /** The servers speak TLS. */
  readonly tls?: true;
  readonly http?: HttpClientOptions;
  /** The target that is tried through the real command, and what its command line needs for that. */
  readonly command?: TargetName;
  readonly args?: readonly string[];
}

export function refused(code: ErrorCode, text = ''): Outcome {
  return { kind: 'refused', code, text };
}

/** The same verdict about each file that makes up the evidence. */
export function aboutEvidence(code: ErrorCode, text = ''): Partial<Record<TargetName, Outcome>> {
  const verdict = refused(code, text);
  return {
    '.sig': verdict,
    '.cert': verdict,
    '.sha256': verdict,
    '.sigstore.json': verdict,
    'look-up': refused('response-invalid', NOT_THE_LOG),
    search: refused('log-entry-not-found', NOT_THE_LOG),
  };
}

export function once(
  makeFault: (scene: Scene) => Fault | Promise<Fault>,
  times = 1,
): TransportFault['setUp'] {
  return async (scene) => scene.fail(await makeFault(scene), { times });
}

export function always(makeFault: (scene: Scene) => Fault | Promise<Fault>): TransportFault['setUp'] {
  return async (scene) => scene.fail(await makeFault(scene));
}

/** POSTs follow it, too. */
export function redirect(to: string): Fault {
  return fault.redirect(to, 307);
}
