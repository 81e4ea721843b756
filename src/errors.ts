/**
 * Every way in which k8s-verify says no.
 *
 * Four classes say what went wrong: the request (`RequestError`), something that could not be fetched or judged
 * (`UnavailableError`, nothing was learnt about the artifact), the artifact (`UntrustedError`, it must not be used), what
 * the policy file says of it (`NotAllowedError`: genuine, and not to be used here) or this machine's disk (`InstallError`).
 * The `code` says the reason, and each reason has one exit code, in {@link EXIT_CODES}.
 */
import type { CheckName } from './check-names.ts';
import type { JudgedSubject } from './proof/judged-subject.ts';
export { CHECK_NAMES, type CheckName } from './check-names.ts';
export type { JudgedSubject } from './proof/judged-subject.ts';

/** Why the request is impossible. */
export type RequestCode =
  | 'usage'
  | 'version-malformed'
  | 'component-unknown'
  | 'platform-impossible'
  | 'release-not-found'
  | 'artifact-not-found'
  | 'file-not-readable'
  | 'subject-not-readable'
  | 'lock-outdated'
  | 'policy-forbids';

/** Why nothing was learnt about the artifact. */
export type UnavailableCode =
  | 'network'
  | 'http-status'
  | 'timeout'
  | 'response-invalid'
  | 'mirror-incomplete'
  | 'mirror-unreadable'
  | 'mirror-inconsistent'
  | 'release-inconsistent'
  | 'release-incomplete'
  | 'rate-limited'
  | 'offline'
  | 'log-unreachable'
  | 'name-unbound'
  | 'evidence-not-found'
  | 'other-builder'
  | 'trust-root-unavailable'
  | 'trusted-root-old'
  | 'authority-unknown'
  | 'clock-wrong'
  | 'machine-cannot-judge';

/** Why the artifact must not be used. */
export type UntrustedCode =
  | 'signature-not-published'
  | 'material-malformed'
  | 'material-oversized'
  | 'digest-mismatch'
  | 'signature-mismatch'
  | 'claim-mismatch'
  | 'certificate-untrusted'
  | 'sct-invalid'
  | 'identity-mismatch'
  | 'log-entry-not-found'
  | 'log-entry-invalid'
  | 'log-entry-mismatch'
  | 'log-inconsistent'
  | 'time-untrusted'
  | 'trusted-root-invalid'
  | 'name-mismatch'
  | 'name-digest-changed';

/** The artifact is proved, and the policy file does not allow it. */
export type NotAllowedCode = 'not-allowed';

/** Why something could not be installed. */
export type InstallCode =
  | 'destination-unwritable'
  | 'destination-unsuitable'
  | 'destination-busy'
  | 'disk-full'
  | 'place-failed'
  | 'output-unwritable'
  | 'archive-rejected'
  | 'archive-member-missing';

/** The caller ended the run. */
export type InterruptedCode = 'interrupted';

/** The reason of an error; {@link EXIT_CODES} has the exit code of each. */
export type ErrorCode =
  | RequestCode
  | UnavailableCode
  | UntrustedCode
  | NotAllowedCode
  | InstallCode
  | InterruptedCode;

/** The parts of an error besides its message: plain text, safe to print. */
export interface ErrorDetails {
  /** The check that failed, if any. */
  readonly check?: CheckName;
  /** What we expected. */
  readonly wanted?: string;
  /** What we found instead. */
  readonly found?: string;
  /** The URL or file that it came from, without a password. */
  readonly from?: string;
  /** Why it matters, in one sentence. */
  readonly why?: string;
  /** What the user can do, as a plain sentence; never how to check less. */
  readonly next?: string;
  /** What it is about: a file or a digest without evidence of its own, a file of a mirror, or one that no source has. */
  readonly subject?: JudgedSubject;
  /** The error behind this one. */
  readonly cause?: unknown;
}

/** What {@link K8sVerifyError.with} replaces. A detail that is given as undefined is removed. */
export type ErrorChanges = { readonly message?: string } & {
  readonly [Name in keyof ErrorDetails]?: ErrorDetails[Name] | undefined;
};

/** The base of every error that k8s-verify throws on purpose. Anything else that escapes is a bug. */
export abstract class K8sVerifyError extends Error {
  /** The reason, which decides the exit code. */
  abstract readonly code: ErrorCode;
  /** The check that failed, if any. */
  readonly check: CheckName | undefined;
  /** What we expected. */
  readonly wanted: string | undefined;
  /** What we found instead. */
  readonly found: string | undefined;
  /** The URL or file that it came from, without a password. */
  readonly from: string | undefined;
  /** Why it matters, in one sentence. */
  readonly why: string | undefined;
  /** What you can do, as a plain sentence; never how to check less. */
  readonly next: string | undefined;
  /** What it is about: a file or a digest without evidence of its own, a file of a mirror, or one that no source has. */
  readonly subject: JudgedSubject | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : {});
    this.check = details.check;
    this.wanted = details.wanted;
    this.found = details.found;
    this.from = details.from;
    this.why = details.why;
    this.next = details.next;
    this.subject = details.subject;
  }

  /** The same error with some parts replaced. The rest stays as it is. */
  abstract with(changes: ErrorChanges): K8sVerifyError;

  /** The arguments that {@link with} passes to a constructor. */
  protected changed({ message = this.message, ...changes }: ErrorChanges): [string, ErrorDetails] {
    const { check, wanted, found, from, why, next, subject, cause } = this;
    const details = { check, wanted, found, from, why, next, subject, cause, ...changes };
    return [
      message,
      Object.fromEntries(Object.entries(details).filter(([, detail]) => detail !== undefined)),
    ];
  }
}

