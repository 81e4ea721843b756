/** Compares what a release says of itself with what is proved: its manifest, checksum lists, provenance, checksum files. */
import { UnavailableError } from '../errors.ts';
import { MAX_EXTRA_NAMED } from '../limits.ts';
import type { AuditPlan } from '../plan/plan-audit.ts';
import { compareList, type KnownFile, type ListComparison } from '../records/compare-lists.ts';
import type { StatedDigests } from '../records/provenance.ts';
import { MANIFEST_NAME, SIDE_FILE } from '../release/artifact.ts';
import type { ComparedSource, Comparison } from '../release-result.ts';
import { formatReleaseVersion } from '../release/version.ts';
import { type AuditContext, type AuditedFile, verdictOf } from './audit-file.ts';
import { notReadable, type ReadList, readStatement, readSums, type Records } from './audit-records.ts';
import type { RunManifest } from './run-manifest.ts';

/** What every comparison needs. */
interface Compared {
  readonly files: readonly KnownFile[];
  /** The paths of what is proved and was not downloaded. */
  readonly unmeasured: ReadonlySet<string>;
  readonly plan: AuditPlan;
  /** The places that were asked, for messages. */
  readonly asked: string;
}

/** Every comparison, in the order in which a person reads them. */
export async function compareLists(
  audited: readonly AuditedFile[],
  plan: AuditPlan,
  { manifest, records }: { readonly manifest: RunManifest; readonly records: Records },
  context: AuditContext,
): Promise<readonly Comparison[]> {
  const asked = context.sources.map(({ shown }) => shown).join(', ');
  const sums = readSums(records.sha256Sums, plan, 'sha256');
  const unmeasured = new Set(
    audited.flatMap((file) =>
      file.kind === 'proved' && file.measured === undefined ? [file.planned.artifact.pathInRelease] : [],
    ),
  );
  const known = { files: knownFiles(audited, manifest, sums), unmeasured, plan, asked };
  const proved = { ...known, files: knownFiles(audited, undefined, sums) };
  return [
    compareManifest(manifest, proved),
    describe('SHA256SUMS', sums, { ...known, files: knownFiles(audited, manifest, undefined) }),
    describe('SHA512SUMS', readSums(records.sha512Sums, plan, 'sha512'), known),
    describe('provenance.json', await readStatement(records.provenance, plan, context), known),
    compareChecksums(audited, known),
    compareTable(audited, plan),
  ];
}

/** @param list what files that nothing proves are compared with, after the manifest. */
function knownFiles(
  audited: readonly AuditedFile[],
  manifest: RunManifest | undefined,
  list: ReadList | undefined,
): readonly KnownFile[] {
  return audited.map((file) => knownFile(file, manifest, list));
}

function knownFile(
  file: AuditedFile,
  answer: RunManifest | undefined,
  list: ReadList | undefined,
): KnownFile {
  const { artifact } = file.planned;
  const path = artifact.pathInRelease;
  const isListed = artifact.kind !== 'spdx-document';
  const manifest = answer?.kind === 'proved' ? answer.manifest : undefined;
  const [listed, more] = manifest?.digestsOf(path) ?? [];
  const [listed512, more512] = manifest?.sha512Of(path) ?? [];
  const bySums = list?.kind === 'list' ? list.digests.get(path)?.sha256 : undefined;
  const proved = file.kind === 'proved' ? file.proven.sha256 : file.signed;
  const sha256 =
    proved !== undefined
      ? ({ hex: proved, by: 'proof' } as const)
      : listed !== undefined && more === undefined
        ? ({ hex: listed, by: MANIFEST_SOURCE } as const)
        : bySums === undefined
          ? undefined
          : ({ hex: bySums, by: 'SHA256SUMS' } as const);
  const sha512 =
    file.kind === 'proved' && file.measured !== undefined
      ? ({ hex: file.measured.sha512, by: 'bytes' } as const)
      : listed512 !== undefined && more512 === undefined
        ? ({ hex: listed512, by: MANIFEST_SOURCE } as const)
        : undefined;
  return {
    path,
    isListed,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(sha512 === undefined ? {} : { sha512 }),
  };
}

