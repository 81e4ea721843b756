/** What the demo tries against k8s-verify, and how each attempt has to end. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileBody } from '#support/http/large-bodies';
import type { RunningSigstore } from '#support/local-sigstore';
import type { ReleaseServer } from '#support/release-server';
import type { ExitCode } from '../../src/exit-codes.ts';
import type { SignOptions } from '#support/sigstore/signing';
import { type RealKubectl, REAL_KUBECTL_VERSION } from '../real-kubectl.ts';

export interface Target {
  readonly kubectl: RealKubectl;
  /** Under which it is published; default: its own. */
  readonly version?: string;
  /** `os/arch`: this machine's. */
  readonly platform: string;
  readonly sigstore: RunningSigstore;
  /** A fresh server and a fresh log, with nothing published yet. */
  readonly releases: ReleaseServer;
}

export interface Attack {
  readonly name: string;
  readonly story: string;
  readonly exitCode: ExitCode;
  /** What the refusal has to say. */
  readonly says: RegExp;
  readonly arrange: (target: Target) => Promise<void>;
  /** What is asked for instead of kubectl's own version and this machine's platform. */
  readonly asked?: { readonly version?: string; readonly platform?: string };
  /** More arguments for k8s-verify. */
  readonly args?: readonly string[];
}

/** No machine of the demo's. */
const OTHER_PLATFORM = 'linux/s390x';
/** A release that the published kubectl is not. */
const NEWER_VERSION = 'v1.36.0';
/** Another that it is not. */
const OTHER_VERSION = 'v1.24.9';
const SIGNER = 'krel-staging@k8s-releng-prod.iam.gserviceaccount.com';

export const ATTACKS: readonly Attack[] = [
  {
    name: 'a flipped byte',
    story: 'One byte of the binary is changed on its way; its side files are the true ones.',
    exitCode: 12,
    says: /is not the file that Kubernetes signed/,
    arrange: async (target) => {
      const { path } = await publish(target);
      target.releases.publishFile(path, await flipped(target.kubectl));
    },
  },
  {
    name: 'a flipped byte, and a checksum to match',
    story: 'The server changes the binary and its .sha256. Only the signature can tell.',
    exitCode: 13,
    says: /signature/,
    arrange: async (target) => {
      const { path } = await publish(target);
      const bytes = await flipped(target.kubectl);
      target.releases.publishFile(path, bytes);
      target.releases.publishFile(`${path}.sha256`, createHash('sha256').update(bytes).digest('hex'));
    },
  },
  {
    name: "another artifact's signature",
    story:
      'This binary is not signed. Its .sig and .cert are genuine, by the right signer, and in the log: those of kubelet.',
    exitCode: 13,
    says: /signature/,
    arrange: async (target) => {
      const kubelet = target.sigstore.signBlob({
        bytes: Buffer.from('another artifact of the same release'),
      });
      const sideFiles = { '.sig': kubelet.signatureFile, '.cert': kubelet.certificateFile };
      await publish(target, sideFiles, { log: 'none' });
      // No attacker can sign a release manifest that lists this binary.
      target.releases.withoutManifest();
    },
  },
  ...[`${SIGNER}.evil.example`, `not-${SIGNER}`].map((identity): Attack => ({
    name: `signed by ${identity}`,
    story: 'A valid signature with a valid certificate and log entry, by a signer whose name looks alike.',
    exitCode: 15,
    says: /was signed by another signer/,
    arrange: async (target: Target) => {
      await publish(target, {}, { identity });
    },
  })),
  {
    name: 'an older genuine release under a new name',
    story: `The mirror gives the genuine files of ${REAL_KUBECTL_VERSION}, its release manifest too, as those of ${NEWER_VERSION}.`,
    exitCode: 19,
    says: new RegExp(
      `${REAL_KUBECTL_VERSION}.*${NEWER_VERSION}|${NEWER_VERSION}.*${REAL_KUBECTL_VERSION}`,
      's',
    ),
    asked: { version: NEWER_VERSION },
    arrange: async (target) => {
      const { sigstore, platform, releases } = target;
      const { sha256 } = await publish({ ...target, version: NEWER_VERSION });
      const files = [{ path: `bin/${platform}/kubectl`, sha256 }];
      await releases.publishManifest(NEWER_VERSION, { sigstore, files, namespace: REAL_KUBECTL_VERSION });
    },
  },
  {
    name: 'another platform',
    story: `The mirror gives the genuine kubectl of this machine where that of ${OTHER_PLATFORM} is asked for.`,
    exitCode: 19,
    says: /was given under the name of kubectl/,
    asked: { platform: OTHER_PLATFORM },
    arrange: async (target) => {
      const { sigstore, releases } = target;
      await publish({ ...target, platform: OTHER_PLATFORM });
      // The true manifest of the release: no mirror can sign another one.
      const bytes = createHash('sha256').update(`kubectl for ${OTHER_PLATFORM}`).digest('hex');
      const files = [{ path: `bin/${OTHER_PLATFORM}/kubectl`, sha256: bytes }];
      await releases.publishManifest(REAL_KUBECTL_VERSION, { sigstore, files });
    },
  },
  {
    name: 'an entry that is not in the log',
    story: 'The right signer, but the signature was never made public in the transparency log.',
    exitCode: 16,
    says: /log/,
    arrange: async (target) => {
      await publish(target, {}, { log: 'none' });
    },
  },
  {
    name: 'the release manifest of another release',
    story: `Everything is genuine, by the right signer, and in the log; the release manifest is that of ${OTHER_VERSION}.`,
    exitCode: 19,
    says: /does not fit kubectl|was given under the name of kubectl/,
    arrange: async (target) => {
      await publish(target);
      await target.releases.publishManifest(REAL_KUBECTL_VERSION, {
        sigstore: target.sigstore,
        namespace: OTHER_VERSION,
      });
    },
  },
  {
    name: 'a file that the release does not list',
    story: 'The file is genuine, and the signed release manifest lists another one under this name.',
    exitCode: 19,
    says: /was given under the name of kubectl/,
    arrange: async (target) => {
      const { path } = await publish(target);
      const sha256 = createHash('sha256').update('kubectl for this platform').digest('hex');
      const files = [{ path: path.slice(path.indexOf('bin/')), sha256 }];
      await target.releases.publishManifest(REAL_KUBECTL_VERSION, { sigstore: target.sigstore, files });
    },
  },
  {
    name: 'the log cannot be reached',
    story:
      'Everything is genuine, but without the log that cannot be shown: it is neither a proof nor a verdict.',
    exitCode: 4,
    says: /log/,
    arrange: async (target) => {
      await publish(target);
    },
    // The discard port of this machine, where no server listens.
    args: ['--rekor-url', 'http://127.0.0.1:9', '--retries', '1', '--retry-delay', '50ms'],
  },
];

/** Publishes kubectl as dl.k8s.io does. */
export async function publish(
  { kubectl, version = REAL_KUBECTL_VERSION, platform, sigstore, releases }: Target,
  sideFiles: Readonly<Record<string, string>> = {},
  sign: Pick<SignOptions, 'identity' | 'log'> = {},
): Promise<{ readonly path: string; readonly sha256: string; readonly size: number }> {
  return releases.publishRelease({
    version,
    platform,
    component: 'kubectl',
    bytes: fileBody(kubectl.path),
    sigstore,
    sign,
    sideFiles,
  });
}

/** The binary with one bit changed, in the middle. */
async function flipped({ path }: RealKubectl): Promise<Uint8Array> {
  const bytes = await readFile(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x01;
  return bytes;
}
