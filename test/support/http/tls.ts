/** HTTPS on loopback: a certificate authority for servers, and servers that refuse to speak TLS. */
import { createServer, type Socket } from 'node:net';
import {
  EKU,
  extension,
  name,
  randomSerialNumber,
  type San,
  signCertificate,
} from '../sigstore/certificate.ts';
import { generateKey, toPem } from '../sigstore/keys.ts';
import { listen, listeningPort } from './listen.ts';

export interface TlsAuthority {
  /** PEM of the root, for `--ca-file` or NODE_EXTRA_CA_CERTS. */
  readonly caPem: string;
  /** Key and certificate for `LoopbackServer`'s `tls` option: for 127.0.0.1, ::1 and localhost unless said otherwise. */
  issue(options?: ServerCertificateOptions): { readonly key: string; readonly cert: string };
}

export interface ServerCertificateOptions {
  readonly names?: readonly San[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const LOOPBACK_NAMES: readonly San[] = [
  { kind: 'ip', value: Uint8Array.of(127, 0, 0, 1) },
  { kind: 'ip', value: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
  { kind: 'dns', value: 'localhost' },
];

const DAY_MS = 86_400_000;

export function createTlsAuthority(commonName: string = 'Local test CA'): TlsAuthority {
  const rootKey = generateKey('p256');
  const rootName = name('k8s-verify tests', commonName);
  const from = new Date(Date.now() - DAY_MS);
  const to = new Date(Date.now() + 30 * DAY_MS);
  const shared = { version: 2, issuer: rootName };
  const root = signCertificate(
    {
      ...shared,
      serialNumber: randomSerialNumber(),
      notBefore: from,
      notAfter: to,
      subject: rootName,
      spki: rootKey.spki,
      extensions: [
        extension.keyUsage(5, 6),
        extension.basicConstraints(true),
        extension.subjectKeyIdentifier(rootKey.spki),
      ],
    },
    rootKey,
  );
  return {
    caPem: toPem('CERTIFICATE', root),
    issue({ names = LOOPBACK_NAMES, notBefore = from, notAfter = to } = {}) {
      const key = generateKey('p256');
      const template = {
        ...shared,
        serialNumber: randomSerialNumber(),
        notBefore,
        notAfter,
        subject: name('k8s-verify tests', 'loopback'),
        spki: key.spki,
        extensions: [
          extension.keyUsage(0),
          extension.extendedKeyUsage([EKU.serverAuth]),
          extension.basicConstraints(false),
          extension.authorityKeyIdentifier(rootKey.spki),
          extension.subjectAlternativeName(names, false),
        ],
      };
      return {
        key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: toPem('CERTIFICATE', signCertificate(template, rootKey)),
      };
    },
  };
}

export interface RefusingServer {
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Takes connections and answers a TLS handshake with bytes that are none, or by hanging up. */
export async function startRefusingServer(how: 'no-tls' | 'hang-up' = 'no-tls'): Promise<RefusingServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => {
      if (how === 'hang-up') socket.destroy();
      else socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    });
  });
  await listen(server);
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { url: `https://127.0.0.1:${listeningPort(server)}`, close, [Symbol.asyncDispose]: close };
}
