/**
 * What people read. The rules:
 *
 * - stdout carries the result and nothing else: one path per line, byte for byte. Everything else goes to stderr.
 * - An error starts with `k8s-verify:` and what failed, in small letters, without a full stop. The lines below it are
 *   indented and named: what was expected, what was found, why it matters, what to do.
 * - What to do is never "check less".
 * - Whatever came from outside (a server, a file, a certificate, the command line) is printed without control
 *   characters: no text of somebody else's moves the cursor or colours a line. On a terminal that holds for stdout, too.
 * - A stack trace is for bugs of k8s-verify, and says that it is one.
 * - Colour only repeats what the words say.
 */
import { trustSourceName } from '../trust/trust-material.ts';
import { styleText } from 'node:util';
import { factsOf, K8sVerifyError } from '../errors.ts';
import type { ArtifactResult, EvidenceOrigin, ListedMember } from '../result.ts';
import { printable } from './printable.ts';

/** How a person's lines look. */
export interface TextStyle {
  readonly color: boolean;
  readonly verbose: boolean;
}

export function paint(style: TextStyle, color: 'red' | 'green' | 'yellow' | 'dim', text: string): string {
  return style.color ? styleText(color, text, { validateStream: false }) : text;
}

/** The error, as lines for stderr. */
export function errorText(error: unknown, style: TextStyle): string {
  if (!(error instanceof K8sVerifyError)) return bugText(error, style);
  const lines = [`${paint(style, 'red', 'k8s-verify:')} ${printable(error.message)}`];
  for (const [label, text] of factsOf(error)) lines.push(`  ${`${label}:`.padEnd(16)}${printable(text)}`);
  if (style.verbose) lines.push(...causesOf(error).map((cause) => `  ${'because:'.padEnd(16)}${cause}`));
  return `${lines.join('\n')}\n`;
}

function bugText(error: unknown, style: TextStyle): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    `${paint(style, 'red', 'k8s-verify:')} this is a bug in k8s-verify; nothing was proved`,
    '  what to do:     please report it, with the lines below, where you got k8s-verify from',
    ...stack.split('\n').map((line) => `  ${printable(line)}`),
    ...causesOf(error).map((cause) => `  caused by ${cause}`),
    '',
  ].join('\n');
}

/** The messages of the errors behind an error, nearest first; a circle of causes ends. */
export function causesOf(error: unknown): readonly string[] {
  const seen = new Set<unknown>([error]);
  const messages: string[] = [];
  let cause: unknown = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && cause !== null && !seen.has(cause) && seen.size < 16) {
    seen.add(cause);
    messages.push(printable(describeCause(cause)));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return messages;
}

function describeCause(cause: unknown): string {
  if (cause instanceof AggregateError) {
    return [cause.message, ...cause.errors.map((error) => describeCause(error))].filter(Boolean).join('; ');
  }
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? ` [${cause.code}]` : '';
  return `${cause.name}: ${cause.message}${code}`;
}

/**
 * What is printed on stdout: the path, or the proved digest where there is no file, or what an archive holds. The path is
 * as it is, for a program; it has nothing that ends a line (result-path.ts).
 */
export function resultLine(artifact: ArtifactResult): string {
  if (artifact.members !== undefined) return artifact.members.map(memberLine).join('');
  return `${artifact.path === undefined ? `sha256:${artifact.sha256}` : artifact.path}\n`;
}

/** `0755   48037888  2023-04-12T12:13:53.000Z  kubernetes/client/bin/kubectl`. */
function memberLine({ path, kind, bytes, mode, modified }: ListedMember): string {
  const name = kind === 'directory' ? `${path.replace(/\/$/, '')}/` : path;
  return `${mode}  ${String(bytes).padStart(11)}  ${modified}  ${printable(name)}\n`;
}

