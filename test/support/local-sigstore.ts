/**
 * A Sigstore of one's own: certificate authority, CT log, Rekor logs v1 and v2, timestamp authority, the trusted root
 * that names them, and signings by them. {@link createLocalSigstore} needs no network; {@link startLocalSigstore} also
 * serves the log on loopback.
 */
import {
  type CertificateAuthority,
  type CertificateAuthorityOptions,
  createCertificateAuthority,
} from './sigstore/certificate-authority.ts';
import { createCtLog, type CtLog } from './sigstore/ct-log.ts';
import { freshKey, type MakeKey } from './sigstore/keys.ts';
import { RekorLog, type RekorLogOptions } from './sigstore/rekor-log.ts';
import { RekorV2Log, type RekorV2LogOptions } from './sigstore/rekor-v2-log.ts';
import { type RekorServer, startRekorServer } from './sigstore/rekor-server.ts';
import {
  type BlobOptions,
  type DsseOptions,
  signBlob,
  type SignedBlob,
  type SignedDsse,
  signDsse,
} from './sigstore/signing.ts';
import {
  createTimestampAuthority,
  type TimestampAuthority,
  type TimestampAuthorityOptions,
} from './sigstore/timestamp-authority.ts';
import {
  authorityJson,
  logJson,
  TRUSTED_ROOT_MEDIA_TYPE,
  type TrustedRootJson,
} from './sigstore/trusted-root.ts';

export interface LocalSigstoreOptions {
  /** Where the keys of all come from. Default: new ones. */
  readonly makeKey?: MakeKey;
  readonly certificateAuthority?: CertificateAuthorityOptions;
  readonly rekor?: RekorLogOptions;
  readonly rekorV2?: RekorV2LogOptions;
  readonly timestampAuthority?: TimestampAuthorityOptions;
}

export type AlterTrustedRoot = (root: TrustedRootJson) => TrustedRootJson | void;

export interface LocalSigstore {
  readonly ctLog: CtLog;
  readonly certificateAuthority: CertificateAuthority;
  readonly rekor: RekorLog;
  readonly rekorV2: RekorV2Log;
  readonly timestampAuthority: TimestampAuthority;
  /** Signs an artifact as `cosign sign-blob` does, by default as the Kubernetes release signer, now, and logs it. */
  signBlob(options: BlobOptions): SignedBlob;
  /** Signs a DSSE envelope as `cosign attest-blob` does. */
  signDsse(options: DsseOptions): SignedDsse;
  /** The trusted root's JSON, after `alter` changed it in place or returned another. */
  trustedRoot(alter?: AlterTrustedRoot): string;
  trustedRootJson(): TrustedRootJson;
}

export interface RunningSigstore extends LocalSigstore {
  readonly rekorServer: RekorServer;
  /** For `--rekor-url`. */
  readonly rekorUrl: string;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function createLocalSigstore(options: LocalSigstoreOptions = {}): LocalSigstore {
  const { makeKey = freshKey } = options;
  const ctLog = createCtLog({ makeKey });
  const certificateAuthority = createCertificateAuthority(ctLog, {
    makeKey,
    ...options.certificateAuthority,
  });
  const rekor = new RekorLog({ makeKey, ...options.rekor });
  const rekorV2 = new RekorV2Log({ makeKey, ...options.rekorV2 });
  const timestampAuthority = createTimestampAuthority({ makeKey, ...options.timestampAuthority });
  const authorities = { certificateAuthority, rekor, rekorV2, timestampAuthority };
  const trustedRootJson = (): TrustedRootJson => ({
    mediaType: TRUSTED_ROOT_MEDIA_TYPE,
    tlogs: [
      logJson({
        baseUrl: `https://${rekor.host}`,
        key: rekor.key,
        logId: Buffer.from(rekor.logId, 'hex'),
      }),
      logJson({ baseUrl: `https://${rekorV2.host}`, key: rekorV2.key, logId: rekorV2.logId }),
    ],
    certificateAuthorities: [authorityJson(certificateAuthority, 'sigstore')],
    ctlogs: [logJson(ctLog)],
    timestampAuthorities: [authorityJson(timestampAuthority, 'sigstore-tsa-selfsigned')],
  });
  return {
    ctLog,
    certificateAuthority,
    rekor,
    rekorV2,
    timestampAuthority,
    signBlob: (signOptions) => signBlob(authorities, signOptions),
    signDsse: (signOptions) => signDsse(authorities, signOptions),
    trustedRootJson,
    trustedRoot(alter) {
      const root = trustedRootJson();
      return JSON.stringify(alter?.(root) ?? root, undefined, 2);
    },
  };
}

export async function startLocalSigstore(options: LocalSigstoreOptions = {}): Promise<RunningSigstore> {
  return serveSigstore(createLocalSigstore(options));
}

/** One Sigstore may be served several times: over links of several speeds, for one. */
export async function serveSigstore(sigstore: LocalSigstore): Promise<RunningSigstore> {
  const rekorServer = await startRekorServer(sigstore.rekor);
  const close = (): Promise<void> => rekorServer.close();
  return {
    ...sigstore,
    rekorServer,
    rekorUrl: rekorServer.url,
    close,
    [Symbol.asyncDispose]: close,
  };
}