const MANIFEST_SOURCE = 'kubernetes-release.spdx';

function compareManifest(manifest: RunManifest, compared: Compared): Comparison {
  if (manifest.kind === 'none') {
    const detail = manifest.why;
    return { ...EMPTY, source: MANIFEST_SOURCE, from: compared.asked, outcome: 'not-fetched', detail };
  }
  const listing = manifest.manifest;
  const digests = new Map(
    listing.paths.map((path) => {
      const [sha256, more] = listing.digestsOf(path);
      const [sha512] = listing.sha512Of(path);
      const stated = {
        ...(sha256 === undefined || more !== undefined ? {} : { sha256 }),
        ...(sha512 === undefined ? {} : { sha512 }),
      };
      return [path, stated];
    }),
  );
  return describe(
    MANIFEST_SOURCE,
    { kind: 'list', digests, from: manifest.location, proved: true },
    compared,
  );
}

const EMPTY = { proved: false, agrees: 0, differs: [], notListed: [], extra: [] } as const;

function describe(source: ComparedSource, list: ReadList, compared: Compared): Comparison {
  const { files, plan, asked } = compared;
  if (list.kind === 'not-published')
    return { ...EMPTY, source, from: asked, outcome: 'not-published', detail: 'no source has it' };
  if (list.kind !== 'list') {
    // Without a network there is nothing to compare, as you asked.
    const counts = list.error.code !== 'offline';
    const detail = list.error.message;
    return {
      ...EMPTY,
      source,
      from: asked,
      outcome: list.kind,
      detail,
      ...(counts ? { error: list.error } : {}),
    };
  }
  const { digests, from, proved, remark } = list;
  const found = compareList(digests, files);
  const extra = [...digests.keys()].filter((path) => !plan.table.has(path) && !isUnsignedByDesign(path));
  return {
    source,
    from,
    proved,
    ...outcomeOf(source, from, found, plan),
    agrees: found.agrees,
    differs: found.differs,
    notListed: found.notListed,
    extra: extra.toSorted().slice(0, MAX_EXTRA_NAMED),
    detail: detailOf(found, extra.length, proved, remark, onlyDeep(digests, compared)),
  };
}

/** Lists name checksum files and each other; those have no verdict. */
function isUnsignedByDesign(path: string): boolean {
  return (
    SIDE_FILE.test(path) || path.endsWith('SUMS') || path === 'provenance.json' || path === MANIFEST_NAME
  );
}

function outcomeOf(
  source: ComparedSource,
  from: string,
  { agrees, differs, notListed }: Pick<ListComparison, 'agrees' | 'differs' | 'notListed'>,
  { version }: AuditPlan,
): Pick<Comparison, 'outcome' | 'error'> {
  const [first] = differs;
  if (first === undefined) {
    if (notListed.length > 0 && LISTS_ALL.has(source)) return { outcome: 'incomplete' };
    return { outcome: agrees === 0 ? 'not-comparable' : 'agrees' };
  }
  const release = formatReleaseVersion(version);
  const count = differs.length === 1 ? '1 file' : `${differs.length} files`;
  const what = source === '.sha256' ? `a checksum file of ${release}` : `${source} of ${release}`;
  const error = new UnavailableError('release-inconsistent', `${what} has another digest for ${count}`, {
    wanted: `${first.path}: ${first.algorithm}:${first.wanted}, ${BY[first.wantedBy]}`,
    found: `${first.algorithm}:${first.found}`,
    from,
    why: 'the release and its own records disagree, so that one of them was changed or published wrongly',
    next: 'go by the proven digests; tell kubernetes/release, or take the lists from another source: --mirror URL',
  });
  return { outcome: 'differs', error };
}

/** Records that should have every file; provenance is over what the build made, without the images. */
const LISTS_ALL: ReadonlySet<ComparedSource> = new Set(['SHA256SUMS', 'SHA512SUMS', '.sha256']);

