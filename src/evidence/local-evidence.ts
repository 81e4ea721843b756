import { K8sVerifyError, RequestError } from '../errors.ts';
import { MAX_BUNDLE_BYTES, MAX_CERTIFICATE_FILE_BYTES, MAX_SIGNATURE_FILE_BYTES } from '../limits.ts';
import { type DetachedMaterial, parseCertificateFile, parseSignatureFile } from './detached-material.ts';
import { type Evidence, IN_MEMORY } from './evidence.ts';
import { type OpenFound, readEvidenceBeside, readEvidenceFile } from './local-files.ts';
import { readBundle } from './read-bundle.ts';

/** Opens a file next to another, by its suffix; undefined if there is none. */
export type OpenNear = (suffix: string) => ReturnType<OpenFound>;

/** Evidence from a file on this machine, or passed as a value. */
export type LocalEvidence =
  | {
      readonly kind: 'bundle';
      readonly bytes: Uint8Array;
      readonly evidence: Evidence;
      readonly location: string;
    }
  | { readonly kind: 'detached'; readonly material: DetachedMaterial; readonly location: string };

/**
 * Finds the evidence next to a file: `<file>.sigstore.json`, else `<file>.sigstore`, else `<file>.sig` and `<file>.cert`.
 *
 * @param openNear opens it, by its suffix, where the path alone might lead elsewhere.
 *
 * @throws RequestError `file-not-readable`; UntrustedError for material that is malformed or too large.
 */
export async function findEvidenceBeside(path: string, openNear?: OpenNear): Promise<LocalEvidence> {
  const bundle = await readBundleBeside(path, openNear);
  if (bundle !== undefined) return parseBundle(bundle.bytes, bundle.location);
  const [signaturePath, certificatePath] = [`${path}.sig`, `${path}.cert`];
  const [signature, certificate] = await Promise.all([
    readEvidenceBeside(signaturePath, MAX_SIGNATURE_FILE_BYTES, 'the signature', nearBy('.sig', openNear)),
    readEvidenceBeside(
      certificatePath,
      MAX_CERTIFICATE_FILE_BYTES,
      'the certificate',
      nearBy('.cert', openNear),
    ),
  ]);
  if (signature !== undefined && certificate !== undefined) {
    return parsePair({ signature, signaturePath, certificate, certificatePath });
  }
  const alone = signature === undefined ? certificatePath : signaturePath;
  throw new RequestError('file-not-readable', `there is no evidence next to ${path}`, {
    wanted: `${path}.sigstore.json, or ${signaturePath} and ${certificatePath}`,
    found: (signature ?? certificate) === undefined ? 'none of them' : `only ${alone}`,
    next: adviceFor(path),
  });
}

/** The two names of a bundle next to a file. cosign writes the first, other clients the second. */
const BUNDLE_SUFFIXES = ['.sigstore.json', '.sigstore'] as const;

function nearBy(suffix: string, openNear: OpenNear | undefined): OpenFound | undefined {
  return openNear === undefined ? undefined : () => openNear(suffix);
}

async function readBundleBeside(
  path: string,
  openNear: OpenNear | undefined,
): Promise<{ readonly bytes: Uint8Array; readonly location: string } | undefined> {
  for (const suffix of BUNDLE_SUFFIXES) {
    const location = `${path}${suffix}`;
    const open = nearBy(suffix, openNear);
    const bytes = await readEvidenceBeside(location, MAX_BUNDLE_BYTES, 'the bundle', open);
    if (bytes !== undefined) return { bytes, location };
  }
  return undefined;
}

/** The user may have named the evidence instead of the file. */
function adviceFor(path: string): string {
  const file = /^(.+)\.(?:sigstore\.json|sigstore|sig|cert)$/s.exec(path)?.[1];
  return file === undefined
    ? 'download them from where the file came from, or name them: --bundle, or --signature and --certificate'
    : `name the file to verify: ${file}`;
}

/**
 * The SHA-256 (hex) that the bundle next to a file claims to be over, which proves nothing; undefined if there is no
 * bundle or it does not say.
 */
export async function statedDigestBeside(path: string): Promise<string | undefined> {
  try {
    const bytes = await readEvidenceBeside(`${path}.sigstore.json`, MAX_BUNDLE_BYTES, 'the bundle');
    if (bytes === undefined) return undefined;
    const { content } = readBundle(bytes);
    const stated = content.kind === 'message-signature' ? content.digest : undefined;
    return stated?.algorithm === 'sha256' ? stated.hex : undefined;
  } catch (error) {
    if (error instanceof K8sVerifyError) return undefined;
    throw error;
  }
}

/** @throws RequestError `file-not-readable`; UntrustedError for a bundle that is malformed or too large. */
export async function readBundleFile(path: string): Promise<LocalEvidence> {
  return parseBundle(await readEvidenceFile(path, MAX_BUNDLE_BYTES, 'the bundle'), path);
}

/** The content of a bundle file. @throws UntrustedError for a bundle that is malformed or too large. */
export function readGivenBundle(bytes: Uint8Array): LocalEvidence {
  return { kind: 'bundle', bytes, evidence: readBundle(bytes), location: IN_MEMORY };
}

/** The contents of the two files. @throws UntrustedError for material that is malformed or too large. */
export function readGivenPair(signature: Uint8Array, certificate: Uint8Array): LocalEvidence {
  const material = {
    signature: parseSignatureFile(signature, 'the signature'),
    certificate: parseCertificateFile(certificate, 'the certificate'),
  };
  return { kind: 'detached', material, location: IN_MEMORY };
}

function parseBundle(bytes: Uint8Array, location: string): LocalEvidence {
  return { kind: 'bundle', bytes, evidence: readBundle(bytes, `the bundle ${location}`), location };
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
  return parsePair({ signature, signaturePath, certificate, certificatePath });
}

function parsePair(files: {
  readonly signature: Uint8Array;
  readonly signaturePath: string;
  readonly certificate: Uint8Array;
  readonly certificatePath: string;
}): LocalEvidence {
  const { signaturePath, certificatePath } = files;
  const material = {
    signature: parseSignatureFile(files.signature, `the signature ${signaturePath}`),
    certificate: parseCertificateFile(files.certificate, `the certificate ${certificatePath}`),
  };
  return { kind: 'detached', material, location: signaturePath };
}
