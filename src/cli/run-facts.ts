import type { ProgressEvent, Report } from '../progress.ts';
import type { ArtifactSigners, TrustedRootReport } from '../result.ts';

/** What is known of a run when it fails, beside the error. */
export interface RunFacts {
  /** When the run began. */
  readonly startedAt: Date;
  /** Undefined where the run failed before it had one. */
  readonly trustedRoot: TrustedRootReport | undefined;
  /** Of every artifact that was looked at. */
  readonly expectedSigners: readonly ArtifactSigners[];
}

/** Picks the facts of a run out of what it reports. */
export interface FactsRecorder {
  facts(): RunFacts;
  /** The same report, listened to. */
  listenTo(report: Report): Report;
}

export function recordFacts(startedAt: Date): FactsRecorder {
  let trustedRoot: TrustedRootReport | undefined;
  const expectedSigners: ArtifactSigners[] = [];
  const take = (event: ProgressEvent): void => {
    if (event.kind === 'trusted-root') trustedRoot = event.trustedRoot;
    if (event.kind === 'expected-signers') {
      expectedSigners.push({ artifact: event.artifact, signers: event.signers });
    }
  };
  return {
    facts: () => ({ startedAt, trustedRoot, expectedSigners }),
    listenTo: (report) => (event) => {
      take(event);
      report(event);
    },
  };
}
