import { createHash } from 'node:crypto';
import type {
  CertificateAuthority,
  TimeRange,
  TransparencyLogInstance,
  TrustedRoot,
} from '@sigstore/protobuf-specs';
import { encodeHex } from '../strict/hex.ts';

/** What happened to one authority or log between two trusted roots. */
export type Change =
  | { readonly kind: 'appears'; readonly what: string; readonly since: string }
  | { readonly kind: 'ends'; readonly what: string; readonly end: string }
  /** Anything else about it; the key is the same. */
  | { readonly kind: 'changes'; readonly what: string; readonly facts: readonly string[] }
  | { readonly kind: 'gone'; readonly what: string }
  /** The same log ID, or the same place and nothing of the old one left, with another key: an alarm. */
  | { readonly kind: 'key-replaced'; readonly what: string };

/** One log or authority, the same for both kinds. */
interface Entry {
  readonly what: string;
  /** The public key, or the chain of certificates. */
  readonly key: string;
  /** The log ID, where there is one. */
  readonly id: string | undefined;
  /** The URL. */
  readonly place: string;
  readonly validFor: TimeRange | undefined;
  /** The rest, for comparison. */
  readonly facts: Readonly<Record<string, string>>;
}

/** How `after` differs from `before`; empty if they trust the same. The order does not matter. */
export function differenceOf(before: TrustedRoot, after: TrustedRoot): readonly Change[] {
  return [
    ...changes(before.tlogs.map(logEntry('log')), after.tlogs.map(logEntry('log'))),
    ...changes(before.ctlogs.map(logEntry('CT log')), after.ctlogs.map(logEntry('CT log'))),
    ...changes(
      before.certificateAuthorities.map(authorityEntry('certificate authority')),
      after.certificateAuthorities.map(authorityEntry('certificate authority')),
    ),
    ...changes(
      before.timestampAuthorities.map(authorityEntry('timestamp authority')),
      after.timestampAuthorities.map(authorityEntry('timestamp authority')),
    ),
  ];
}

/** One line for people; it quotes what the trusted roots say. */
export function describeChange(change: Change): string {
  switch (change.kind) {
    case 'appears':
      return `appears: ${change.what}, trusted since ${change.since}`;
    case 'ends':
      return `ends: ${change.what}, ${change.end}`;
    case 'changes':
      return `changes: ${change.what}: ${change.facts.join(', ')}`;
    case 'gone':
      return `gone: ${change.what}; what it signed no longer verifies`;
    case 'key-replaced':
      return `ALARM, key changed in place: ${change.what}`;
  }
}

function changes(before: readonly Entry[], after: readonly Entry[]): readonly Change[] {
  const added = [...after];
  const found: Change[] = [];
  const lost: Entry[] = [];
  for (const old of before) {
    const same = takeCounterpart(added, old);
    if (same === undefined) lost.push(old);
    else found.push(...changesOf(old, same));
  }
  const kept = before.filter((old) => !lost.includes(old));
  for (const old of lost) {
    const isReplaced = added.some((next) => hasIdOf(next, old) || next.place === old.place);
    found.push({ kind: isReplaced ? 'key-replaced' : 'gone', what: old.what });
  }
  for (const next of added) {
    const { what, validFor } = next;
    if (kept.some((old) => hasIdOf(next, old))) found.push({ kind: 'key-replaced', what });
    else found.push({ kind: 'appears', what, since: iso(validFor?.start) });
  }
  return found;
}

function hasIdOf(one: Entry, other: Entry): boolean {
  return one.id !== undefined && one.id === other.id;
}

/** Removes the entry with the same key; of several, the one with the same start. */
function takeCounterpart(entries: Entry[], old: Entry): Entry | undefined {
  const alike = entries.filter(({ key }) => key === old.key);
  const same = alike.find(({ validFor }) => iso(validFor?.start) === iso(old.validFor?.start)) ?? alike[0];
  if (same !== undefined) entries.splice(entries.indexOf(same), 1);
  return same;
}

function changesOf(old: Entry, next: Entry): readonly Change[] {
  const facts = Object.keys(old.facts)
    .filter((name) => old.facts[name] !== next.facts[name])
    .map((name) => `${name} ${old.facts[name]} -> ${next.facts[name]}`);
  const [before, after] = [old.validFor?.end, next.validFor?.end];
  const ends = before === undefined && after !== undefined;
  if (!ends && iso(before) !== iso(after)) facts.push(`end ${iso(before)} -> ${iso(after)}`);
  return [
    ...(ends ? [{ kind: 'ends', what: old.what, end: iso(after) } as const] : []),
    ...(facts.length === 0 ? [] : [{ kind: 'changes', what: old.what, facts } as const]),
  ];
}

function logEntry(kind: string): (log: TransparencyLogInstance) => Entry {
  return (log) => {
    const id = hex(log.logId?.keyId);
    const checkpointId = hex(log.checkpointKeyId?.keyId);
    const { rawBytes, keyDetails, validFor } = log.publicKey ?? {};
    return {
      what: `${kind} ${log.baseUrl} (log ID ${id.slice(0, 16)})`,
      key: hex(rawBytes),
      id: log.logId === undefined ? undefined : id,
      place: log.baseUrl,
      validFor,
      facts: {
        URL: log.baseUrl,
        'log ID': id,
        'checkpoint key ID': checkpointId,
        'hash algorithm': String(log.hashAlgorithm),
        'key details': String(keyDetails),
        operator: log.operator,
        start: iso(validFor?.start),
      },
    };
  };
}

function authorityEntry(kind: string): (authority: CertificateAuthority) => Entry {
  return ({ uri, subject, certChain, validFor, operator }) => {
    const chain = (certChain?.certificates ?? []).map(({ rawBytes }) => hex(rawBytes));
    return {
      what: `${kind} ${uri} (${subject?.commonName ?? 'no name'}, ${subject?.organization ?? 'no organization'})`,
      // In any order: Sigstore has put a chain into its right order, which changed no key.
      key: chain.toSorted().join(' '),
      id: undefined,
      place: uri,
      validFor,
      facts: {
        URI: uri,
        'common name': String(subject?.commonName),
        organization: String(subject?.organization),
        operator,
        start: iso(validFor?.start),
        'order of the chain': orderOf(chain),
      },
    };
  };
}

/** The certificates by the beginnings of their SHA-256, in their order. */
function orderOf(chain: readonly string[]): string {
  return chain.map((der) => createHash('sha256').update(der, 'hex').digest('hex').slice(0, 8)).join(', ');
}

function hex(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? 'none' : encodeHex(bytes);
}

function iso(date: Date | undefined): string {
  return date === undefined ? 'open' : date.toISOString();
}
