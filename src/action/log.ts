/** The job's log. Foreign text is made harmless, because the runner executes commands in log lines. */
import { debug, endGroup, error as annotate, info, notice, startGroup, warning } from '@actions/core';
import { replaceUnprintable } from '../text/unprintable.ts';
import { K8sVerifyError } from '../errors.ts';
import type { ProgressEvent } from '../progress.ts';
import type { ArtifactResult } from '../result.ts';
import { inActionWords } from './words.ts';

/** One line without control characters in which the runner sees no command (`::name::`, `##[name]`). */
export function harmless(text: string): string {
  return replaceUnprintable(text, () => ' ')
    .replace(/^\s*::/, (start) => start.replace('::', ': :'))
    .replaceAll('##[', '## [');
}

/** Logs events as they happen, but not the progress of downloads: a log has no progress bar. */
export function logEvent(event: ProgressEvent): void {
  switch (event.kind) {
    case 'resolved':
      info(harmless(`${event.requested} is ${event.version}, says ${event.source}`));
      return;
    case 'retry':
      info(harmless(`trying ${event.url} again in ${event.delayMs} ms: ${event.reason}`));
      return;
    case 'next-source':
      info(harmless(`going on to ${event.to} from ${event.from}: ${event.reason}`));
      return;
    case 'resume':
      info(harmless(`going on with ${event.artifact} at byte ${event.offset}`));
      return;
    case 'note':
      logNote('', event.text);
      return;
    case 'check':
      debug(harmless(`${event.artifact}: ${event.check}: ${event.detail}`));
      return;
    case 'trusted-root': {
      const { trustedRoot } = event;
      for (const part of trustedRoot.ignored ?? []) debug(harmless(`trusted root: left out is ${part}`));
      return;
    }
    case 'detail':
      debug(harmless(event.message));
      return;
    case 'download':
    case 'expected-signers':
      return;
  }
}

/** The checks of one artifact, folded under its name. */
export function logArtifact(artifact: ArtifactResult): void {
  const { component = 'artifact', version = '', platform = '', outcome } = artifact;
  startGroup(harmless(`${component} ${version} ${platform}: proved, ${outcome}`));
  for (const [name, { outcome: passed, detail }] of Object.entries(artifact.checks)) {
    info(harmless(`${passed === 'passed' ? 'passed' : 'none  '} ${name}: ${detail}`));
  }
  for (const { text } of artifact.notes) logNote('note: ', text);
  endGroup();
}

/** Leaves out a note that is only about an option of the command. */
function logNote(label: string, text: string): void {
  const words = inActionWords(text);
  if (words !== '') info(harmless(`${label}${words}`));
}

export function logWarning(title: string, message: string): void {
  warning(harmless(message), { title: `k8s-verify: ${title}` });
}

export function logNotice(title: string, message: string): void {
  notice(harmless(message), { title: `k8s-verify: ${title}` });
}

/** An annotation without a file, because no line of the workflow's repository is at fault. */
export function logFailure(error: unknown): void {
  if (!(error instanceof K8sVerifyError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    annotate(stack.split('\n').map(harmless).join('\n'), { title: 'k8s-verify: a bug; nothing was proved' });
    return;
  }
  const lines = factsOf(error).flatMap(([label, text]) => {
    // Show what was found unchanged.
    const isOurs = text === error.next || text === error.why || text === error.wanted;
    const words = harmless(isOurs ? inActionWords(text) : text);
    return words === '' ? [] : [`${label === 'next' ? 'next:' : label} ${words}`];
  });
  annotate([harmless(error.message), ...lines].join('\n'), { title: `k8s-verify: ${error.code}` });
  const cause: unknown = error.cause;
  if (cause instanceof Error) debug(harmless(`${cause.name}: ${cause.message}`));
}

/** What an error says besides its message, with labels, in the order for messages. */
function factsOf(error: K8sVerifyError): readonly (readonly [label: string, text: string])[] {
  const facts = [
    ['wanted', error.wanted],
    ['found', error.found],
    ['from', error.from],
    ['why', error.why],
    ['next', error.next],
  ] as const;
  return facts.flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
}
