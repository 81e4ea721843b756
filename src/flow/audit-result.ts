/** What an audit says of each file and of the whole release. */
import { type K8sVerifyError, NotAllowedError } from '../errors.ts';
import { MAX_SIGNING_SPAN_MS } from '../limits.ts';
import { note, type Note } from '../notes.ts';
import type { AuditPlan } from '../plan/plan-audit.ts';
import { DEFAULT_SOURCE } from '../plan/request.ts';
import type { ArtifactKind } from '../release/component.ts';
import { UNSIGNED_FILES } from '../release/list.ts';
import { formatPlatform } from '../release/platform.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { Comparison, ReleaseCounts, ReleaseFile, ReleaseFileKind } from '../release-result.ts';
import { worstOf } from '../verdict.ts';
import { type AuditedFile, verdictOf } from './audit-file.ts';
import { describeRun } from './describe.ts';
import type { KeptPaths } from './kept-evidence.ts';
import { withoutBytes } from './released-run.ts';
import type { RunManifest } from './run-manifest.ts';
import type { PreparedArtifact } from './prepared-artifact.ts';

const KINDS: Readonly<Record<ArtifactKind, ReleaseFileKind>> = {
  binary: 'binary',
  image: 'image',
  tarball: 'tarball',
  'spdx-document': 'document',
};

/** The file as results have it; where its evidence is kept, if it is. */
export async function describeFile(
  file: AuditedFile,
  manifest: RunManifest,
  kept: ReadonlyMap<AuditedFile, string>,
): Promise<ReleaseFile> {
  const { artifact } = file.planned;
  const { component, kind, version, platform, pathInRelease: path } = artifact;
  const named = {
    component,
    version: formatReleaseVersion(version),
    ...(platform === undefined ? {} : { platform: formatPlatform(platform) }),
    path,
    url: `${DEFAULT_SOURCE}/${artifact.path}`,
    kind: KINDS[kind],
  };
  if (file.kind === 'failed') {
    const { verdict, error } = file;
    // The policy forbids only what is proved.
    const { sha256, signedAt, logEntries = [] } = (error instanceof NotAllowedError && error.subject) || {};
    return {
      verdict,
      proved: false,
      ...named,
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(signedAt === undefined ? {} : { signedAt }),
      logEntries,
      notes: [],
      error,
    };
  }
  const { flaw, measured, policy } = file;
  const sha512 = measured?.sha512 ?? listedSha512(path, manifest);
  const keptEvidence = kept.get(file);
  return {
    verdict: verdictOf(file),
    proved: true,
    ...named,
    ...(await provedFacts(file)),
    ...(sha512 === undefined ? {} : { sha512 }),
    ...(measured === undefined ? {} : { bytes: measured.bytes }),
    ...(keptEvidence === undefined ? {} : { keptEvidence }),
    ...(policy === undefined ? {} : { policy }),
    ...(flaw === undefined ? {} : { error: flaw.error }),
  };
}

type ProvedFacts = Pick<
  ReleaseFile,
  | 'sha256'
  | 'signedAt'
  | 'signer'
  | 'logEntries'
  | 'evidence'
  | 'bundleSha256'
  | 'name'
  | 'checks'
  | 'trustedRoot'
  | 'notes'
>;

async function provedFacts({
  proven,
}: Extract<AuditedFile, { readonly kind: 'proved' }>): Promise<ProvedFacts> {
  const facts = { notes: [], uses: new Map(), kept: new Map() };
  const [artifact] = (await describeRun([withoutBytes(proven)], facts, () => undefined)).artifacts;
  if (artifact === undefined) throw new TypeError('nothing was said of the file');
  const { sha256, signedAt, signer, logEntries, evidence, name, checks, trustedRoot, notes } = artifact;
  const { bundleSha256 } = artifact;
  return {
    sha256,
    ...(signedAt === undefined ? {} : { signedAt }),
    signer,
    logEntries,
    evidence,
    bundleSha256,
    ...(name === undefined ? {} : { name }),
    checks,
    trustedRoot,
    notes,
  };
}

