/**
 * A certificate authority of Fulcio's shape: a P-384 root, a P-384 intermediate for code signing, and leaves that live
 * ten minutes. What each year's leaves of Kubernetes look like is written down in {@link LeafShape}.
 */
import {
  type AlterCertificate,
  type CertificateTemplate,
  EKU,
  extension,
  name,
  OID,
  randomSerialNumber,
  type San,
  signCertificate,
  toBeSigned,
  withAddedExtension,
} from './certificate.ts';
import { type CtLog, sctList, type SctOptions, signTimestamp } from './ct-log.ts';
import { octetString } from './der.ts';
import { freshKey, generateKey, type KeyKind, type KeyPair, toPem, type MakeKey } from './keys.ts';

export const KUBERNETES_IDENTITY = 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com';
export const KUBERNETES_ISSUER = 'https://accounts.google.com';

const LEAF_LIFETIME_MS = 10 * 60_000;

/**
 * - `2022`: the OIDC issuer in .1.1 alone.
 * - `2023`: in .1.1 and .1.8.
 * - `2026`: these two and the token's subject in .1.24; no SubjectKeyIdentifier.
 */
export type LeafShape = '2022' | '2023' | '2026';

export interface Authority {
  readonly der: Uint8Array;
  readonly key: KeyPair;
  readonly subject: Uint8Array;
}

export interface CertificateAuthorityOptions {
  readonly uri?: string;
  readonly organization?: string;
  readonly key?: KeyKind;
  readonly makeKey?: MakeKey;
  /** Certificates between root and leaf; 0 lets the root sign leaves. Default 1. */
  readonly intermediates?: number;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly alterRoot?: AlterCertificate;
  /** `index` counts from the root. */
  readonly alterIntermediate?: (template: CertificateTemplate, index: number) => CertificateTemplate;
}

export interface LeafOptions {
  /** A string is an e-mail address, or a URI where it has a scheme. Default: the Kubernetes release signer. */
  readonly identity?: string | San | readonly San[];
  readonly issuer?: string;
  readonly shape?: LeafShape;
  /** Default: a fresh P-256 key. */
  readonly key?: KeyKind | KeyPair;
  /** When it is issued: the start of its ten minutes. Default: now. */
  readonly at?: Date;
  /** Default: one by the authority's own log. An empty list leaves the extension out. */
  readonly scts?: readonly SctOptions[];
  /** A change made before the certificate is logged: the SCTs fit the changed certificate. */
  readonly alter?: AlterCertificate;
  /** A change made after it was logged: the SCTs do not fit, the signature does. */
  readonly alterAfterLogging?: AlterCertificate;
  /** A change to the finished DER: nothing fits. */
  readonly alterDer?: (der: Uint8Array) => Uint8Array;
}