const OUTCOMES: Readonly<Record<ArtifactResult['outcome'], string>> = {
  installed: 'verified and installed',
  'already-installed': 'verified; the installed file already has this digest and was left alone',
  extracted: 'verified and unpacked',
  verified: 'verified',
};

/** A statement is told as what it is, and never as a verified release. */
function outcomeOf({ claim, outcome }: ArtifactResult): string {
  if (claim === 'genuine') return OUTCOMES[outcome];
  const also = outcome === 'extracted' ? ', and unpacked' : '';
  return `attested by a signed statement${also}; that does not say that it was released`;
}

/** What a person wants to know of one proved artifact; its notes were told when they came up. */
export function summaryText(artifact: ArtifactResult, style: TextStyle): string {
  const facts: (readonly [string, string])[] = [
    ['digest', `sha256:${artifact.sha256}`],
    ...originFacts(artifact),
    ...(artifact.predicateType === undefined ? [] : [['predicate type', artifact.predicateType] as const]),
    ['signer', signerText(artifact.signer)],
    ...(artifact.signedAt === undefined ? [] : [['signed at', artifact.signedAt] as const]),
    ...artifact.logEntries.map((entry) => ['log entry', `${entry.logIndex} of ${entry.logUrl}`] as const),
  ];
  for (const { source, detail } of artifact.crossChecks ?? []) facts.push([source, detail]);
  if (style.verbose) {
    facts.push(['evidence', evidenceText(artifact.evidence)]);
    const { trustedRoot } = artifact;
    facts.push([
      'trusted root',
      trustedRoot.kind === 'embedded' ? trustedRoot.name : trustSourceName(trustedRoot),
    ]);
  }
  if (artifact.source !== undefined) facts.push(['downloaded', artifact.source]);
  if (artifact.path !== undefined) facts.push(['path', artifact.path]);
  if (artifact.bundlePath !== undefined) facts.push(['bundle', artifact.bundlePath]);
  const title = `${paint(style, 'green', artifactName(artifact))}: ${outcomeOf(artifact)}`;
  return [title, ...facts.map(([label, text]) => `  ${label.padEnd(16)}${printable(text)}`), ''].join('\n');
}

/** Where a file came from that has no signature of its own, and what was unpacked. */
function originFacts({ fromTarball, extracted }: ArtifactResult): readonly (readonly [string, string])[] {
  const facts: (readonly [string, string])[] = [];
  if (fromTarball !== undefined) {
    facts.push(['out of', `${fromTarball.name}, ${fromTarball.member}`]);
    facts.push(['proven digest', `sha256:${fromTarball.sha256} of the tarball`]);
  }
  if (extracted !== undefined) {
    const { files, bytes } = extracted;
    facts.push(['unpacked', `${files} ${files === 1 ? 'file' : 'files'}, ${bytes} bytes`]);
  }
  return facts;
}

export function noteText(note: string, style: TextStyle): string {
  return `${paint(style, 'yellow', 'note:')} ${printable(note)}\n`;
}

/** `kubectl v1.26.0 linux/amd64`, or the file, or the digest. */
function artifactName(artifact: ArtifactResult): string {
  const parts = [artifact.component, artifact.version, artifact.platform].filter(
    (part) => part !== undefined,
  );
  return printable(parts.length > 0 ? parts.join(' ') : (artifact.path ?? `sha256:${artifact.sha256}`));
}

function signerText(signer: ArtifactResult['signer']): string {
  return signer.kind === 'managed-key'
    ? `the key with SHA-256 ${signer.sha256}`
    : `${signer.subjectAlternativeName} (${signer.issuer})`;
}

function evidenceText(evidence: EvidenceOrigin): string {
  switch (evidence.kind) {
    case 'bundle':
      return `bundle ${evidence.location}`;
    case 'detached':
      return `signature and certificate at ${evidence.location}, completed by ${evidence.log}`;
    case 'log-search':
      return `another entry of ${evidence.log}: ${evidence.reason}`;
  }
}