/** The manifest is proved, and lists the proven SHA-256: else the name would be refused. */
function listedSha512(path: string, answer: RunManifest): string | undefined {
  const [sha512, more] = answer.kind === 'none' ? [] : answer.manifest.sha512Of(path);
  return more === undefined ? sha512 : undefined;
}

/** Checksum files and the like of the release itself; markers and notes are of no release. */
export function unsignedByDesign(): readonly string[] {
  return UNSIGNED_FILES.flatMap(({ name, path }) => (path?.includes('<version>') === true ? [name] : []));
}

export function countFiles(results: readonly ReleaseFile[]): ReleaseCounts {
  const count = (verdict: ReleaseFile['verdict']): number =>
    results.filter((one) => one.verdict === verdict).length;
  return {
    found: results.length,
    genuine: count('genuine'),
    refused: count('refused'),
    unsigned: count('unsigned'),
    notAllowed: count('not-allowed'),
    notJudged: count('not-judged'),
    inconsistent: count('inconsistent'),
    missing: count('missing'),
    unsignedByDesign: unsignedByDesign().length,
  };
}

/** What decides the exit code of the run. */
export function worstError(
  results: readonly ReleaseFile[],
  compared: readonly Comparison[],
): K8sVerifyError | undefined {
  const failures = [...results, ...compared].flatMap(({ error }) => (error === undefined ? [] : [{ error }]));
  return worstOf(failures)?.error;
}

/** What a person should know of the release as a whole, and what is no failure. */
export function releaseNotes(
  results: readonly ReleaseFile[],
  compared: readonly Comparison[],
  { version }: AuditPlan,
): readonly Note[] {
  const release = formatReleaseVersion(version);
  return [...noteOnTimes(results, release), ...noteOnExtra(compared, release)];
}

/** A release is signed in one run of its job. */
function noteOnTimes(results: readonly ReleaseFile[], release: string): readonly Note[] {
  const times = results
    .flatMap(({ signedAt, path }) => (signedAt === undefined ? [] : [{ signedAt, path }]))
    .toSorted((a, b) => Date.parse(a.signedAt) - Date.parse(b.signedAt));
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (Date.parse(last.signedAt) - Date.parse(first.signedAt) <= MAX_SIGNING_SPAN_MS) return [];
  const text =
    `the files of ${release} were signed days apart: ${first.path} ${first.signedAt.slice(0, 10)}, ` +
    `${last.path} ${last.signedAt.slice(0, 10)}; a part of it was signed again`;
  return [note('signed-days-apart', text)];
}

function noteOnExtra(compared: readonly Comparison[], release: string): readonly Note[] {
  const extra = [...new Set(compared.flatMap((one) => one.extra))];
  const [first] = extra;
  if (first === undefined) return [];
  const others = extra.length === 1 ? '' : ` and ${extra.length - 1} more`;
  const text = `${release} lists files that the table of components lacks, and that were not judged: ${first}${others}`;
  return [note('release-extra', text)];
}

/** Only what is proved by evidence of its own has any to keep. */
export function preparedOf(files: readonly AuditedFile[]): ReadonlyMap<PreparedArtifact, AuditedFile> {
  return new Map(
    files.flatMap((file) => (file.kind === 'proved' ? [[withoutBytes(file.proven), file]] : [])),
  );
}

/** The same paths by file. */
export function keptByFile(
  prepared: ReadonlyMap<PreparedArtifact, AuditedFile>,
  paths: KeptPaths,
): ReadonlyMap<AuditedFile, string> {
  return new Map(
    Array.from(prepared, ([one, file]) => [file, paths.get(one)] as const).flatMap(([file, path]) =>
      path === undefined ? [] : [[file, path] as const],
    ),
  );
}
