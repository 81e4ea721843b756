/** The `policy` command: print the policy that is built in, or read a policy file without a run. */
import { RequestError } from '../errors.ts';
import { type CheckedPolicy, checkPolicy, showPolicy } from '../policies.ts';
import { excerpt } from '../text/excerpt.ts';
import type { Answer } from './console.ts';
import type { JsonAnswer } from './output-json.ts';
import { tsvLine } from './output-text.ts';
import type { ParsedLine } from './parsed-line.ts';
import { POLICY_ACTIONS } from './policy-actions.ts';
import { printable } from './printable.ts';
import { shownPath } from './result-path.ts';
import { symbol, type TextStyle, wrapped } from './style.ts';

type Action = (typeof POLICY_ACTIONS)[number];

export interface PolicyAnswer extends JsonAnswer {
  readonly action: Action;
  /** Of `show`: the built-in policy. */
  readonly policy?: unknown;
  /** Of `check`: the file, which can be used. */
  readonly file?: Omit<CheckedPolicy, 'notes'>;
}

const OK = { schemaVersion: 1, command: 'policy', ok: true, exitCode: 0 } as const;

type PolicyCommandAnswer = Answer & { readonly json: PolicyAnswer };

export async function policyCommand(line: ParsedLine): Promise<PolicyCommandAnswer> {
  const { action, file } = readAction(line);
  if (action === 'show') {
    const text = showPolicy();
    return { text, json: { ...OK, action, policy: JSON.parse(text) } };
  }
  const { notes, ...checked } = await checkPolicy(file, new Date());
  return {
    text: tsvLine(['usable', checked.path, checked.sha256]),
    shown: () => '',
    summary: (style) => checkedText(checked, style),
    notes,
    json: { ...OK, action, file: checked },
  };
}

/** @throws RequestError `usage` */
function readAction({ operands }: ParsedLine): { readonly action: Action; readonly file: string } {
  const [word = '', file = '', ...more] = operands;
  const action = POLICY_ACTIONS.find((one) => one === word);
  const isComplete = (action === 'check') === (file !== '') && more.length === 0;
  if (action !== undefined && isComplete) return { action, file };
  throw new RequestError('usage', 'k8s-verify policy needs to know what to do', {
    wanted: 'show, or check FILE',
    found: operands.length === 0 ? 'nothing' : operands.map((one) => excerpt(one)).join(' '),
    next: action === 'check' ? 'k8s-verify policy check policy.json' : 'k8s-verify policy show',
  });
}

/** That it can be used; and what its author may not have meant. */
function checkedText(
  { path, sha256, namesSigners, exceptions, unknownComponents }: Omit<CheckedPolicy, 'notes'>,
  style: TextStyle,
): string {
  const lines = [
    `sha256:${sha256}`,
    ...(namesSigners ? ['names who must have signed: only --policy takes it, and no variable'] : []),
    ...exceptions.map(
      ({ reason, until, lifts, hasEnded }) =>
        `exception ${reason}: ${hasEnded ? 'ended' : 'lifts'} ${hasEnded ? until : `${lifts.join(', ')} to ${until}`}`,
    ),
    ...unknownComponents.map((name) => `no component that this version knows: ${name}`),
  ];
  const head = `${symbol(style, 'done')}${printable(`${shownPath(path)} is a policy that can be used`)}\n`;
  return `${head}${lines.map((text) => `  ${wrapped(printable(text), 2, style)}\n`).join('')}`;
}
