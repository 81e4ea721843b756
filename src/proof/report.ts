import { equalBytes } from '../strict/bytes.ts';
import { encodeHex } from '../strict/hex.ts';
import { counted } from '../text/counted.ts';
import type { Signing } from '../policy/policy.ts';
import type { Certificate } from './certificate.ts';
import { readIdentity } from './check-identity.ts';
import { logsFor } from './check-log-entry.ts';
import { isSignedBy } from './explain.ts';
import { claimedTimes, type Proof, type ProofEntry } from './proof.ts';
import type { ProvenLogEntry } from './log-entry.ts';
import type { CheckReport, CheckResult, Signer } from './verdict.ts';
import { hashWith } from './public-key.ts';

/** What each check found, in a proof that passed all steps. */
export function describeChecks(proof: Proof): CheckReport {
  const { evidence, entries, timestamps, signer, digest } = proof;
  const certificate = signer.kind === 'certificate' ? signer.certificate : undefined;
  const times = claimedTimes(proof).map((time) => time.toISOString());
  const promised = entries.filter(({ entry }) => entry.signedEntryTimestamp !== undefined);
  const included = entries.flatMap(({ entry: { inclusionProof } }) =>
    inclusionProof?.checkpoint === undefined ? [] : [inclusionProof],
  );
  const content =
    evidence.content.kind === 'dsse' ? 'DSSE envelope' : `message signature over ${digest.algorithm}`;
  return {
    material: passed(
      `bundle v${evidence.version}, ${content}, ${counted(entries.length, 'log entry', 'log entries')}`,
    ),
    time: list(times, `${times.join(', ')}${timestamps.length > 0 ? ', RFC 3161 among them' : ''}`),
    chain: certificate ? passed(describeValidity(certificate)) : NOT_PRESENT,
    sct: certificate ? passed('logged by a trusted CT log') : NOT_PRESENT,
    set: list(promised, `index ${promised.map(({ entry }) => entry.logIndex).join(', ')}`),
    inclusionProof: list(
      included,
      included.map(({ logIndex, treeSize }) => `leaf ${logIndex} of ${treeSize}`).join(', '),
    ),
    checkpoint: list(included, included.map(({ checkpoint }) => checkpoint?.split('\n', 1)[0]).join(', ')),
    entry: list(entries, entries.map(({ entry: { kind, version } }) => `${kind} ${version}`).join(', ')),
    signature: passed(`${signer.key.description}, ${content}`),
    identity: passed(describeSigner(proof)),
  };
}

export function describeEntries(proof: Proof): readonly ProvenLogEntry[] {
  return proof.entries.map((item) => ({
    logIndex: String(provenIndex(item)),
    logId: encodeHex(item.entry.logId),
    logUrl: logsFor(proof, item)[0]?.baseUrl ?? '',
    ...(item.entry.integratedTime === undefined
      ? {}
      : { integratedTime: new Date(Number(item.entry.integratedTime) * 1000).toISOString() }),
  }));
}

/**
 * Only the signed entry timestamp covers Rekor v1's count over its shards. Without it, what is proved is the leaf's
 * position.
 */
function provenIndex({ entry }: ProofEntry): bigint {
  const { inclusionProof, signedEntryTimestamp } = entry;
  return signedEntryTimestamp === undefined && inclusionProof !== undefined
    ? inclusionProof.logIndex
    : entry.logIndex;
}

/** What a policy file judges of a proof that passed all steps. */
export function signingOf(proof: Proof): Omit<Signing, 'digest'> {
  const { entries, now } = proof;
  return {
    signer: signerOf(proof),
    times: claimedTimes(proof),
    entries: entries.map((item) => ({
      logId: encodeHex(item.entry.logId),
      logIndex: provenIndex(item),
      // Rekor v2 has one tree for each log, and counts by it. Rekor v1 promises its own count in the timestamp alone.
      isOfLog: item.body.rekor === 2 || item.entry.signedEntryTimestamp !== undefined,
    })),
    hasSignedEntryTimestamp: entries.some(({ entry }) => entry.signedEntryTimestamp !== undefined),
    hasInclusionProof: entries.some(({ entry }) => entry.inclusionProof?.checkpoint !== undefined),
    now,
  };
}

export function signerOf({ signer }: Proof): Signer {
  if (signer.kind === 'managed-key') {
    return { kind: 'managed-key', sha256: hashWith('sha256', signer.key.spki).toString('hex') };
  }
  const { name, issuer } = readIdentity(signer.certificate);
  return { kind: 'certificate-identity', subjectAlternativeName: name.value, issuer };
}

/**
 * The root certificate of the authority that issued the signing certificate, as SHA-256 in hex. It tells one Sigstore
 * from another: a test world may use the names of the public one, but not its key. Undefined for a managed key.
 */
export function authorityOf({ signer, authorities }: Proof): string | undefined {
  if (signer.kind === 'managed-key') return undefined;
  const issuing = authorities.certificateAuthorities.find(
    ({ chain, flaw }) => flaw === undefined && chain.some((issuer) => issued(issuer, signer.certificate)),
  );
  const root = issuing?.chain.find(({ issuerName, subjectName }) => equalBytes(issuerName, subjectName));
  return root === undefined ? undefined : hashWith('sha256', root.der).toString('hex');
}

function issued(issuer: Certificate, leaf: Certificate): boolean {
  return equalBytes(issuer.subjectName, leaf.issuerName) && isSignedBy(leaf, issuer);
}

function describeSigner(proof: Proof): string {
  const signer = signerOf(proof);
  return signer.kind === 'managed-key'
    ? `the given ${proof.signer.key.description} key`
    : `${signer.subjectAlternativeName} vouched for by ${signer.issuer}`;
}

function describeValidity({ notBefore, notAfter }: Certificate): string {
  return `valid ${notBefore.toISOString()} to ${notAfter.toISOString()}`;
}

const NOT_PRESENT: CheckResult = { outcome: 'not-present', detail: 'not part of this kind of evidence' };

function list(found: readonly unknown[], detail: string): CheckResult {
  return found.length === 0 ? NOT_PRESENT : passed(detail);
}

function passed(detail: string): CheckResult {
  return { outcome: 'passed', detail };
}
