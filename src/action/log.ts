/** The job's log. Foreign text is made harmless, because the runner executes commands in log lines. */
import { debug, endGroup, error as annotate, info, notice, startGroup, warning } from '@actions/core';
import { replaceUnprintable } from '../text/unprintable.ts';
import type { ProgressEvent } from '../progress.ts';
import type { ArtifactResult } from '../result.ts';
import type { Failure } from './failure.ts';
import { signerOf } from './outputs.ts';
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
      logLine(`${event.requested} is ${event.version}, says ${event.source}`);
      return;
    case 'retry':
      logLine(`trying ${event.url} again in ${event.delayMs} ms: ${event.reason}`);
      return;
    case 'next-source':
      logLine(`going on to ${event.to} from ${event.from}: ${event.reason}`);
      return;
    case 'resume':
      logLine(`going on with ${event.artifact} at byte ${event.offset}`);
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

export function logLine(text: string): void {
  info(harmless(text));
}

/** One line on what became of an artifact and who signed it, and its checks folded under its name. */
export function logArtifact(artifact: ArtifactResult): void {
  const { component = 'artifact', version = '', platform = '', outcome, path = '', signedAt = '' } = artifact;
  const name = [component, version, platform].filter((word) => word !== '').join(' ');
  const done = outcome === 'kept' ? `kept ${name}, already in ${path}` : `${outcome} ${name} as ${path}`;
  const signed = ['signed', signedAt.slice(0, 10), 'by', signerOf(artifact)].filter((word) => word !== '');
  logLine(`${done}; ${signed.join(' ')}`);
  startGroup(harmless(`${name}: every check`));
  for (const [check, { outcome: passed, detail }] of Object.entries(artifact.checks)) {
    logLine(`${passed === 'passed' ? 'passed' : 'none  '} ${check}: ${detail}`);
  }
  for (const { text } of artifact.notes) logNote('note: ', text);
  endGroup();
}

/** Leaves out a note that is only about an option of the command. */
function logNote(label: string, text: string): void {
  const words = inActionWords(text);
  if (words !== '') logLine(`${label}${words}`);
}

export function logWarning(title: string, message: string): void {
  warning(harmless(message), { title: `k8s-verify: ${title}` });
}

export function logNotice(title: string, message: string): void {
  notice(harmless(message), { title: `k8s-verify: ${title}` });
}

/** The one annotation of a step that failed, without a file: no line of the workflow's repository is at fault. */
export function logFailure(failure: Failure, error: unknown): void {
  const { title, message } = annotationOf(failure);
  // Its digests are short; the log has them whole.
  for (const [label, text] of failure.facts) logLine(`${label} ${text}`);
  annotate(message, { title });
  if (failure.exitCode === 1 && error instanceof Error) {
    for (const line of (error.stack ?? '').split('\n')) logLine(line);
  }
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) debug(harmless(`${cause.name}: ${cause.message}`));
}

/** The runner shows a title in bold, and the message as lines. */
export function annotationOf(failure: Failure): { readonly title: string; readonly message: string } {
  const { exitCode, refused, program, sentence, facts, state, next } = failure;
  const what = program ?? 'what was asked for';
  const did = refused ? `refused ${what}` : program === undefined ? 'did nothing' : `did not install ${what}`;
  const lines = [
    /[.!?]$/.test(sentence) ? sentence : `${sentence}.`,
    ...facts.map(([label, text]) => `${label} ${withShortDigests(text)}`),
    state,
    `next: ${next}`,
  ];
  return { title: harmless(`k8s-verify ${did} (exit ${exitCode})`), message: lines.map(harmless).join('\n') };
}

function withShortDigests(text: string): string {
  return text.replaceAll(/\bsha256:([0-9a-f]{8})[0-9a-f]{56}(?![0-9a-f])/g, 'sha256:$1...');
}
