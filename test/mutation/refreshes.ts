/** Every check of a refresh of the trusted root, and of the log's memory, each left out or turned. */
import type { DecisionMutation } from './decisions.ts';

const METADATA = 'trust/tuf-metadata.ts';
const TARGET = 'trust/tuf-target.ts';
const REFRESH = 'trust/refresh-root.ts';
const KEPT = 'trust/kept-root.ts';
const RUN = 'flow/refreshed-trust.ts';
const BYTES = 'trust/tuf-bytes.ts';
const KEPT_TRUST = 'flow/kept-trust.ts';
const STATES = 'data/newest-kept.ts';
const OLDEST = 'data/remove-oldest.ts';
const HEAD = 'proof/tree-head.ts';

/** Of tuf-js, below its folder: the checks that it makes for us. */
export const TUF_JS = 'tuf-js/dist/store.js';

export const REFRESH_MUTATIONS: readonly DecisionMutation[] = [
  { file: METADATA, from: "  Reflect.set(store, 'referenceTime', now);\n", to: '' },
  {
    file: METADATA,
    from: '  if (kept !== undefined) succeeds(() => store.updateTimestamp(metadataBytes(kept)));\n',
    to: '',
  },
  { file: METADATA, from: 'error instanceof EqualVersionError && kept !== undefined', to: 'false' },
  {
    file: METADATA,
    from: 'error instanceof EqualVersionError && kept !== undefined',
    to: 'kept !== undefined',
  },
  {
    file: METADATA,
    from: 'if (kept !== undefined && succeeds(() => store.updateSnapshot(',
    to: 'if (false && succeeds(() => store.updateSnapshot(',
  },
  { file: METADATA, from: 'if (kept !== undefined && succeeds(() => accept(kept))) return kept;', to: '' },
  {
    file: METADATA,
    from: '  for (const root of kept.roots) store.updateRoot(metadataBytes(root));\n',
    to: '',
  },
  { file: METADATA, from: "  assertNotOlder('timestamp', signed.version, oldest);\n", to: '' },
  { file: METADATA, from: "  assertNotOlder('snapshot', signed.snapshotMeta.version, oldest);\n", to: '' },
  { file: METADATA, from: "  assertNotOlder('targets', targetsMeta(store).version, oldest);\n", to: '' },
  { file: METADATA, from: 'onlineKeys(store) === before ? published : {}', to: 'published' },
  { file: METADATA, from: "roles['timestamp']?.keyIDs.toSorted(), ", to: '' },
  { file: METADATA, from: ", roles['snapshot']?.keyIDs.toSorted()", to: '' },
  { file: METADATA, from: 'if (version >= known) return;', to: 'if (version > known) return;' },
  { file: BYTES, from: 'members.length > MAX_TUF_OBJECT_MEMBERS', to: 'false' },
  { file: BYTES, from: 'all > MAX_TUF_MEMBERS', to: 'false' },
  { file: TARGET, from: '  if (!isTarget(info, bytes)) throw notTheTarget(name);\n', to: '' },
  { file: TARGET, from: 'info === undefined || !isTarget(info, bytes)', to: 'info === undefined' },
  {
    file: TARGET,
    from: 'TARGETS.some((one) => one === name) ? metadata.target(name) : undefined',
    to: 'metadata.target(name)',
  },
  { file: TARGET, from: 'signed.length > 0 &&', to: '' },
  { file: TARGET, from: 'bytes.length === length &&', to: '' },
  {
    file: TARGET,
    from: "createHash(algorithm).update(bytes).digest('hex') === hashes[algorithm]",
    to: 'true',
  },
  { file: TARGET, from: '  if (length > MAX_TRUSTED_ROOT_BYTES) throw tooLarge(name, length);\n', to: '' },
  { file: TARGET, from: 'name === TARGETS.at(-1)', to: 'true' },
  { file: REFRESH, from: 'kept.checkedAt < now ? kept.checkedAt : now', to: 'kept.checkedAt' },
  { file: REFRESH, from: 'kept.checkedAt < now ? kept.checkedAt : now', to: 'now' },
  { file: REFRESH, from: '> MAX_AHEAD_OF_SERVER_MS', to: '< MAX_AHEAD_OF_SERVER_MS' },
  { file: REFRESH, from: "error.code !== 'material-oversized'", to: 'true' },
  { file: KEPT, from: "fields.count('schema') !== SCHEMA", to: 'false' },
  { file: KEPT, from: '${sha256(anchor)}', to: '' },
  { file: KEPT, from: '\\0${url}', to: '' },
  { file: STATES, from: ".padStart(DIGITS, '0')", to: '' },
  { file: STATES, from: '.toReversed()', to: '' },
  { file: STATES, from: 'nameOf(states, state.order) !== name', to: 'false' },
  { file: STATES, from: 'states.isLater(state.value, latest.value)', to: 'false' },
  { file: STATES, from: 'newest === undefined && (name === own ||', to: '(name === own ||' },
  { file: STATES, from: '(await readState(data, quiet, name)) !== undefined', to: 'true' },
  { file: OLDEST, from: 'Math.max(mtimeMs, latest.get(key) ?? 0)', to: 'mtimeMs' },
  {
    file: KEPT_TRUST,
    from: 'orderOf(rootVersion, versions.timestamp)',
    to: 'orderOf(versions.timestamp, rootVersion)',
  },
  { file: KEPT_TRUST, from: 'one.kept.checkedAt > other.kept.checkedAt', to: 'false' },
  { file: RUN, from: 'checkedAt > this.#client.clock.now() ? checkedAt : undefined', to: 'undefined' },
  { file: RUN, from: 'age >= TRUST_CHECK_INTERVAL_MS', to: 'false' },
  { file: RUN, from: 'age >= TRUST_CHECK_INTERVAL_MS', to: 'true' },
  { file: RUN, from: 'age < 0 ||', to: '' },
  { file: RUN, from: 'return age <= most;', to: 'return true;' },
  {
    file: RUN,
    from: 'if (!(await this.#isFreshEnough(newest))) throw await this.#tooOld(newest, outcome);',
    to: '',
  },
  { file: HEAD, from: 'hashes.length === 0 && equalBytes(older.root, newer.root)', to: 'true' },
  { file: HEAD, from: ' && equalBytes(newerRoot, newer.root)', to: '' },
  { file: HEAD, from: 'equalBytes(olderRoot, older.root) && ', to: '' },
  { file: HEAD, from: 'read === undefined || read.origin !== of.tree', to: 'read === undefined' },
  { file: HEAD, from: "key.verifyMessage(text, 'sha256', signature)", to: 'true' },
  { file: TUF_JS, from: 'this.root.verifyDelegate(models_1.MetadataKind.Root, newRoot);', to: '' },
  { file: TUF_JS, from: 'newRoot.signed.version != this.root.signed.version + 1', to: 'false' },
  { file: TUF_JS, from: 'this.root.verifyDelegate(models_1.MetadataKind.Timestamp, newTimestamp);', to: '' },
  { file: TUF_JS, from: 'newTimestamp.signed.version < this.timestamp.signed.version', to: 'false' },
  { file: TUF_JS, from: 'newSnapshotMeta.version < snapshotMeta.version', to: 'false' },
  { file: TUF_JS, from: 'this.timestamp.signed.isExpired(this.referenceTime)', to: 'false' },
  { file: TUF_JS, from: 'this.root.signed.isExpired(this.referenceTime)', to: 'false' },
  { file: TUF_JS, from: 'snapshotMeta.verify(bytesBuffer);', to: '' },
  { file: TUF_JS, from: 'this.root.verifyDelegate(models_1.MetadataKind.Snapshot, newSnapshot);', to: '' },
  { file: TUF_JS, from: 'newFileInfo.version < fileInfo.version', to: 'false' },
  { file: TUF_JS, from: 'this.snapshot.signed.isExpired(this.referenceTime)', to: 'false' },
  { file: TUF_JS, from: 'delegator.verifyDelegate(roleName, newDelegate);', to: '' },
  { file: TUF_JS, from: 'newDelegate.signed.isExpired(this.referenceTime)', to: 'false' },
];
