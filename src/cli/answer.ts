/** What a command answers, before it is known in which form it is printed. */
import type { K8sVerifyError } from '../errors.ts';
import type { Note } from '../notes.ts';
import type { PolicyUse } from '../policy/policy.ts';
import type { Invocation } from './invocation.ts';
import type { JsonAnswer } from './output-json.ts';
import type { TextStyle } from './style.ts';
import type { Aliases } from './success-text.ts';

/** The answer of a command. */
export interface Answer {
  /** For stdout, where no JSON is asked for. */
  readonly text: string;
  /** For stdout on a terminal; the same where it is left out. */
  readonly shown?: (style: TextStyle) => string;
  /** For people, on stderr. */
  readonly summary?: (style: TextStyle, aliases: Aliases) => string;
  /** What the policy file of the run took to allow each thing; told in one line for all. */
  readonly policies?: readonly (PolicyUse | undefined)[];
  /** For people, on stderr, below a long answer. */
  readonly below?: string;
  /** What a person should know besides, after the summary. */
  readonly notes?: readonly Note[];
  readonly json: JsonAnswer;
  /** Whether the JSON also says when, how and by what it was found, as that of a failure does. */
  readonly isAudit?: true;
  /** Where not everything that was asked about is proved; it decides the exit code and the JSON then. */
  readonly failed?: Failed | undefined;
}

/** The failure of a command that judges several things one by one. */
export interface Failed {
  /** What decides the exit code. */
  readonly error: K8sVerifyError;
  /** For people, on stderr, also where only errors are told. */
  readonly text: (style: TextStyle, invocation: Invocation) => string;
  /** What the JSON has besides: how many of them have which verdict. */
  readonly more?: object | ((invocation: Invocation) => object);
  /** Everything that was asked about, with its verdict. */
  readonly artifacts: (invocation: Invocation) => readonly object[];
}
