/** The `release` command: everything in a release that is signed is proved, and what the release says of itself compared. */
import { RequestError } from '../errors.ts';
import type { AuditRequest } from '../plan/audit-request.ts';
import { auditOf } from '../release.ts';
import type { Comparison, ReleaseAudit, ReleaseFile } from '../release-result.ts';
import { refuseUnknown } from './component-words.ts';
import type { Answer, Console } from './console.ts';
import { takeLessMemory } from './engine.ts';
import type { Invocation } from './invocation.ts';
import { errorReport, type JsonAnswer } from './output-json.ts';
import { tsvLine } from './output-text.ts';
import { type ParsedLine, readNames, readNetwork, readTransport, readTrust } from './parsed-line.ts';
import { auditFailureText, auditSummary, auditTable } from './release-text.ts';
import { refuseLatest } from './version-words.ts';
import { withClient } from './with-client.ts';
import { commandText } from './words.ts';

/** Audits the release that the command line names. */
export async function release(line: ParsedLine, output: Console): Promise<Answer> {
  takeLessMemory();
  const request = readRelease(line);
  const audit = await withClient(readTransport(line.options), output, (client, signal) =>
    auditOf({ ...request, signal }, client),
  );
  if (line.options.attest !== undefined) {
    const { auditedFile } = await import('../attest/audited-file.ts');
    for (const file of audit.results) output.attest(auditedFile(file));
  }
  const { error } = audit;
  return {
    text: audit.results.map(fileLine).join(''),
    shown: (style) => auditTable(audit, style),
    summary: (style) => auditSummary(audit, style),
    policies: audit.results.map(({ policy }) => policy),
    notes: audit.notes,
    isAudit: true,
    json: auditJson(audit, undefined),
    failed:
      error === undefined
        ? undefined
        : {
            error,
            artifacts: (invocation) => audit.results.map((one) => fileJson(one, invocation)),
            more: (invocation) => ({ ...factsOf(audit, invocation), summary: audit.summary }),
            text: (style, invocation) => auditFailureText(audit, error, style, invocation),
          },
  };
}

/** @throws RequestError `usage` or `component-unknown`; no work is done here */
function readRelease(line: ParsedLine): AuditRequest {
  const { operands, options, words } = line;
  const [version] = operands;
  if (version === undefined || version === '') {
    throw new RequestError('usage', 'no release is named', {
      wanted: 'a version: v1.30.2, 1.30, stable',
      found: version === undefined ? 'nothing' : 'nothing between two quotes',
      next: commandText([...words.filter((word) => word !== ''), 'stable']) ?? 'k8s-verify release stable',
    });
  }
  refuseLatest(version, words);
  const { component = [], platform = [], corroborate = [], deep, write } = options;
  for (const one of component) refuseUnknown(one, line);
  return {
    version,
    components: component,
    platforms: platform,
    corroborate,
    ...(deep === true ? { deep } : {}),
    ...(write === undefined ? {} : { writeTo: write }),
    ...readTrust(options),
    ...readNames(options),
    ...readNetwork(options),
  };
}

/** Verdict, name, platform, SHA-256, time of signing, log entry; what is not proved has only the first three. */
function fileLine({ verdict, component, platform, sha256, signedAt, logEntries }: ReleaseFile): string {
  const signed = signedAt?.replace(/\.\d+Z$/, 'Z');
  return tsvLine([verdict, component, platform, sha256, signed, logEntries[0]?.logIndex]);
}

type Facts = Pick<ReleaseAudit, 'release' | 'corroborated' | 'unsignedByDesign' | 'written'> & {
  readonly compared: readonly object[];
};

/** What the JSON has besides the files, whether all is well or not. */
function factsOf(audit: ReleaseAudit, invocation: Invocation | undefined): Facts {
  const { release: version, corroborated, unsignedByDesign, written } = audit;
  return {
    release: version,
    compared: audit.compared.map((one) => comparisonJson(one, invocation)),
    corroborated,
    unsignedByDesign,
    ...(written === undefined ? {} : { written }),
  };
}

function auditJson(
  audit: ReleaseAudit,
  invocation: Invocation | undefined,
): JsonAnswer & Facts & { readonly results: readonly object[]; readonly summary: object } {
  return {
    schemaVersion: 1,
    command: 'release',
    ok: true,
    exitCode: 0,
    ...factsOf(audit, invocation),
    results: audit.results.map((one) => fileJson(one, invocation)),
    summary: audit.summary,
  };
}

const NOTHING_TYPED: Invocation = { words: [], line: undefined, downloaded: false };

function fileJson({ error, ...file }: ReleaseFile, invocation: Invocation = NOTHING_TYPED): object {
  return { ...file, ...(error === undefined ? {} : { error: errorReport(error, invocation) }) };
}

function comparisonJson({ error, ...one }: Comparison, invocation: Invocation = NOTHING_TYPED): object {
  return { ...one, ...(error === undefined ? {} : { error: errorReport(error, invocation) }) };
}
