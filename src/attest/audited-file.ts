import type { ReleaseFile } from '../release-result.ts';
import type { Verified } from './verified.ts';

/** A file of an audited release. Nothing of it was downloaded, as in a dry run. */
export function auditedFile({ error, path, ...file }: ReleaseFile): Verified {
  const { sha256, evidence, bundleSha256, signer, checks, trustedRoot } = file;
  if (error !== undefined) {
    const subject = { ...error.subject, ...(sha256 === undefined ? {} : { sha256 }) };
    return { kind: 'failed', error: error.with({ subject }) };
  }
  const isWhole = evidence && bundleSha256 !== undefined && signer && checks && trustedRoot;
  if (!isWhole || sha256 === undefined) throw new TypeError(`${path} is genuine, and nothing says why`);
  const proof = { sha256, evidence, bundleSha256, signer, checks, trustedRoot };
  return { kind: 'proved', artifact: { ...file, ...proof, outcome: 'would-install', claim: 'genuine' } };
}
