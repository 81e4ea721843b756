import { RequestError } from '../errors.ts';
import { MAX_BUNDLE_BYTES, MAX_CERTIFICATE_FILE_BYTES, MAX_SIGNATURE_FILE_BYTES } from '../limits.ts';
import { type DetachedMaterial, parseCertificateFile, parseSignatureFile } from './detached-material.ts';
import { readEvidenceFile } from './local-files.ts';

/** Evidence found on this machine's disk. */
export type LocalEvidence =
  | { readonly kind: 'bundle'; readonly bytes: Uint8Array; readonly location: string }
  | { readonly kind: 'detached'; readonly material: DetachedMaterial; readonly location: string };

/**
 * Finds the evidence beside a file: `<file>.sigstore.json`, else `<file>.sig` and `<file>.cert`.
 *
 * @throws RequestError `file-not-readable`; UntrustedError for material that is malformed or too large.
 */
export async function findEvidenceBeside(path: string): Promise<LocalEvidence> {
  const location = `${path}.sigstore.json`;
  const bytes = await readEvidenceFile(location, MAX_BUNDLE_BYTES, 'the bundle');
  return bytes === undefined
    ? readDetachedPair(`${path}.sig`, `${path}.cert`)
    : { kind: 'bundle', bytes, location };
}

/** @throws RequestError `file-not-readable`; UntrustedError `material-oversized`. */
export async function readBundleFile(path: string): Promise<LocalEvidence> {
  const bytes = await readEvidenceFile(path, MAX_BUNDLE_BYTES, 'the bundle');
  if (bytes !== undefined) return { kind: 'bundle', bytes, location: path };
  throw new RequestError('file-not-readable', `there is no bundle ${path}`, {
    expected: 'a Sigstore bundle',
    found: 'no such file',
  });
}

/** @throws RequestError `file-not-readable`; UntrustedError for material that is malformed or too large. */
export async function readDetachedPair(
  signaturePath: string,
  certificatePath: string,
): Promise<LocalEvidence> {
  const [signature, certificate] = await Promise.all([
    readEvidenceFile(signaturePath, MAX_SIGNATURE_FILE_BYTES, 'the signature'),
    readEvidenceFile(certificatePath, MAX_CERTIFICATE_FILE_BYTES, 'the certificate'),
  ]);
  if (signature === undefined || certificate === undefined) {
    const missing = signature === undefined ? signaturePath : certificatePath;
    throw new RequestError('file-not-readable', `there is no evidence ${missing}`, {
      expected: 'a bundle (.sigstore.json), or a signature (.sig) and a certificate (.cert)',
      found: 'no such file',
      advice:
        'fetch them from where the file came from, or name them: --bundle, or --signature and --certificate',
    });
  }
  const material = {
    signature: parseSignatureFile(signature, `the signature ${signaturePath}`),
    certificate: parseCertificateFile(certificate, `the certificate ${certificatePath}`),
  };
  return { kind: 'detached', material, location: signaturePath };
}
