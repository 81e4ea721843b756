/** What a lock decides, each with something else in its place. */
import type { DecisionMutation } from './decisions.ts';

const LOCK = 'lockfile/lock.ts';
const FITS = 'lockfile/lockfile.ts';
const CHOOSE = 'lockfile/choose-locked.ts';
const OUTCOME = 'flow/lock-outcome.ts';
const INSTALL = 'flow/fetch-and-prove.ts';
const CHECK = 'flow/check-lock.ts';

export const LOCK_MUTATIONS: readonly DecisionMutation[] = [
  { file: LOCK, from: 'if (version > SCHEMA_VERSION) throw newerSchema(path, version);', to: '' },
  { file: LOCK, from: "if (version !== SCHEMA_VERSION) throw document.flawed('sch", to: "void ('sch" },
  { file: LOCK, from: "'the document', DOCUMENT_FIELDS, form", to: "'the document', 'any', form" },
  { file: LOCK, from: "'the document', FIRST_FIELDS, form", to: "'the document', 'any', form" },
  { file: LOCK, from: "objects('artifacts', ENTRY_FIELDS,", to: "objects('artifacts', 'any'," },
  { file: LOCK, from: "objects('artifacts', ARTIFACT_FIELDS,", to: "objects('artifacts', 'any'," },
  { file: LOCK, from: '  assertOneVersion(artifacts, document);', to: '' },
  { file: LOCK, from: 'if (seen.has(name)) throw', to: 'if (false) throw' },
  {
    file: LOCK,
    from: 'if (formatReleaseVersion(parseReleaseVersion(version)) !== version) {',
    to: 'if (false) {',
  },
  { file: FITS, from: 'if (wanted !== undefined && fits(wanted, version)) continue;', to: 'continue;' },
  { file: FITS, from: 'wanted !== undefined && fits(wanted, version)', to: 'wanted !== undefined' },
  {
    file: FITS,
    from: 'wanted !== undefined && fits(wanted, version)',
    to: 'fits(wanted ?? version, version)',
  },
  {
    file: FITS,
    from: 'if (artifacts.some((one) => one.component === component)) continue;',
    to: 'continue;',
  },
  { file: FITS, from: '(major === undefined || major === locked.major) &&', to: '' },
  { file: FITS, from: '(minor === undefined || minor === locked.minor) &&', to: '' },
  { file: FITS, from: "(channel !== 'stable' || locked.prerelease === undefined)", to: 'true' },
  { file: FITS, from: 'if (artifacts.length === 0) throw', to: 'if (false) throw' },
  {
    file: FITS,
    from: 'for (const artifact of artifacts) assertPlatform(artifact, platforms, path);',
    to: '',
  },
  { file: FITS, from: ' && platforms.includes(platform)', to: '' },
  { file: FITS, from: 'platform === undefined && isForAll', to: 'platform === undefined' },
  { file: CHOOSE, from: 'assertFits(lock, path);\n  const components', to: 'const components' },
  { file: CHOOSE, from: 'assertFits(lock, path);\n  const chosen', to: 'const chosen' },
  { file: CHOOSE, from: 'if (isPublished(component, version, platform)) throw', to: 'if (false) throw' },
  { file: CHOOSE, from: 'one.version === undefined || fits(one.version, found.version)', to: 'true' },
  { file: CHOOSE, from: 'one.component === name && (', to: '(' },
  { file: CHOOSE, from: '(one.platform === undefined || one.platform === platform)', to: 'true' },
  { file: OUTCOME, from: 'if (other === undefined || other.sha256 === sha256) return;', to: 'return;' },
  { file: INSTALL, from: 'if (demanded === undefined || demanded === found) return;', to: 'return;' },
  { file: CHECK, from: '  assertFits(lock, lockfile);\n', to: '' },
  { file: CHECK, from: '  assertEveryPlatform(lock, lockfile);\n', to: '' },
];
