/** Checks inside sigstore-js, each of which can be taken out: its CommonJS exports are looked up at every call. */
import { createRequire } from 'node:module';

export interface Mutation {
  readonly name: string;
  /** Takes the check out; returns what puts it back. */
  readonly apply: () => () => void;
}

type Callable = (...parameters: unknown[]) => unknown;

const load = createRequire(import.meta.url);

function isHolder(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** The value at the end of a path of properties in a CommonJS module. */
function holderOf(module: string, path: readonly string[]): Record<string, unknown> {
  let holder: unknown = load(module);
  for (const name of path) holder = isHolder(holder) ? holder[name] : undefined;
  if (!isHolder(holder)) throw new Error(`${module} has no ${path.join('.')}`);
  return holder;
}

/** Replaces a function of a module, such as `X509Certificate.prototype.verify`. */
function replace(
  name: string,
  module: string,
  target: string,
  replacement: (original: Callable) => Callable,
): Mutation {
  return {
    name: `sigstore-js: ${name}`,
    apply: () => {
      const path = target.split('.');
      const property = path.pop() ?? '';
      const holder = holderOf(module, path);
      const original = holder[property];
      if (typeof original !== 'function') throw new Error(`${module} has no function ${target}`);
      const call: Callable = function (this: unknown, ...parameters) {
        return Reflect.apply(original, this, parameters);
      };
      const wrapped = replacement(call);
      holder[property] = function (this: unknown, ...parameters: unknown[]) {
        return Reflect.apply(wrapped, this, parameters);
      };
      return () => {
        holder[property] = original;
      };
    },
  };
}

const nothing = (): Callable => () => undefined;
const yes = (): Callable => () => true;
const VERIFY = '@sigstore/verify/dist';
const CORE = '@sigstore/core/dist';

export const SIGSTORE_JS_MUTATIONS: readonly Mutation[] = [
  replace('signed entry timestamp', `${VERIFY}/tlog/set.js`, 'verifyTLogSET', nothing),
  replace('inclusion proof', `${VERIFY}/tlog/merkle.js`, 'verifyMerkleInclusion', nothing),
  replace('checkpoint signature', `${VERIFY}/tlog/checkpoint.js`, 'verifyCheckpoint', () => (entry) => {
    const { inclusionProof } = Object(entry);
    const { LogCheckpoint } = Object(load(`${VERIFY}/tlog/checkpoint.js`));
    return LogCheckpoint.fromString(inclusionProof.checkpoint.envelope.split('\n\n', 1)[0]);
  }),
  replace('entry is about this signature', `${VERIFY}/tlog/index.js`, 'verifyTLogBody', nothing),
  replace('signature', `${VERIFY}/verifier.js`, 'Verifier.prototype.verifySignature', nothing),
  replace('timestamp token', `${VERIFY}/timestamp/tsa.js`, 'verifyRFC3161Timestamp', nothing),
  replace('timestamp imprint', `${CORE}/rfc3161/tstinfo.js`, 'TSTInfo.prototype.verify', nothing),
  replace(
    'timestamp message digest',
    `${CORE}/rfc3161/timestamp.js`,
    'RFC3161Timestamp.prototype.verifyMessageDigest',
    nothing,
  ),
  replace(
    'timestamp signature',
    `${CORE}/rfc3161/timestamp.js`,
    'RFC3161Timestamp.prototype.verifySignature',
    nothing,
  ),
  replace('duplicate timestamps and SCTs', 'node:util', 'isDeepStrictEqual', () => () => false),
  replace('certificate signature', `${CORE}/x509/cert.js`, 'X509Certificate.prototype.verify', yes),
  replace('certificate validity', `${CORE}/x509/cert.js`, 'X509Certificate.prototype.validForDate', yes),
  replace(
    'path length',
    `${VERIFY}/key/certificate.js`,
    'CertificateChainVerifier.prototype.checkPath',
    nothing,
  ),
  replace(
    'validity of authorities',
    `${VERIFY}/trust/filter.js`,
    'filterCertAuthorities',
    () => (authorities) => authorities,
  ),
  replace(
    'validity of CT logs',
    `${VERIFY}/trust/filter.js`,
    'filterTLogAuthorities',
    (original) => (logs, criteria) => {
      const everAfter = { start: new Date(0), end: new Date(8.64e15) };
      return original(
        [...Object(logs)].map((log) => Object.assign(Object.create(null), log, { validFor: everAfter })),
        criteria,
      );
    },
  ),
  replace('SCT signature', `${CORE}/x509/sct.js`, 'SignedCertificateTimestamp.prototype.verify', yes),
];
