/** What a user of the library writes to have digests proved, made into a request; everything else is refused. */
import { DEFAULT_LOCKFILE } from '../lockfile/lockfile.ts';
import { InputFields } from '../strict/input-fields.ts';
import { nameReader, readComponent, readTrust, sourceReader, TRUST_FIELDS, urlReader } from './read-input.ts';
import type { LockRequest } from './lock-request.ts';
import type { AuditRequest } from './audit-request.ts';
import type { CheckMirrorRequest, MirrorRequest, ReleasedRequest } from './request.ts';

/** What every run may be told: where to ask, which names to forget, when to end, and what its trust rests on. */
const RUN_FIELDS = ['sources', 'rekorUrl', 'forgetNames', 'signal', ...TRUST_FIELDS] as const;

const RELEASED_FIELDS = ['artifacts', 'platforms', ...RUN_FIELDS] as const;

/** @throws RequestError `usage` */
export function readDigest(input: unknown): ReleasedRequest {
  return readReleasedRequest(new InputFields(input, 'the request', RELEASED_FIELDS));
}

/** @throws RequestError `usage` */
export function readMirror(input: unknown): MirrorRequest {
  const names = ['to', 'evidenceOnly', 'prune'] as const;
  const fields = new InputFields(input, 'the request', [...RELEASED_FIELDS, ...names]);
  return {
    ...readReleasedRequest(fields),
    to: fields.required('to', fields.path),
    ...fields.entry('evidenceOnly', fields.flag),
    ...fields.entry('prune', fields.flag),
  };
}

const AUDIT_FIELDS = [
  'version',
  'components',
  'platforms',
  'corroborate',
  'deep',
  'writeTo',
  ...RUN_FIELDS,
] as const;

/** @throws RequestError `usage` */
export function readAudit(input: unknown): AuditRequest {
  const fields = new InputFields(input, 'the request', AUDIT_FIELDS);
  const { list, text, path, flag } = fields;
  return {
    version: fields.required('version', text),
    components: fields.optional('components', list(text)) ?? [],
    platforms: fields.optional('platforms', list(text)) ?? [],
    corroborate: fields.optional('corroborate', list(path)) ?? [],
    ...fields.entry('deep', flag),
    ...fields.entry('writeTo', path),
    ...readRun(fields),
  };
}

/** @throws RequestError `usage` */
export function readCheckMirror(input: unknown): CheckMirrorRequest {
  const fields = new InputFields(input, 'the request', ['directory', 'signal', ...TRUST_FIELDS]);
  return {
    directory: fields.required('directory', fields.path),
    ...fields.entry('signal', fields.signal),
    ...readTrust(fields),
  };
}

function readReleasedRequest(fields: InputFields): ReleasedRequest {
  return {
    artifacts: fields.required('artifacts', fields.list(readReleased)),
    platforms: fields.optional('platforms', (value, name) => readPlatforms(value, name, fields)) ?? [],
    ...readRun(fields),
  };
}

const LOCK_FIELDS = ['lockfile', 'artifacts', 'platforms', 'evidence', 'dryRun', ...RUN_FIELDS] as const;

/** @throws RequestError `usage` */
export function readLockInput(input: unknown): LockRequest {
  const fields = new InputFields(input, 'the request', LOCK_FIELDS);
  const { list, text, flag } = fields;
  return {
    lockfile: fields.optional('lockfile', fields.path) ?? DEFAULT_LOCKFILE,
    artifacts: fields.optional('artifacts', list(readReleased)) ?? [],
    platforms: fields.optional('platforms', list(text)) ?? [],
    evidence: fields.optional('evidence', flag) ?? true,
    ...fields.entry('dryRun', flag),
    ...readRun(fields),
  };
}

function readRun(fields: InputFields): Omit<ReleasedRequest, 'artifacts' | 'platforms'> {
  return {
    ...fields.entry('sources', fields.list(sourceReader(fields))),
    ...fields.entry('rekorUrl', urlReader(fields)),
    ...fields.entry('forgetNames', fields.list(nameReader(fields))),
    ...fields.entry('signal', fields.signal),
    ...readTrust(fields),
  };
}

function readReleased(value: unknown, name: string): ReleasedRequest['artifacts'][number] {
  if (typeof value === 'string') return readComponent(value);
  const fields = new InputFields(value, name, ['component', 'version']);
  return {
    component: fields.required('component', fields.text),
    ...fields.entry('version', fields.text),
  };
}

function readPlatforms(value: unknown, name: string, fields: InputFields): ReleasedRequest['platforms'] {
  return value === 'all' ? value : fields.list(fields.text)(value, name);
}
