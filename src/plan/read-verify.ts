/** What a user of the library writes to have something verified, made into a request; everything else is refused. */
import { RequestError } from '../errors.ts';
import type { ReleaseWorkflow } from '../policy/release-workflow.ts';
import { parseWrittenName } from '../release/written-name.ts';
import { InputFields } from '../strict/input-fields.ts';
import { type AskedName, askedName } from './asked-name.ts';
import { nameReader, readTrust, sourceReader, TRUST_FIELDS, urlReader } from './read-input.ts';
import type { VerifyRequest } from './request.ts';

const SUBJECT_FIELDS = ['bytes', 'sha256', 'path'] as const;
const EVIDENCE_FIELDS = [
  'bundle',
  'bundlePath',
  'signature',
  'certificate',
  'signaturePath',
  'certificatePath',
] as const;
const VERIFY_FIELDS = [
  'as',
  'sources',
  'releaseWorkflow',
  'predicateTypes',
  'archive',
  'saveBundlePath',
  'rekorUrl',
  'forgetNames',
  'signal',
  ...TRUST_FIELDS,
] as const;

function readWorkflow(value: unknown): ReleaseWorkflow {
  const fields = new InputFields(value, 'releaseWorkflow', ['workflow', 'issuer']);
  return {
    workflow: fields.required('workflow', fields.text),
    issuer: fields.required('issuer', fields.text),
  };
}

/** @throws RequestError `usage` */
export function readVerify(input: unknown, options: unknown): VerifyRequest {
  const artifact = new InputFields(input, 'what is to be verified', [...SUBJECT_FIELDS, ...EVIDENCE_FIELDS]);
  const fields = new InputFields(options, 'the options', VERIFY_FIELDS);
  const { list, text, path, signal } = fields;
  return {
    subject: readSubject(artifact),
    evidence: readEvidence(artifact),
    ...readTrust(fields),
    ...fields.entry('as', readAskedName),
    ...fields.entry('sources', list(sourceReader(fields))),
    ...fields.entry('releaseWorkflow', readWorkflow),
    ...fields.entry('predicateTypes', list(text)),
    ...fields.entry('archive', readArchive),
    ...fields.entry('saveBundlePath', path),
    ...fields.entry('rekorUrl', urlReader(fields)),
    ...fields.entry('forgetNames', list(nameReader(fields))),
    ...fields.entry('signal', signal),
  };
}

function readAskedName(value: unknown): AskedName {
  if (typeof value === 'string') return askedName(parseWrittenName(value, 'as'));
  const fields = new InputFields(value, 'as', ['component', 'version', 'platform']);
  return askedName({
    component: fields.required('component', fields.text),
    version: fields.required('version', fields.text),
    ...fields.entry('platform', fields.text),
  });
}

function readSubject(fields: InputFields): VerifyRequest['subject'] {
  const next = 'pass the bytes of the artifact, or its SHA-256, or name its file';
  switch (fields.onlyOne('the artifact', SUBJECT_FIELDS, next)) {
    case 'bytes':
      return { kind: 'bytes', bytes: fields.required('bytes', fields.bytes) };
    case 'sha256':
      return { kind: 'digest', sha256: fields.required('sha256', fields.sha256) };
    case 'path':
      return { kind: 'file', path: fields.required('path', fields.path) };
  }
}

const PAIRS = [
  ['signature', 'certificate'],
  ['signaturePath', 'certificatePath'],
] as const;

function readEvidence(fields: InputFields): VerifyRequest['evidence'] {
  if (fields.present(EVIDENCE_FIELDS).length === 0) return { kind: 'beside' };
  for (const [signature, certificate] of PAIRS) {
    if (fields.has(signature) === fields.has(certificate)) continue;
    const [there, missing] = fields.has(signature) ? [signature, certificate] : [certificate, signature];
    throw new RequestError('usage', `${there} needs ${missing} with it`, {
      wanted: `${signature} and ${certificate}`,
      found: `${there} alone`,
      next: `add ${missing}; Kubernetes publishes both, as kubectl.sig and kubectl.cert`,
    });
  }
  const kinds = ['bundle', 'bundlePath', 'signature', 'signaturePath'] as const;
  const next = 'pass a bundle, or a signature with its certificate, or name their files';
  switch (fields.onlyOne('the evidence', kinds, next)) {
    case 'bundle':
      return { kind: 'bundle-in-memory', bytes: fields.required('bundle', fields.content) };
    case 'bundlePath':
      return { kind: 'bundle', path: fields.required('bundlePath', fields.path) };
    case 'signature':
      return {
        kind: 'detached-in-memory',
        signature: fields.required('signature', fields.content),
        certificate: fields.required('certificate', fields.content),
      };
    case 'signaturePath':
      return {
        kind: 'detached',
        signaturePath: fields.required('signaturePath', fields.path),
        certificatePath: fields.required('certificatePath', fields.path),
      };
  }
}

function readArchive(value: unknown): NonNullable<VerifyRequest['archive']> {
  const fields = new InputFields(value, 'archive', ['kind', 'into', 'members']);
  const kind = fields.required('kind', fields.choice(['list', 'extract'] as const));
  if (kind === 'extract') {
    const members = fields.optional('members', fields.list(fields.text)) ?? [];
    return { kind, into: fields.required('into', fields.path), members };
  }
  const [extra] = fields.present(['into', 'members']);
  if (extra === undefined) return { kind };
  throw fields.wrong(extra, 'of a list', 'an archive that is only listed', `leave ${extra} out`);
}
