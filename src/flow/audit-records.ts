/** Reads what a release says of itself: checksum lists and provenance. What cannot be read ends nothing. */
import { InterruptedError, K8sVerifyError, UnavailableError } from '../errors.ts';
import type { AuditPlan } from '../plan/plan-audit.ts';
import { readProvenance, type StatedDigests } from '../records/provenance.ts';
import { fetchEachRecord, type RecordAnswer } from '../records/release-records.ts';
import { readReleaseSums } from '../records/release-sums.ts';
import { releaseFilePaths } from '../release/artifact.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { AuditContext } from './audit-file.ts';
import { proveProvenance } from './compare-records.ts';
import { proofContext } from './proof-context.ts';

export type Records = Awaited<ReturnType<typeof fetchEachRecord>>;

/** Begins before the proofs do, and ends none of them. */
export function fetchLists(
  { version }: AuditPlan,
  { client, sources, signal }: AuditContext,
): Promise<Records> {
  const release = formatReleaseVersion(version);
  const records = fetchEachRecord({
    report: client.report,
    sources,
    paths: releaseFilePaths(version),
    release,
    signal,
  });
  records.catch(() => undefined);
  return records;
}

/** A list as it was read, or why it was not. */
export type ReadList =
  | {
      readonly kind: 'list';
      readonly digests: ReadonlyMap<string, StatedDigests>;
      readonly from: string;
      readonly proved: boolean;
      /** That it is signed in a way that cannot be checked, for people. */
      readonly remark?: string;
    }
  | { readonly kind: 'not-published' }
  | { readonly kind: 'not-fetched' | 'not-readable'; readonly error: K8sVerifyError };

export function readSums(
  answer: RecordAnswer,
  { version }: AuditPlan,
  algorithm: 'sha256' | 'sha512',
): ReadList {
  return readRecord(answer, ({ bytes, source: from }) => {
    const sums = readReleaseSums(bytes, version, algorithm);
    const digests = new Map(Array.from(sums, ([path, hex]) => [path, { [algorithm]: hex }]));
    return { kind: 'list', digests, from, proved: false };
  });
}

function readRecord(
  answer: RecordAnswer,
  read: (record: Extract<RecordAnswer, { readonly kind: 'found' }>['record']) => ReadList,
): ReadList {
  if (answer.kind === 'not-published') return answer;
  if (answer.kind === 'not-fetched') return answer;
  try {
    return read(answer.record);
  } catch (error) {
    if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
    return { kind: 'not-readable', error: notReadable(error, answer.record.source) };
  }
}

/** What the release says of itself cannot be read: that is about the release, and no verdict on a file. */
export function notReadable(error: K8sVerifyError, from: string): UnavailableError {
  return new UnavailableError('release-inconsistent', error.message, {
    ...(error.wanted === undefined ? {} : { wanted: error.wanted }),
    ...(error.found === undefined ? {} : { found: error.found }),
    from,
    why: 'a record of the release that cannot be read cannot be compared, and other tools go by it',
    next: 'look at it; another source may have the right one: --mirror URL',
    cause: error,
  });
}

/** Its signature counts for all of it, so that one subject is enough to ask for. */
export async function readStatement(
  answer: RecordAnswer,
  { version, files: [first] }: AuditPlan,
  context: AuditContext,
): Promise<ReadList> {
  const trust = await context.trust.current();
  return readRecord(answer, ({ bytes, source: from }) => {
    const { form, subjects } = readProvenance(bytes, version);
    if (form.kind !== 'bundle') {
      const remark = form.kind === 'envelope' ? 'its signature cannot be checked' : undefined;
      return {
        kind: 'list',
        digests: subjects,
        from,
        proved: false,
        ...(remark === undefined ? {} : { remark }),
      };
    }
    const subject = [...subjects.values()].find(({ sha256 }) => sha256 !== undefined);
    if (first === undefined || subject?.sha256 === undefined)
      return {
        kind: 'list',
        digests: subjects,
        from,
        proved: false,
        remark: 'its signature is over no SHA-256',
      };
    const own = proofContext(context, first.policy, trust);
    try {
      const signature = proveProvenance(bytes, { sha256: subject.sha256 }, version, own);
      return { kind: 'list', digests: subjects, from, proved: signature === 'proved' };
    } catch (error) {
      if (!(error instanceof K8sVerifyError) || error instanceof InterruptedError) throw error;
      // Someone else signed a statement about this release: the reason stays, and its code.
      return { kind: 'not-readable', error };
    }
  });
}
