/** What an audit of a release decides, each with something else in its place. */
import type { DecisionMutation } from './decisions.ts';

const PAIR = 'flow/audit-pair.ts';
const FILE = 'flow/audit-file.ts';
const FLAWS = 'flow/audit-flaws.ts';
const DEEP = 'flow/audit-deep.ts';
const WRITE = 'flow/audit-write.ts';
const LISTS = 'flow/audit-lists.ts';
const COMPARE = 'records/compare-lists.ts';
const RELEASE = 'flow/audit-release.ts';
const MANIFEST = 'flow/release-manifest.ts';
const RESULT = 'flow/audit-result.ts';

export const AUDIT_MUTATIONS: readonly DecisionMutation[] = [
  { file: PAIR, from: 'if (!isSame) continue;', to: '' },
  {
    file: PAIR,
    from: 'fits(material, checksum) && !fits(material, listed) ? checksum : listed',
    to: 'listed',
  },
  {
    file: FILE,
    from: "const nameRequired = artifact.kind !== 'spdx-document' || isManifest(artifact);",
    to: 'const nameRequired = false;',
  },
  { file: FILE, from: 'flaw: inconsistencyOf(proven, context)', to: 'flaw: undefined' },
  {
    file: FLAWS,
    from: "origin.kind !== 'log-search' && origin.kind !== 'release-manifest'",
    to: "origin.kind !== 'release-manifest'",
  },
  {
    file: FLAWS,
    from: "origin.kind !== 'log-search' && origin.kind !== 'release-manifest'",
    to: "origin.kind !== 'log-search'",
  },
  { file: FLAWS, from: 'sources.some(({ isPublisher }) => isPublisher)', to: 'true' },
  { file: FLAWS, from: 'sources.some(({ isPublisher }) => isPublisher)', to: 'false' },
  { file: DEEP, from: 'if (measured.sha256 === sha256) return', to: 'if (true) return' },
  {
    file: WRITE,
    from: "file.kind === 'proved' && (file.flaw === undefined || file.flaw.verdict === 'inconsistent')",
    to: "file.kind === 'proved'",
  },
  { file: LISTS, from: '!plan.table.has(path) && !isUnsignedByDesign(path)', to: '!plan.table.has(path)' },
  { file: COMPARE, from: 'if (known.hex !== found)', to: 'if (false)' },
  { file: RELEASE, from: 'if (manifest.isAbsent !== true) return;', to: '' },
  { file: RELEASE, from: 'if (manifest.isAbsent !== true) return;', to: 'return;' },
  { file: MANIFEST, from: 'isAbsent &&= answer.isAbsent === true;', to: '' },
  { file: RESULT, from: '[...results, ...compared].flatMap', to: '[...results].flatMap' },
];
