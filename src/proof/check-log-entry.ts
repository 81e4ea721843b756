import { excerpt } from '../text/excerpt.ts';
import { equalBytes } from '../strict/bytes.ts';
import { encodeHex } from '../strict/hex.ts';
import { UntrustedError } from '../errors.ts';
import { covers, describeWindow, type Log } from './authorities.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { Proof, ProofEntry } from './proof.ts';
import { verifyLogEntry } from './sigstore-verifier.ts';
import { verdictOnUnknown } from './unknown-authority.ts';

/**
 * 4 (policy): a signature with a certificate is in a transparency log. A signature by a managed key need not be if
 * the trusted root names no log.
 */
export function checkEntryThere({ entries, signer, authorities }: Proof): void {
  if (entries.length === 0 && (signer.kind === 'certificate' || authorities.logs.length > 0)) {
    throw new UntrustedError('log-entry-not-found', 'there is no transparency log entry', {
      check: 'entry',
      wanted: 'an entry in a log that the trusted root has',
      found: 'none',
      why: 'if no public log has the signature, it could have been made without anyone noticing',
    });
  }
}

/** 4.6 (threshold): the same entry twice counts once, and at best someone made a mistake. */
export function checkNoDuplicates({ entries }: Proof): void {
  const seen = new Set<string>();
  for (const { entry } of entries) {
    const key = `${encodeHex(entry.logId)} ${encodeHex(entry.canonicalizedBody)}`;
    if (seen.has(key)) {
      throw new UntrustedError('log-entry-invalid', 'the same log entry is given twice', {
        check: 'entry',
        wanted: 'each entry once',
        found: 'the same entry again',
        why: 'the same entry twice is one entry',
      });
    }
    seen.add(key);
  }
}

/**
 * 4.2.2: the trusted root has the entry's log, and trusted it at the time of the entry. The validity of its key
 * applies to checkpoints and to signed entry timestamps alike.
 *
 * @throws UntrustedError `log-entry-invalid`; UnavailableError `authority-unknown`
 */
export function checkLogIsTrusted(proof: Proof): void {
  for (const entry of proof.entries) {
    if (logsFor(proof, entry).length > 0) continue;
    const id = encodeHex(entry.entry.logId);
    const windows = entry.logs.map(({ baseUrl, validFor }) => `${baseUrl} ${describeWindow(validFor)}`);
    const claimed = timesOf(proof, entry);
    const times = claimed.map((time) => time.toISOString());
    const verdict = new UntrustedError(
      'log-entry-invalid',
      'the log entry is from a log that is not trusted',
      {
        check: 'entry',
        wanted: windows.join(' or ') || 'a log in the trusted root',
        found: `log ${id} at ${times.join(', ')}`,
        why: 'anyone can run a log',
      },
    );
    if (entry.logs.length > 0) throw verdict;
    throw verdictOnUnknown(proof, { kind: 'transparency log', id, claimed }, verdict);
  }
}

/**
 * 4.2.2: the log index is the leaf's own. Rekor v2 has one tree per log, so entry and proof must agree. Rekor v1
 * counts over all its shards, and the signed entry timestamp covers that count.
 */
export function checkLogIndex({ entries }: Proof): void {
  for (const { entry, body } of entries) {
    const inTree = entry.inclusionProof?.logIndex;
    if (body.rekor === 2 && inTree !== entry.logIndex) {
      throw new UntrustedError(
        'log-entry-invalid',
        'the entry and its inclusion proof have different log indexes',
        {
          check: 'inclusionProof',
          wanted: String(entry.logIndex),
          found: String(inTree),
          why: "in Rekor v2 the index is the leaf's position in the tree",
        },
      );
    }
  }
}

/**
 * 4.2.2: the checkpoint is a well-formed signed note (C2SP) of this very log. It has the log's origin, exactly one
 * signature line with the log's name and key ID, and the size and root that the inclusion proof leads to.
 */