/** A SHA-512 that no signed list has is compared with the bytes of what is proved, where they are downloaded. */
function onlyDeep(
  list: ReadonlyMap<string, StatedDigests>,
  { files, unmeasured }: Pick<Compared, 'files' | 'unmeasured'>,
): string {
  const helps = files.some(
    ({ path, sha512 }) =>
      list.get(path)?.sha512 !== undefined && sha512 === undefined && unmeasured.has(path),
  );
  return helps ? ' without --deep' : '';
}

const BY = {
  proof: 'which is proved',
  'kubernetes-release.spdx': 'in the signed release manifest',
  SHA256SUMS: 'in SHA256SUMS',
  bytes: 'of the bytes that have the proven SHA-256',
} as const;

function detailOf(
  { agrees, differs, notListed, notComparable }: ListComparison,
  extra: number,
  proved: boolean,
  remark: string | undefined,
  why = '',
): string {
  const parts = [
    `agrees about ${agrees}`,
    ...(differs.length === 0 ? [] : [`differs about ${differs.length}`]),
    ...(notListed.length === 0 ? [] : [`does not list ${notListed.length}`]),
    ...(notComparable === 0 ? [] : [`lists ${notComparable} that cannot be compared${why}`]),
    ...(extra === 0 ? [] : [`lists ${extra} that the table of components lacks`]),
    proved ? 'is proved itself' : (remark ?? 'is not signed, and no proof'),
  ];
  return parts.join('; ');
}

function compareChecksums(audited: readonly AuditedFile[], { files, plan, asked }: Compared): Comparison {
  const source = '.sha256';
  const digests = new Map(
    audited.flatMap(({ planned, checksum }) =>
      checksum.kind === 'stated' ? [[planned.artifact.pathInRelease, { sha256: checksum.hex }] as const] : [],
    ),
  );
  const unreadable = audited.flatMap(({ checksum }) =>
    checksum.kind === 'not-readable' ? [notReadable(checksum.error, asked)] : [],
  );
  const [first] = unreadable;
  if (digests.size === 0 && first === undefined) {
    const outcome = audited.some(({ checksum }) => checksum.kind === 'none')
      ? 'not-published'
      : 'not-fetched';
    return { ...EMPTY, source, from: asked, outcome, detail: 'there is none to compare' };
  }
  const withChecksum = new Set(
    audited.flatMap((file) =>
      file.checksum.kind === 'stated' || (file.checksum.kind === 'none' && verdictOf(file) !== 'missing')
        ? [file.planned.artifact.pathInRelease]
        : [],
    ),
  );
  const found = compareList(
    digests,
    files.flatMap((file) => (withChecksum.has(file.path) ? [{ ...file, isListed: true }] : [])),
  );
  const remark =
    unreadable.length === 0
      ? undefined
      : `${unreadable.length} cannot be read; they are not signed, and no proof`;
  const compared = outcomeOf(source, asked, found, plan);
  return {
    source,
    from: asked,
    proved: false,
    agrees: found.agrees,
    differs: found.differs,
    notListed: found.notListed,
    extra: [],
    ...(first === undefined || compared.outcome === 'differs'
      ? compared
      : { outcome: 'not-readable', error: first }),
    detail: detailOf(found, 0, false, remark),
  };
}

/** Whether the release has what the table has; a file that is missing has an error of its own. */
function compareTable(audited: readonly AuditedFile[], { files }: AuditPlan): Comparison {
  const missing = audited.flatMap((file) =>
    verdictOf(file) === 'missing' ? [file.planned.artifact.pathInRelease] : [],
  );
  const agrees = files.length - missing.length;
  const outcome = missing.length === 0 ? 'agrees' : 'differs';
  const rest = missing.length === 0 ? '' : `; the release lacks ${missing.length}`;
  return {
    ...EMPTY,
    source: 'table of components',
    from: 'k8s-verify',
    outcome,
    agrees,
    notListed: missing,
    detail: `the release has ${agrees} of ${files.length}${rest}`,
  };
}
