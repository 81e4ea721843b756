import type { NamesRequest, NetworkRequest, TrustRequest } from './request.ts';

/** Release artifacts that are to be locked, or locked again. */
export interface LockRequest extends TrustRequest, NetworkRequest, NamesRequest {
  readonly lockfile: string;
  /**
   * Those that are added or change; without a version, what the lock asks for, else `stable`. None: all that the lock asks
   * for, with their aliases looked up again.
   */
  readonly artifacts: readonly { readonly component: string; readonly version?: string }[];
  /** `os/arch`, in addition to those in the lock; where it has none either, this machine's. */
  readonly platforms: readonly string[];
  /** Whether the evidence is written next to it. */
  readonly evidence: boolean;
  /** Proves and says what would change, and writes nothing outside the data directory. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}