export interface Leaf {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly key: KeyPair;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface CertificateAuthority {
  readonly uri: string;
  readonly organization: string;
  readonly root: Authority;
  /** From the root down; the last one signs leaves. */
  readonly intermediates: readonly Authority[];
  /** DER, the leaves' issuer first, the root last: as a trusted root lists them. */
  readonly chain: readonly Uint8Array[];
  issueLeaf(options?: LeafOptions): Leaf;
}

export function createCertificateAuthority(
  ctLog: CtLog,
  options: CertificateAuthorityOptions = {},
): CertificateAuthority {
  const organization = options.organization ?? 'sigstore.test';
  const validity = {
    notBefore: options.notBefore ?? new Date('2021-10-07T13:56:59Z'),
    notAfter: options.notAfter ?? new Date('2041-10-05T13:56:58Z'),
  };
  const { key = 'p384', makeKey = freshKey } = options;
  const root = createRoot(
    name(organization, 'sigstore'),
    makeKey('fulcio-root', key),
    validity,
    options.alterRoot,
  );
  const intermediates: Authority[] = [];
  const count = options.intermediates ?? 1;
  for (let index = 0; index < count; index += 1) {
    const suffix = index === 0 ? '' : `-${index + 1}`;
    intermediates.push(
      createIntermediate(intermediates.at(-1) ?? root, {
        subject: name(organization, `sigstore-intermediate${suffix}`),
        key: makeKey(`fulcio-intermediate${suffix}`, key),
        pathLength: count - 1 - index,
        ...validity,
        alter: (template) => options.alterIntermediate?.(template, index) ?? template,
      }),
    );
  }
  const issuer = intermediates.at(-1) ?? root;
  return {
    uri: options.uri ?? 'https://fulcio.sigstore.test',
    organization,
    root,
    intermediates,
    chain: [...intermediates.map(({ der }) => der).toReversed(), root.der],
    issueLeaf: (leafOptions = {}) => issueLeaf(issuer, ctLog, leafOptions),
  };
}

interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

function createRoot(
  subject: Uint8Array,
  key: KeyPair,
  validity: Validity,
  alter: AlterCertificate = (template) => template,
): Authority {
  const template = alter({
    version: 2,
    serialNumber: randomSerialNumber(),
    issuer: subject,
    ...validity,
    subject,
    spki: key.spki,
    extensions: [
      extension.keyUsage(5, 6),
      extension.basicConstraints(true),
      extension.subjectKeyIdentifier(key.spki),
      extension.authorityKeyIdentifier(key.spki),
    ],
  });
  return { der: signCertificate(template, key), key, subject: template.subject };
}

function createIntermediate(
  issuer: Authority,
  options: Validity & {
    readonly subject: Uint8Array;
    readonly key: KeyPair;
    readonly pathLength: number;
    readonly alter: AlterCertificate;
  },
): Authority {
  const { subject, key, pathLength, notBefore, notAfter } = options;
  const template = options.alter({
    version: 2,
    serialNumber: randomSerialNumber(),
    issuer: issuer.subject,
    notBefore,
    notAfter,
    subject,
    spki: key.spki,
    extensions: [
      extension.keyUsage(5, 6),
      extension.extendedKeyUsage([EKU.codeSigning]),
      extension.basicConstraints(true, pathLength),
      extension.subjectKeyIdentifier(key.spki),
      extension.authorityKeyIdentifier(issuer.key.spki),
    ],
  });
  return { der: signCertificate(template, issuer.key), key, subject: template.subject };
}

function issueLeaf(issuer: Authority, ctLog: CtLog, options: LeafOptions): Leaf {
  const { alter = unchanged, alterAfterLogging = unchanged, scts = [{}] } = options;
  const at = options.at ?? new Date();
  const key = typeof options.key === 'object' ? options.key : generateKey(options.key);
  const logged = alter(leafTemplate(issuer, key, at, options));
  const timestamps = scts.map((sct) => {
    const precertificate = {
      toBeSigned: toBeSigned(logged, issuer.key),
      issuerSpki: issuer.key.spki,
    };
    const signed = signTimestamp(sct.log ?? ctLog, precertificate, { at, ...sct });
    return sct.alter?.(signed) ?? signed;
  });
  const withScts =
    timestamps.length === 0
      ? logged
      : withAddedExtension(logged, {
          oid: OID.sctList,
          critical: false,
          value: octetString(sctList(timestamps)),
        });
  const template = alterAfterLogging(withScts);
  const sealed = signCertificate(template, issuer.key);
  const der = options.alterDer?.(sealed) ?? sealed;
  return {
    der,
    pem: toPem('CERTIFICATE', der),
    key,
    notBefore: template.notBefore,
    notAfter: template.notAfter,
  };
}

const unchanged: AlterCertificate = (template) => template;

function leafTemplate(issuer: Authority, key: KeyPair, at: Date, options: LeafOptions): CertificateTemplate {
  const { shape = '2023', issuer: oidcIssuer = KUBERNETES_ISSUER } = options;
  const notBefore = new Date(Math.floor(at.getTime() / 1000) * 1000);
  return {
    version: 2,
    serialNumber: randomSerialNumber(),
    issuer: issuer.subject,
    notBefore,
    notAfter: new Date(notBefore.getTime() + LEAF_LIFETIME_MS),
    subject: name(),
    spki: key.spki,
    extensions: [
      extension.keyUsage(0),
      extension.extendedKeyUsage([EKU.codeSigning]),
      ...(shape === '2026' ? [] : [extension.subjectKeyIdentifier(key.spki)]),
      extension.authorityKeyIdentifier(issuer.key.spki),
      extension.subjectAlternativeName(toSans(options.identity ?? KUBERNETES_IDENTITY)),
      extension.rawText(OID.issuerV1, oidcIssuer),
      ...(shape === '2022' ? [] : [extension.utf8Text(OID.issuerV2, oidcIssuer)]),
      ...(shape === '2026' ? [extension.utf8Text(OID.tokenSubject, '106098346701087622505')] : []),
    ],
  };
}

function toSans(identity: string | San | readonly San[]): readonly San[] {
  if (typeof identity === 'string') {
    return [{ kind: identity.includes('://') ? 'uri' : 'email', value: identity }];
  }
  return 'kind' in identity ? [identity] : identity;
}
