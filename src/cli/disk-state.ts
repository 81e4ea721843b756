/** What a failed run says last: what is on the disk now, in words, and the exit code. */
import type { ErrorCode } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { DEFAULT_LOCKFILE } from '../lockfile/lockfile.ts';
import { ALL_NAMES } from '../release/component.ts';
import { type Invocation, subjectOf } from './invocation.ts';
import { readsAsVersion } from './version-words.ts';

/** Empty where nothing could have changed and nothing was to be learnt. */
export function diskState(code: ErrorCode | 'bug', exitCode: ExitCode, invocation: Invocation): string {
  if (isRefusal(exitCode)) return refused(code, invocation);
  if (code === 'name-unbound') return nothingNamed(invocation);
  if (exitCode === 4 || exitCode === 5 || exitCode === 24) return nothingLearnt(invocation);
  if (invocation.line?.command === 'lock') return exitCode === 2 ? '' : nothingLocked(invocation);
  if (exitCode === 23 && invocation.line?.command === 'verify')
    return `The policy does not allow ${subjectOf(invocation)}.`;
  if (invocation.line?.command !== 'install') return '';
  if (exitCode === 22) return 'Nothing was installed.';
  if (exitCode === 20)
    return invocation.downloaded ? nothingInstalled(invocation) : 'Nothing was downloaded or installed.';
  const mayHaveAsked =
    exitCode === 1 ||
    exitCode === 21 ||
    exitCode === 23 ||
    code === 'release-not-found' ||
    code === 'artifact-not-found';
  return mayHaveAsked ? nothingInstalled(invocation) : '';
}

/** Exit codes about the artifact: do not use it. */
export function isRefusal(exitCode: ExitCode): boolean {
  return exitCode >= 10 && exitCode <= 19;
}

function refused(code: ErrorCode | 'bug', invocation: Invocation): string {
  const { line } = invocation;
  const isRoot = code === 'trusted-root-invalid';
  if (line?.command === 'install') {
    const what = isRoot ? 'this trusted root' : 'this file';
    return `Do not use ${what}. ${nothingInstalled(invocation)}`;
  }
  if (isRoot || line === undefined) return isRoot ? 'Do not use this trusted root.' : '';
  if (line.command === 'mirror')
    return 'Do not use this file. What was proved before it stays in the mirror.';
  if (line.command === 'digest') return 'Do not use this file. No digest was printed.';
  if (line.command === 'lock') return `Do not use this file. ${nothingLocked(invocation)}`;
  if (line.command === 'release') return 'Do not use files of this release.';
  return line.command === 'verify' ? `Do not use ${subjectOf(invocation)}.` : '';
}

function nothingLearnt(invocation: Invocation): string {
  const subject = subjectOf(invocation);
  const command = invocation.line?.command;
  if (command === 'install') return `Nothing was learnt about ${subject}, and nothing was installed.`;
  if (command === 'mirror') return 'What was proved until then stays in the mirror.';
  if (command === 'digest') return `Nothing was learnt about ${subject}, and no digest was printed.`;
  if (command === 'lock') return nothingLocked(invocation);
  return command === 'verify' || command === 'release' ? `Nothing was learnt about ${subject}.` : '';
}

/** The file is genuine: what was not learnt is which one it is. */
function nothingNamed(invocation: Invocation): string {
  const learnt = 'It is signed by the right signer; which file it is was not learnt';
  return invocation.line?.command === 'install' ? `${learnt}. ${nothingInstalled(invocation)}` : `${learnt}.`;
}

function nothingLocked({ line }: Invocation): string {
  return `${line?.options.lockfile ?? DEFAULT_LOCKFILE} is as it was.`;
}

/** Of several that were asked for, none is installed unless all are. */
function nothingInstalled({ line }: Invocation): string {
  const operands = line?.operands ?? [];
  const names = operands.filter((word) => !readsAsVersion(word));
  return names.length > 1 ? `None of the ${names.length} was installed.` : 'Nothing was installed.';
}

/**
 * `Exit code 12 (k8s-verify help 12)`.
 *
 * @param steps what was said to do, which is not said again
 */
export function exitLine(
  code: ErrorCode | 'bug',
  exitCode: ExitCode,
  steps: readonly { readonly command?: string }[] = [],
): string {
  const namesAll = code === 'component-unknown' && steps.every(({ command }) => command !== ALL_NAMES);
  return `Exit code ${exitCode}${namesAll ? `; all names: ${ALL_NAMES}` : ` (k8s-verify help ${exitCode})`}`;
}