export function checkCheckpoint(proof: Proof): void {
  for (const entry of proof.entries) {
    const inclusion = entry.entry.inclusionProof;
    const [log] = entry.logs;
    if (inclusion?.checkpoint === undefined) continue;
    const checkpoint = readCheckpoint(inclusion.checkpoint);
    if (log === undefined || !isOriginOf(checkpoint.origin, log, entry)) {
      throw wrongCheckpoint(`the origin ${log?.origin ?? 'of a trusted log'}`, excerpt(checkpoint.origin));
    }
    const byLog = checkpoint.signatures.filter(({ keyHint }) => equalBytes(keyHint, log.id.subarray(0, 4)));
    const [line] = byLog;
    if (line?.name !== log.origin || byLog.length > 1) {
      const names = (byLog.length > 0 ? byLog : checkpoint.signatures).map(({ name }) => name).join(', ');
      throw wrongCheckpoint(`one signature line by ${log.origin} with the ID of its key`, excerpt(names));
    }
    if (checkpoint.treeSize !== inclusion.treeSize || !equalBytes(checkpoint.rootHash, inclusion.rootHash)) {
      throw wrongCheckpoint(
        `tree size ${inclusion.treeSize} and root ${encodeHex(inclusion.rootHash)}`,
        `tree size ${checkpoint.treeSize} and root ${encodeHex(checkpoint.rootHash)}`,
      );
    }
  }
}

/** 4.2.2, 4.4: each entry is in its log and belongs to this signature. */
export function checkInclusion(proof: Proof): void {
  for (const entry of proof.entries) verifyLogEntry(proof, entry);
}

/**
 * 4.4, 2: "The key or certificate from the parsed body is the same as in the input certificate." sigstore-js does not
 * check this, so without it anyone's entry for the same artifact and signature would pass.
 */
export function checkEntrySigner({ entries, signer }: Proof): void {
  const ours = signer.kind === 'certificate' ? signer.certificate.der : signer.key.spki;
  for (const { body } of entries) {
    const sameKind = (body.verifier.kind === 'certificate') === (signer.kind === 'certificate');
    if (!sameKind || !equalBytes(body.verifier.der, ours)) {
      throw mismatch(
        `the ${signer.kind === 'certificate' ? 'certificate' : 'key'} of this signature`,
        `another ${body.verifier.kind}`,
      );
    }
  }
}

/** 4.4, 3: the entry's hash uses the same algorithm as the signature; for an envelope's payload it is SHA-256. */
export function checkEntryHash({ entries, evidence, digest }: Proof): void {
  for (const { entry, body } of entries) {
    const envelope = evidence.content.kind === 'dsse';
    const wrongKind = body.hashOf === 'payload' && !envelope;
    const algorithm =
      body.hashOf === 'payload' ? 'sha256' : envelope ? body.hash.algorithm : digest.algorithm;
    if (wrongKind || body.hash.algorithm !== algorithm) {
      throw mismatch(
        `an entry for ${envelope ? 'an envelope' : 'an artifact'} with ${algorithm}`,
        `${entry.kind} with ${body.hash.algorithm}`,
      );
    }
  }
}

/** The logs in the trusted root that may vouch for an entry: those with its log ID, while they are trusted. */
export function logsFor(proof: Proof, entry: ProofEntry): readonly Log[] {
  const times = timesOf(proof, entry);
  return entry.logs.filter(({ validFor }) => times.every((time) => covers(validFor, time)));
}

/** When an entry was made, according to the evidence: its integrated time, else every RFC 3161 time, else now. */
function timesOf({ timestamps, now }: Proof, { entry }: ProofEntry): readonly Date[] {
  if (entry.integratedTime !== undefined) return [new Date(Number(entry.integratedTime) * 1000)];
  return timestamps.length > 0 ? timestamps.map(({ time }) => time) : [now];
}

/**
 * Rekor v1 appends its tree ID ("rekor.sigstore.dev - 2605736670972794746"). In Rekor v2 the origin is the log's
 * name.
 */
function isOriginOf(origin: string, log: Log, { body }: ProofEntry): boolean {
  if (origin === log.origin) return true;
  return (
    body.rekor === 1 &&
    origin.startsWith(`${log.origin} - `) &&
    /^[0-9]{1,20}$/.test(origin.slice(log.origin.length + 3))
  );
}

function wrongCheckpoint(wanted: string, found: string): UntrustedError {
  return new UntrustedError('log-entry-invalid', 'the checkpoint does not belong to the entry and its log', {
    check: 'checkpoint',
    wanted,
    found,
    why: 'an inclusion proof only proves that the entry is in the tree of its checkpoint',
  });
}

function mismatch(wanted: string, found: string): UntrustedError {
  return new UntrustedError('log-entry-mismatch', 'the log entry belongs to another signature', {
    check: 'entry',
    wanted,
    found,
    why: 'a log entry only proves what it was made for',
  });
}
