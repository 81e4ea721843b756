import type { CheckName } from './errors.ts';
import type { Note } from './notes.ts';
import type { ArtifactSigners, TrustedRootReport } from './result.ts';

/** What a run reports while it runs. A listener must not throw and must not block. */
export type ProgressEvent =
  /** An alias became a version, or a request became an artifact. */
  | {
      readonly kind: 'resolved';
      readonly requested: string;
      readonly version: string;
      readonly source: string;
    }
  /** Bytes of an artifact so far; `total` is absent if the server does not say. */
  | {
      readonly kind: 'download';
      readonly artifact: string;
      readonly received: number;
      readonly total?: number;
    }
  /** A request failed for a passing reason and will be made again. */
  | {
      readonly kind: 'retry';
      readonly url: string;
      /** The one that failed, from 1. */
      readonly attempt: number;
      readonly reason: string;
      readonly delayMs: number;
    }
  /** One source gave up and the next one is asked. */
  | { readonly kind: 'next-source'; readonly from: string; readonly to: string; readonly reason: string }
  /** A download went on where an earlier attempt stopped, or had to start anew. */
  | { readonly kind: 'resume'; readonly artifact: string; readonly offset: number }
  /** One named check of one artifact passed. */
  | { readonly kind: 'check'; readonly artifact: string; readonly check: CheckName; readonly detail: string }
  /** The trusted root of all proofs of this run. */
  | { readonly kind: 'trusted-root'; readonly trustedRoot: TrustedRootReport }
  /** Who must have signed an artifact of this run. */
  | ({ readonly kind: 'expected-signers' } & ArtifactSigners)
  /** Something that the user should know and that is not a failure; `text` names the artifact, if it is about one. */
  | ({
      readonly kind: 'note';
      /** The artifact whose result has the note; absent if the note is about the whole run. */
      readonly artifact?: string;
    } & Note)
  /** Detail for `--verbose`. */
  | { readonly kind: 'detail'; readonly message: string };

/** Receives the events of a run. Must not throw and must not block. */
export type Report = (event: ProgressEvent) => void;
