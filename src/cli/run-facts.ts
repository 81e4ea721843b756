import type { Note } from '../notes.ts';
import type { ProgressEvent, Report } from '../progress.ts';
import type { Aliases } from './success-text.ts';
import type { ArtifactSigners, TrustedRootReport } from '../result.ts';

/** What we know about a failed run, in addition to the error. */
export interface RunFacts {
  /** When the run began, or what `SOURCE_DATE_EPOCH` says. */
  readonly startedAt: Date;
  /** Undefined where the run failed before it had one. */
  readonly trustedRoot: TrustedRootReport | undefined;
  /** Whether bytes of an artifact had arrived. */
  readonly downloaded: boolean;
  /** Versions by the word that was asked for them. */
  readonly aliases: Aliases;
  /** About the run as a whole. */
  readonly notes: readonly Note[];
  /** Those, and what would stand with the artifacts if the run had not failed. */
  readonly allNotes: readonly Note[];
  /** Of every artifact that was looked at. */
  readonly expectedSigners: readonly ArtifactSigners[];
}

/** Collects the facts of a run from its reports. */
export interface FactsRecorder {
  facts(): RunFacts;
  /** Takes what is told without an event. */
  note(note: Note): void;
  /** The same report, listened to. */
  listenTo(report: Report): Report;
}

export function recordFacts(startedAt: Date): FactsRecorder {
  let trustedRoot: TrustedRootReport | undefined;
  let downloaded = false;
  const aliases = new Map<string, string>();
  const expectedSigners: ArtifactSigners[] = [];
  const notes: Note[] = [];
  const allNotes: Note[] = [];
  const takeNote = ({ code, text }: Note, artifact?: string): void => {
    allNotes.push({ code, text });
    if (artifact === undefined) notes.push({ code, text });
  };
  const take = (event: ProgressEvent): void => {
    if (event.kind === 'download') downloaded = true;
    if (event.kind === 'note') takeNote(event, event.artifact);
    if (event.kind === 'resolved') aliases.set(event.version, event.requested);
    if (event.kind === 'trusted-root') trustedRoot = event.trustedRoot;
    if (event.kind === 'expected-signers') {
      expectedSigners.push({ artifact: event.artifact, signers: event.signers });
    }
  };
  return {
    facts: () => ({ startedAt, trustedRoot, downloaded, aliases, notes, allNotes, expectedSigners }),
    note: takeNote,
    listenTo: (report) => (event) => {
      take(event);
      report(event);
    },
  };
}

/** Seconds from 1970 to the year 10000. */
const EPOCH = /^(?:0|[1-9][0-9]{0,10}|1[0-9]{11}|2[0-4][0-9]{10}|25[0-2][0-9]{9})$/;

/** When the run begins: now, or where results have to be the same again, the time that the user sets. */
export function startOf(env: Readonly<Record<string, string | undefined>>): Date {
  const { SOURCE_DATE_EPOCH: seconds = '' } = env;
  return EPOCH.test(seconds) ? new Date(Number(seconds) * 1000) : new Date();
}
