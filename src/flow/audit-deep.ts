/** Downloads each proved file of an audit and hashes it. Nothing is kept of it. */
import { StreamHashes } from '../disk/hash-stream.ts';
import { type K8sVerifyError, RequestError, UnavailableError, UntrustedError } from '../errors.ts';
import { MAX_ARTIFACT_BYTES, MAX_PARALLEL_DOWNLOADS } from '../limits.ts';
import { fetchBytes } from '../source/fetch-bytes.ts';
import { digestOf } from '../strict/digest.ts';
import { type AuditContext, type AuditedFile, flawOf, type MeasuredBytes } from './audit-file.ts';
import { isManifest } from './prove-released.ts';
import { sideBySide } from './side-by-side.ts';

type Proved = Extract<AuditedFile, { readonly kind: 'proved' }>;

/** @returns the same files in the same order, each with what its bytes are, or why they are not what was signed. */
export async function measureAll(
  files: readonly AuditedFile[],
  context: AuditContext,
): Promise<readonly AuditedFile[]> {
  await using hashes = new StreamHashes();
  return await sideBySide(files, MAX_PARALLEL_DOWNLOADS, context.signal, async (file, signal) =>
    file.kind === 'proved' ? measure(file, hashes, { ...context, signal }) : file,
  );
}

async function measure(file: Proved, hashes: StreamHashes, context: AuditContext): Promise<AuditedFile> {
  const { planned, checksum, proven } = file;
  try {
    return { ...file, measured: await measuredBytes(file, hashes, context) };
  } catch (error) {
    const flaw = flawOf(asOfTheRelease(error, context), planned);
    // What the signature is over stays proved; the bytes under that name are others.
    if (error instanceof UntrustedError)
      return { kind: 'failed', planned, checksum, ...flaw, signed: proven.sha256 };
    return { ...file, flaw: file.flaw ?? flaw };
  }
}

async function measuredBytes(
  { planned: { artifact, label }, proven }: Proved,
  hashes: StreamHashes,
  { client, sources, signal }: AuditContext,
): Promise<MeasuredBytes> {
  const { manifest, sha256 } = proven;
  if (isManifest(artifact) && manifest.kind === 'proved')
    return { bytes: manifest.bytes.length, sha512: digestOf(manifest.bytes, 'sha512').hex };
  using sink = hashes.open(signal);
  const request = {
    path: artifact.path,
    sink,
    maxBytes: MAX_ARTIFACT_BYTES[artifact.kind],
    what: label,
    signal,
    onProgress: (received: number, total: number | undefined): void =>
      client.report({
        kind: 'download',
        artifact: label,
        received,
        ...(total === undefined ? {} : { total }),
      }),
  };
  let outcome = await fetchBytes(sources, request, client.report);
  let measured = await sink.finish();
  if (measured.sha256 !== sha256) {
    // A cache on the way may have another copy, or parts of two.
    await sink.reset();
    client.report({ kind: 'resume', artifact: label, offset: 0 });
    outcome = await fetchBytes(sources, { ...request, bypassCache: true }, client.report);
    measured = await sink.finish();
  }
  if (measured.sha256 === sha256) return { bytes: measured.bytes, sha512: measured.sha512 };
  throw new UntrustedError('digest-mismatch', `${label} is not the file that was signed`, {
    check: 'digest',
    wanted: `sha256:${sha256}`,
    found: `sha256:${measured.sha256}`,
    from: outcome.url,
    next: 'do not use it; take it from its source, or from another mirror',
  });
}

/** Its signature is there, and it is not: the release lacks it. */
function asOfTheRelease(error: unknown, { sources }: AuditContext): unknown {
  if (!(error instanceof RequestError) || error.code !== 'artifact-not-found') return error;
  const code = sources.some(({ isPublisher }) => isPublisher) ? 'release-incomplete' : 'mirror-incomplete';
  return new UnavailableError(code, error.message, detailsOf(error));
}

function detailsOf({
  wanted,
  found,
  from,
  next,
}: K8sVerifyError): ConstructorParameters<typeof UnavailableError>[2] {
  return {
    ...(wanted === undefined ? {} : { wanted }),
    ...(found === undefined ? {} : { found }),
    ...(from === undefined ? {} : { from }),
    ...(next === undefined ? {} : { next }),
  };
}
