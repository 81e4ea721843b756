/** Comparisons that decide between a verdict, "cannot judge" and a pass, each with another one in its place. */
export interface DecisionMutation {
  /** Below `src/`. */
  readonly file: string;
  /** Once in the file. */
  readonly from: string;
  readonly to: string;
}

const UNKNOWN_AUTHORITY = 'proof/unknown-authority.ts';
const CLOCK = 'trust/clock.ts';
const LOAD = 'trust/load-trust-material.ts';

export const DECISION_MUTATIONS: readonly DecisionMutation[] = [
  { file: UNKNOWN_AUTHORITY, from: 'currentAsOf >= claimed', to: 'currentAsOf > claimed' },
  { file: UNKNOWN_AUTHORITY, from: 'currentAsOf >= claimed', to: 'currentAsOf <= claimed' },
  { file: UNKNOWN_AUTHORITY, from: 'currentAsOf >= claimed', to: 'true' },
  { file: UNKNOWN_AUTHORITY, from: 'currentAsOf !== undefined && ', to: 'currentAsOf === undefined || ' },
  { file: UNKNOWN_AUTHORITY, from: 'unread.length === 0 && !namedLog', to: '!namedLog' },
  { file: UNKNOWN_AUTHORITY, from: 'unread.length === 0 && !namedLog', to: 'unread.length === 0' },
  {
    file: UNKNOWN_AUTHORITY,
    from: "unknown.kind === 'transparency log' && proof.isLogNamed",
    to: 'proof.isLogNamed',
  },
  { file: UNKNOWN_AUTHORITY, from: 'list === LISTS[unknown.kind]', to: 'list !== undefined' },
  { file: UNKNOWN_AUTHORITY, from: ' && mayBe(keyId, issuer)', to: '' },
  { file: UNKNOWN_AUTHORITY, from: 'equalBytes(wanted, own);', to: 'false;' },
  { file: UNKNOWN_AUTHORITY, from: 'equalBytes(id, logId)', to: 'false' },
  { file: UNKNOWN_AUTHORITY, from: 'equalBytes(id, logId)', to: 'true' },
  { file: 'proof/check-log-entry.ts', from: 'if (entry.logs.length > 0) throw verdict;', to: '' },
  { file: 'proof/check-time.ts', from: ' + MAX_CLOCK_SKEW_MS', to: '' },
  { file: 'proof/check-time.ts', from: 'time.getTime() > now', to: 'time.getTime() >= now' },
  { file: 'trust/read-trusted-root.ts', from: 'unknown.length === 0 ? instance : undefined', to: 'instance' },
  { file: CLOCK, from: 'now >= currentAsOf', to: 'now > currentAsOf' },
  { file: CLOCK, from: 'now >= currentAsOf', to: 'true' },
  { file: LOAD, from: 'embeddedRootBytes), source, currentAsOf', to: 'embeddedRootBytes), source' },
];
