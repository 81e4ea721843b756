/**
 * A step that failed, in the words of a workflow: what became of which program, why, what to do (with inputs where the
 * command has options), and what later steps have.
 */
import { type ErrorCode, K8sVerifyError, TWO_DIGESTS } from '../errors.ts';
import { type ExitCode, exitCodeFor } from '../exit-codes.ts';
import { factsOf, sentenceOf } from '../text/error-facts.ts';
import { inActionWords } from './words.ts';

/** What is known of a step when it fails. */
export interface StepFacts {
  /** The programs that it is about, as they are known by then: `kubectl v1.30.2`, or `kubectl`. Ours, never foreign text. */
  readonly programs: readonly string[];
  /** Whether the files would have come from somewhere else than Kubernetes' own server. */
  readonly usesMirror: boolean;
  /** Whether the job names who must have signed. */
  readonly namesSigner: boolean;
}

export interface Failure {
  readonly exitCode: ExitCode;
  /** The file must not be used. */
  readonly refused: boolean;
  /** `kubectl v1.30.2`; undefined where the step failed before it knew. */
  readonly program: string | undefined;
  /** Without a full stop. */
  readonly sentence: string;
  readonly facts: readonly (readonly [label: string, text: string])[];
  /** What was learnt, and what is on PATH now. */
  readonly state: string;
  /** What to do, as one sentence. */
  readonly next: string;
}

export function failureOf(error: unknown, step: StepFacts): Failure {
  const exitCode = exitCodeFor(error);
  const refused = exitCode >= 10 && exitCode <= 19;
  const program = programOf(error, step.programs);
  const common = { exitCode, refused, program };
  if (!(error instanceof K8sVerifyError)) {
    const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return {
      ...common,
      sentence: 'this is a bug in k8s-verify; nothing was proved',
      facts: [['found', found]],
      state: NOTHING,
      next: 'please report it, with the log of this step, where you got k8s-verify from',
    };
  }
  const facts = factsOf(error).flatMap(([label, text]) => {
    // What was found, and where, is shown unchanged.
    const words = label === 'wanted' || label === 'why' ? inActionWords(text) : text;
    return words === '' ? [] : [[label, words] as const];
  });
  return {
    ...common,
    sentence: sentenceOf(error),
    facts,
    state: stateOf(error.code, exitCode, program ?? 'what was asked for'),
    next: nextOf(error, step),
  };
}

const NOTHING = 'Nothing was put on PATH.';

/** Of several programs the one that the message names; all of them where it names none. */
function programOf(error: unknown, programs: readonly string[]): string | undefined {
  const message = error instanceof K8sVerifyError ? error.message : '';
  const named = programs.find((program) => ` ${message} `.includes(` ${program} `));
  if (named !== undefined) return named;
  const [first, ...more] = programs;
  return more.length > 1 ? `${first} and ${more.length} more` : [first, ...more].join(' and ') || undefined;
}

function stateOf(code: ErrorCode, exitCode: ExitCode, program: string): string {
  if (code === 'trusted-root-invalid') return `Do not use this trusted root. ${NOTHING}`;
  if (code === 'name-unbound') {
    return `It is signed by the right signer; which file it is was not learnt. ${NOTHING}`;
  }
  if (exitCode >= 10 && exitCode <= 19) return `Do not use this file. ${NOTHING}`;
  if (exitCode === 4 || exitCode === 5)
    return `Nothing was learnt about ${program}, and nothing was put on PATH.`;
  return NOTHING;
}

/** What another copy of the file may put right. */
const OF_THE_COPY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'material-malformed',
  'material-oversized',
  'digest-mismatch',
  'signature-mismatch',
  'claim-mismatch',
  'certificate-untrusted',
  'sct-invalid',
  'identity-mismatch',
  'log-entry-not-found',
  'log-entry-invalid',
  'log-entry-mismatch',
  'time-untrusted',
  'name-mismatch',
]);

/** What another server may have, or answer. */
const OF_THE_SERVER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'network',
  'http-status',
  'timeout',
  'response-invalid',
  'release-not-found',
  'artifact-not-found',
]);
/** What a mirror has only in part, or cannot give. */
const OF_THE_MIRROR: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['mirror-incomplete', 'mirror-unreadable']);

const ITS_SOURCE = 'take it from its source (leave out the input mirror)';

function nextOf(error: K8sVerifyError, { usesMirror, namesSigner }: StepFacts): string {
  const own = inActionWords(error.next ?? '');
  if (own.startsWith(TWO_DIGESTS)) return own;
  if (error.code === 'identity-mismatch' && namesSigner) {
    return 'check the inputs certificate-identity and certificate-oidc-issuer: both are compared whole';
  }
  if (usesMirror && OF_THE_COPY.has(error.code)) return ITS_SOURCE;
  // "Do not use" is said before it.
  const rest = own.replace(/^do not use the (?:artifact|file)(?:; |$)/, '');
  const more = usesMirror ? elsewhere(error.code) : [];
  const steps = [...(rest === '' ? [] : [rest]), ...more];
  return steps.length === 0 ? 'see what the exit code means, in docs/exit-codes.md' : steps.join('; or ');
}

function elsewhere(code: ErrorCode): readonly string[] {
  if (OF_THE_MIRROR.has(code))
    return ['add https://dl.k8s.io to the input mirror, for what is missing there'];
  return OF_THE_SERVER.has(code) ? [ITS_SOURCE] : [];
}
