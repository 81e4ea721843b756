/** What a user of the library writes to have a machine scanned, made into a request; everything else is refused. */
import { BUILDERS } from '../names/builders.ts';
import { InputFields } from '../strict/input-fields.ts';
import { readTrust, sourceReader, TRUST_FIELDS, urlReader } from './read-input.ts';
import type { ScanRequest } from './scan-request.ts';

const FIELDS = [
  'paths',
  'root',
  'processes',
  'oneFileSystem',
  'allowedBuilders',
  'allowedDigests',
  'sources',
  'rekorUrl',
  'signal',
  ...TRUST_FIELDS,
] as const;

/** @throws RequestError `usage` */
export function readScan(input: unknown): ScanRequest {
  const fields = new InputFields(input, 'the request', FIELDS);
  const { list, path, flag, choice } = fields;
  return {
    paths: fields.optional('paths', list(path)) ?? [],
    ...fields.entry('root', path),
    processes: fields.optional('processes', flag) ?? false,
    oneFileSystem: fields.optional('oneFileSystem', flag) ?? false,
    allowedBuilders: fields.optional('allowedBuilders', list(choice(BUILDERS))) ?? [],
    allowedDigests: new Map(fields.optional('allowedDigests', list(readAllowed))),
    ...fields.entry('sources', list(sourceReader(fields))),
    ...fields.entry('rekorUrl', urlReader(fields)),
    ...fields.entry('signal', fields.signal),
    ...readTrust(fields),
  };
}

function readAllowed(value: unknown, name: string): readonly [string, string] {
  const fields = new InputFields(value, name, ['sha256', 'reason']);
  const reason = fields.required('reason', fields.text);
  if (reason.trim() === '') throw fields.wrong('reason', 'why this file is accepted', 'nothing');
  return [fields.required('sha256', fields.sha256), reason];
}
