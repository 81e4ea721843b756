/**
 * What to do after a failure, as commands to type with the user's own arguments. The library says it in a plain
 * sentence; here it becomes a command where there is one. None of them checks less.
 */
import { basename } from 'node:path';
import type { ErrorCode, K8sVerifyError } from '../errors.ts';
import { isComponent } from '../release/component.ts';
import { type Invocation, toType, without } from './invocation.ts';

/** One thing to do. */
export interface NextStep {
  readonly text: string;
  /** To be typed as it is. */
  readonly command?: string;
}

type Steps = (error: K8sVerifyError, invocation: Invocation) => readonly NextStep[];

const BY_CODE: Readonly<Partial<Record<ErrorCode, Steps>>> = {
  'digest-mismatch': fromItsSource,
  'signature-mismatch': fromItsSource,
  'identity-mismatch': fromTheSigner,
  'destination-unwritable': elsewhere,
};

/** What to do about an error; empty where there is nothing to say. */
export function nextSteps(error: K8sVerifyError, invocation: Invocation): readonly NextStep[] {
  const steps = BY_CODE[error.code]?.(error, invocation) ?? [];
  if (steps.length > 0) return steps;
  return error.next === undefined ? [] : [asCommand(error.next)];
}

/** A sentence that is a command, or that ends with one after a colon. */
function asCommand(sentence: string): NextStep {
  if (sentence.includes(', or ')) return { text: sentence };
  const command = /(?:^|^[^:;]*: )(?<command>(?:k8s-verify|rm) [^;]*)$/.exec(sentence)?.groups?.['command'];
  if (command === undefined) return { text: sentence };
  const text = sentence.slice(0, sentence.length - command.length).replace(/: $/, '');
  return { text: text === '' ? command : text, command };
}

/** A copy differed from what was signed: the same without that copy. */
function fromItsSource(_: K8sVerifyError, { words, line }: Invocation): readonly NextStep[] {
  if (line?.command !== 'install' || line.options.mirror === undefined) return [];
  const command = toType(without(words, '--mirror'));
  return command === undefined ? [] : [{ text: 'take it from its source', command }];
}

/** For another signer: get the released file, or read how to trust that signer. */
function fromTheSigner(error: K8sVerifyError, invocation: Invocation): readonly NextStep[] {
  const { line } = invocation;
  const signer = /^\S+@\S+(?= vouched for by )/.exec(error.found ?? '')?.[0] ?? 'that signer';
  const trust = { text: `or, if ${signer} is whom you trust`, command: 'k8s-verify help trust' };
  if (line?.command === 'install') {
    const [source] = fromItsSource(error, invocation);
    return source === undefined ? [] : [source, trust];
  }
  const name = basename(line?.operands[0] ?? '').replace(/\.exe$/, '');
  if (line?.command !== 'verify' || !isComponent(name)) return [];
  return [{ text: 'get the released file', command: `k8s-verify ${name} VERSION` }, trust];
}

/** A directory of the user's own, or the same as root. */
function elsewhere(_: K8sVerifyError, { words, line }: Invocation): readonly NextStep[] {
  if (line?.command !== 'install' || process.platform === 'win32' || process.geteuid?.() === 0) return [];
  if (line.options.output !== undefined) return [];
  const rest = without(words, '--install-dir');
  const own = toType([...rest, '--install-dir', '~/.local/bin']);
  const forAll = toType(rest);
  if (own === undefined || forAll === undefined) return [];
  return [
    { text: own, command: own },
    { text: 'for all users', command: `sudo ${forAll}` },
  ];
}
