/** Who else has the digests that are proved. What others recorded is never a proof, and changes no verdict. */
import { note, type Note } from '../notes.ts';
import type { AuditPlan } from '../plan/plan-audit.ts';
import type { ReadCorroboration } from '../plan/read-corroborations.ts';
import { compareList } from '../records/compare-lists.ts';
import type { Corroboration } from '../release-result.ts';
import { formatReleaseVersion } from '../release/version.ts';
import type { AuditedFile } from './audit-file.ts';

/** Only paths of the table are told: the others are text of a file that anyone may have written. */
export function corroborate(
  { file, format, digests }: ReadCorroboration,
  audited: readonly AuditedFile[],
  { version, table }: AuditPlan,
): Corroboration {
  const proved = audited.flatMap((one) =>
    one.kind === 'proved'
      ? [
          {
            path: one.planned.artifact.pathInRelease,
            sha256: { hex: one.proven.sha256, by: 'proof' as const },
            isListed: true,
          },
        ]
      : [],
  );
  const list = new Map(Array.from(digests, ([path, sha256]) => [path, { sha256 }]));
  const { agrees, differs, notListed } = compareList(list, proved);
  const known = new Set(proved.map(({ path }) => path));
  const notProved = [...digests.keys()].filter((path) => table.has(path) && !known.has(path)).toSorted();
  const release = formatReleaseVersion(version);
  const detail =
    agrees + differs.length + notProved.length === 0
      ? `says nothing of ${release}`
      : `agrees about ${agrees}, differs about ${differs.length}, says nothing of ${notListed.length}`;
  return { file, format, agrees, differs, notListed: notListed.length, notProved, detail };
}

/** Someone has another digest for a name: that is worth a look, and no verdict. */
export function noteOnOthers(corroborated: readonly Corroboration[]): readonly Note[] {
  return corroborated.flatMap(({ file, differs: [first, ...others] }) => {
    if (first === undefined) return [];
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    const text = `${file} has another digest for ${first.path}${more} than is proved; it is no proof of anything`;
    return [note('others-differ', text)];
  });
}