/** The request is impossible. Nothing was fetched except what was needed to find that out. */
export class RequestError extends K8sVerifyError {
  /** The name of the class. */
  override readonly name = 'RequestError';
  /** The reason, which decides the exit code. */
  readonly code: RequestCode;
  constructor(code: RequestCode, message: string, details?: ErrorDetails) {
    super(message, details);
    this.code = code;
  }
  override with(changes: ErrorChanges): RequestError {
    return new RequestError(this.code, ...this.changed(changes));
  }
}

/**
 * Nothing was learnt about whether the artifact is genuine: something could not be fetched, or this trusted root or
 * this machine's clock cannot judge it.
 */
export class UnavailableError extends K8sVerifyError {
  /** The name of the class. */
  override readonly name = 'UnavailableError';
  /** The reason, which decides the exit code. */
  readonly code: UnavailableCode;
  constructor(code: UnavailableCode, message: string, details?: ErrorDetails) {
    super(message, details);
    this.code = code;
  }
  override with(changes: ErrorChanges): UnavailableError {
    return new UnavailableError(this.code, ...this.changed(changes));
  }
}

const NOT_OF_THE_NETWORK: ReadonlySet<ErrorCode> = new Set<UnavailableCode>([
  'trust-root-unavailable',
  'trusted-root-old',
  'authority-unknown',
  'clock-wrong',
  'machine-cannot-judge',
  'name-unbound',
  'evidence-not-found',
  'other-builder',
  'mirror-inconsistent',
  'release-inconsistent',
  'release-incomplete',
]);

/** True if the network is at fault: trying again later may help. False if the trusted root or the clock cannot judge. */
export function isOutage(error: unknown): error is UnavailableError {
  return error instanceof UnavailableError && !NOT_OF_THE_NETWORK.has(error.code);
}

/** What to do where a digest that was demanded and one that is proved or found differ: either may be wrong. */
export const TWO_DIGESTS: string = 'find out where the two digests come from';

/** What {@link UntrustedError} advises where nothing better is known. */
export const GET_AGAIN: string =
  'do not use the artifact; get it and its signature again, from another source if that stays so';
/** How {@link RequestError} says which release there is in place of one that is not there. */
export const IS_NEWEST = ' is the newest of v';
/** Default advice for errors without their own. */
const UNTRUSTED_ADVICE: Readonly<Partial<Record<UntrustedCode, string>>> = {
  'identity-mismatch': 'do not use the artifact; get it from where the expected signer publishes it',
  'trusted-root-invalid': 'get the trusted root again, from where it is published',
};

/** Everything needed was there, but it does not prove the claim. You must not use the artifact. */
export class UntrustedError extends K8sVerifyError {
  /** The name of the class. */
  override readonly name = 'UntrustedError';
  /** The reason, which decides the exit code. */
  readonly code: UntrustedCode;
  constructor(code: UntrustedCode, message: string, details?: ErrorDetails) {
    super(message, { next: UNTRUSTED_ADVICE[code] ?? GET_AGAIN, ...details });
    this.code = code;
  }
  override with(changes: ErrorChanges): UntrustedError {
    return new UntrustedError(this.code, ...this.changed(changes));
  }
}

/** The artifact is genuine, and a policy file that you named does not allow it. */
export class NotAllowedError extends K8sVerifyError {
  /** The name of the class. */
  override readonly name = 'NotAllowedError';
  /** The only reason. */
  readonly code = 'not-allowed' as const;
  override with(changes: ErrorChanges): NotAllowedError {
    return new NotAllowedError(...this.changed(changes));
  }
}

/**
 * The artifact could not be put in place, whether it was already proved (the disk is full) or not yet (the
 * destination cannot be a file). No check has failed, and the destination is as it was before.
 */
export class InstallError extends K8sVerifyError {
  /** The name of the class. */
  override readonly name = 'InstallError';
  /** The reason, which decides the exit code. */
  readonly code: InstallCode;
  constructor(code: InstallCode, message: string, details?: ErrorDetails) {
    super(message, details);
    this.code = code;
  }
  override with(changes: ErrorChanges): InstallError {
    return new InstallError(this.code, ...this.changed(changes));
  }
}

/** The caller's `AbortSignal` fired (Ctrl-C, SIGTERM, or the caller's own deadline). */
export class InterruptedError extends K8sVerifyError {
  /** The name of the class. */
  override readonly name = 'InterruptedError';
  /** The only reason. */
  readonly code = 'interrupted' as const;
  constructor(message = 'interrupted', details?: ErrorDetails) {
    super(message, details);
  }
  override with(changes: ErrorChanges): InterruptedError {
    return new InterruptedError(...this.changed(changes));
  }
}
