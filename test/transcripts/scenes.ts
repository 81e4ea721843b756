/** The answers that are recorded: each command that exists, and many ways to fail. */
import { createHash } from 'node:crypto';
import { fault } from '#support/http/faults';
import { createLocalSigstore } from '#support/local-sigstore';
import { generateKey } from '#support/sigstore/keys';
import { logJson } from '#support/sigstore/trusted-root';
import { publishWholeRelease, type WholeFile } from '#support/whole-release';
import type { SignOptions } from '#support/sigstore/signing';
import { binaryTarball } from '../stories/support/tarballs.ts';
import { file, tarGz } from '../unit/archive/support/tar-writer.ts';
import { type Internet, PLATFORM, program, type Published } from './internet.ts';
import type { Scene } from './screen.ts';

/** Whatever the byte was: one that is set would be right once in 256 times. */
const otherSignature = (signature: Uint8Array): Uint8Array =>
  signature.map((byte, at) => (at === 20 ? byte ^ 1 : byte));

/** The trusted root of the scene's own Sigstore; a reader leaves out this option alone. */
const ROOT = '--trusted-root trusted_root.json';
/** The same by TUF, from its first root on. */
const TUF = '--tuf-url https://tuf.example.com --tuf-root root.json';
const BIN = '--install-dir bin';
const MIRROR = '--mirror https://mirror.example.com';
const KUBECTL = `kubectl v1.30.2 ${BIN} ${ROOT}`;
const ON_LINUX = `--platform ${PLATFORM}`;
const KUBECTL_PATH = `/release/v1.30.2/bin/${PLATFORM}/kubectl`;
const CLIENT_PATH = `/release/v1.30.2/kubernetes-client-${PLATFORM.replace('/', '-')}.tar.gz`;
const OTHER_BYTES = Buffer.from('not what was signed\n');
/** A policy that takes nothing that was signed in this time. */
const STOLEN = JSON.stringify({
  schemaVersion: 1,
  denied: {
    signingTimes: [
      { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', reason: 'the signer was stolen' },
    ],
  },
});
/** The same, with an exception for the kubectl of the scenes. */
const EXCEPTED = JSON.stringify({
  ...JSON.parse(STOLEN),
  exceptions: [
    {
      sha256: createHash('sha256').update(program('kubectl', 'v1.30.2')).digest('hex'),
      lifts: ['deniedSigningTimes'],
      reason: 'INC-4711',
      until: '2099-12-31',
    },
  ],
});
const STRANGER = { identity: 'builder@example.com' };

type Arrange = (internet: Internet) => Promise<unknown>;

function published(how: Published = {}): Arrange {
  return ({ publish }) => publish('kubectl', 'v1.30.2', how);
}

/** The same on mirror.example.com. */
function mirrored(how: Published = {}): Arrange {
  return ({ publish, mirror }) => publish('kubectl', 'v1.30.2', { ...how, on: mirror });
}

/** A file with the evidence that Kubernetes publishes, in the home. */
function downloaded(sign: SignOptions = {}, changed?: Uint8Array): Arrange {
  return async ({ sigstore, write }) => {
    const bytes = program('kubectl', 'v1.30.2');
    const signed = sigstore.signBlob({ ...sign, bytes });
    await write('kubectl', changed ?? bytes, 0o755);
    await write('kubectl.sigstore.json', signed.bundle());
  };
}

async function several({ publish }: Internet): Promise<void> {
  for (const component of ['kubeadm', 'kubelet', 'kubectl']) await publish(component, 'v1.30.2');
}

function client(bytes: Uint8Array): Arrange {
  return async ({ dl, sigstore }) => void (await dl.publishSigned(CLIENT_PATH, { bytes, sigstore }));
}

const KUBECTL_IN_RELEASE = `bin/${PLATFORM}/kubectl`;
const KUBELET_IN_RELEASE = `bin/${PLATFORM}/kubelet`;
const RELEASE = `release v1.36.2 --component kubectl --component kubelet ${ON_LINUX} ${ROOT}`;
/** As kubespray writes it, with another kubelet than was released. */
const OTHERS = `kubelet_checksums:\n  ${PLATFORM.slice('linux/'.length)}:\n    1.36.2: sha256:${'0'.repeat(64)}\n`;

/** Two programs of a release, with everything that it says of itself. */
function wholeRelease(): (internet: Internet) => Promise<ReadonlyMap<string, WholeFile>> {
  return ({ dl, sigstore }) =>
    publishWholeRelease(dl, {
      version: 'v1.36.2',
      paths: [KUBECTL_IN_RELEASE, KUBELET_IN_RELEASE],
      sigstore,
    });
}

export const ANSWERS: readonly Scene[] = [
  {
    name: 'install-one',
    arrange: async ({ publish, dl, write }) => {
      await publish('kubectl', 'v1.36.2');
      dl.publishMarker('stable', 'v1.36.2');
      await write('path/kubectl', '#!/bin/sh\n', 0o755);
    },
    typed: `kubectl ${ROOT}`,
    unprivileged: true,
  },
  {
    name: 'install-three',
    arrange: async ({ publish, write }) => {
      for (const component of ['kubeadm', 'kubelet', 'kubectl']) await publish(component, 'v1.30.2');
      await write('bin/kubelet', program('kubelet', 'v1.29.6'), 0o755);
    },
    before: [KUBECTL],
    typed: `kubeadm kubelet kubectl v1.30.2 ${BIN} ${ROOT}`,
  },
  { name: 'install-verbose', arrange: published(), typed: `${KUBECTL} --verbose` },
  { name: 'install-quiet', arrange: published(), typed: `${KUBECTL} --quiet` },
  { name: 'install-kept', arrange: published(), before: [KUBECTL], typed: KUBECTL },
  {
    name: 'install-tarball',
    arrange: client(binaryTarball('client', 'kubectl', 'kubectl-convert')),
    typed: `kubernetes-client v1.30.2 --extract --output client ${ROOT}`,
  },
  {
    name: 'install-out-of-tarball',
    arrange: client(tarGz(file('kubernetes/client/bin/kubectl', program('kubectl', 'v1.30.2'), 0o755))),
    typed: `${KUBECTL} --from-tarball client`,
  },
  {
    name: 'install-retried',
    arrange: async (internet) => {
      await published()(internet);
      internet.dl.http.fault('/kubectl.sig', fault.status(503), { times: 2 });
    },
    typed: `${KUBECTL} --retry-delay 1ms`,
  },
  {
    name: 'install-next-source',
    arrange: async (internet) => {
      await published()(internet);
      await mirrored({ unsigned: true })(internet);
    },
    typed: `${KUBECTL} ${MIRROR} --mirror https://dl.k8s.io`,
  },
  {
    name: 'install-save-bundle',
    arrange: published(),
    typed: `kubectl v1.30.2 --output kubectl-1.30 --save-bundle --check-sums ${ROOT}`,
  },
  { name: 'verify', arrange: downloaded(), typed: `verify kubectl ${ROOT}` },
  {
    name: 'verify-found',
    arrange: async (internet) => {
      await published()(internet);
      await internet.write('kubelet', program('kubectl', 'v1.30.2'));
    },
    typed: `verify kubelet ${ROOT}`,
  },
  {
    name: 'scan',
    arrange: async (internet) => {
      const kubelet = program('kubelet', 'v1.30.2');
      internet.sigstore.signBlob({ bytes: kubelet });
      await published()(internet);
      await internet.write('tools/kubectl', program('kubectl', 'v1.30.2'));
      await internet.write('tools/kubelet', kubelet);
    },
    typed: `scan tools ${ROOT}`,
  },
  {
    name: 'scan-refused',
    arrange: async (internet) => {
      await published()(internet);
      await internet.write('tools/1/kubectl', program('kubectl', 'v1.30.2'));
      await internet.write('tools/2/kubectl', program('kubectl', 'v1.31.1-gke.200'));
      const changed = Buffer.concat([program('kubectl', 'v1.30.2'), Buffer.from('changed')]);
      await internet.write('tools/3/kubectl', changed);
    },
    typed: `scan tools ${ROOT}`,
  },
  {
    name: 'policy',
    arrange: async (internet) => {
      await published()(internet);
      await internet.write('platform.json', EXCEPTED);
    },
    typed: `${KUBECTL} --policy platform.json`,
  },
  {
    name: 'policy-check',
    arrange: (internet) => internet.write('platform.json', EXCEPTED),
    typed: 'policy check platform.json',
  },
  { name: 'scan-unreadable', typed: `scan nowhere ${ROOT}` },
  { name: 'help-topic', typed: 'help versions' },
  { name: 'help-code', typed: 'help 19' },
  { name: 'verify-verbose', arrange: downloaded(), typed: `verify kubectl --verbose ${ROOT}` },
  {
    name: 'verify-attested',
    arrange: async ({ write, sigstore }) => {
      const bytes = program('kubectl', 'v1.30.2');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const payload = {
        _type: 'https://in-toto.io/Statement/v1',
        predicateType: 'https://slsa.dev/provenance/v1',
        predicate: {},
        subject: [{ name: 'kubectl', digest: { sha256 } }],
      };
      await write('kubectl', bytes);
      await write('kubectl.sigstore.json', sigstore.signDsse({ payload }).bundle('0.3'));
    },
    typed: `verify kubectl --predicate-type https://slsa.dev/provenance/v1 ${ROOT}`,
  },
  {
    name: 'verify-list',
    arrange: async ({ write, sigstore }) => {
      const bytes = binaryTarball('client', 'kubectl');
      await write('client.tar.gz', bytes);
      await write('client.tar.gz.sigstore.json', sigstore.signBlob({ bytes }).bundle());
    },
    typed: `verify client.tar.gz --list ${ROOT}`,
  },
  { name: 'digest', arrange: published(), typed: `digest kubectl v1.30.2 ${ON_LINUX} ${ROOT}` },
  {
    name: 'digest-skipped',
    typed: `digest kubelet v1.30.2 --platform linux/arm ${ROOT}`,
  },
  {
    name: 'list-releases',
    arrange: ({ dl }) => {
      const marks = { stable: 'v1.36.2', 'stable-1.35': 'v1.35.6', 'stable-1.34': 'v1.34.10' };
      for (const [name, version] of Object.entries(marks)) {
        dl.publishFile(`/release/${name}.txt`, version, {
          'content-type': 'text/plain',
          'last-modified': 'Tue, 15 Sep 2026 17:02:31 GMT',
        });
      }
    },
    typed: 'list',
  },
  {
    name: 'list-minor',
    arrange: ({ dl }) => dl.publishMarker('stable-1.30', 'v1.30.14'),
    typed: 'list 1.30',
  },
  {
    name: 'mirror',
    arrange: async ({ publish }) => {
      for (const component of ['kubeadm', 'kubelet', 'kubectl']) await publish(component, 'v1.30.2');
    },
    typed: `mirror kubeadm kubelet kubectl v1.30.2 ${ON_LINUX} --to k8s ${ROOT}`,
  },
  {
    name: 'mirror-kept',
    arrange: async (internet) => {
      await published()(internet);
      await internet.publish('kubelet', 'v1.30.2');
    },
    before: [`mirror kubectl v1.30.2 ${ON_LINUX} --to k8s ${ROOT}`],
    typed: `mirror kubectl kubelet v1.30.2 ${ON_LINUX} --to k8s ${ROOT}`,
  },
  {
    name: 'mirror-check',
    arrange: published(),
    before: [`mirror kubectl v1.30.2 ${ON_LINUX} --to k8s ${ROOT}`],
    typed: `mirror --check k8s ${ROOT}`,
  },
  {
    name: 'install-mirror',
    arrange: published(),
    before: [`mirror kubectl v1.30.2 ${ON_LINUX} --to k8s ${ROOT}`],
    typed: `${KUBECTL} --mirror k8s --offline`,
  },
  {
    name: 'lock',
    arrange: several,
    typed: `lock kubeadm kubelet kubectl v1.30.2 ${ON_LINUX} ${ROOT}`,
  },
  {
    name: 'lock-check',
    arrange: several,
    before: [`lock kubeadm kubelet kubectl v1.30.2 ${ON_LINUX} ${ROOT}`],
    typed: `lock --check ${ROOT}`,
  },
  {
    name: 'install-locked',
    arrange: several,
    before: [`lock kubeadm kubelet kubectl v1.30.2 ${ON_LINUX} ${ROOT}`],
    typed: `install --locked ${BIN} ${ROOT}`,
  },
  { name: 'list', typed: 'list v1.30.2 --platform linux/amd64' },
  { name: 'list-mirror', typed: `list v1.30.2 --platform linux/arm64 ${MIRROR}` },
  { name: 'list-all', typed: 'list v1.30.2 --all' },
  { name: 'list-unsigned', typed: 'list v1.25.4 --platform linux/s390x' },
  {
    name: 'doctor',
    arrange: ({ dl }) => dl.publishMarker('stable', 'v1.36.2'),
    typed: `doctor ${ROOT}`,
    unprivileged: true,
  },
  {
    name: 'doctor-trouble',
    arrange: async ({ dl, log, write }) => {
      dl.http.fault(/./, fault.status(503));
      log.http.fault(/./, fault.status(503));
      await write('trusted_root.json', '{}');
    },
    env: { NODE_OPTIONS: '--max-old-space-size=512', OPENSSL_CONF: '/dev/null' },
    typed: `doctor ${ROOT}`,
    unprivileged: true,
  },
  {
    name: 'doctor-root',
    arrange: async ({ dl, write }) => {
      dl.publishMarker('stable', 'v1.36.2');
      await write('trusted_root.json', '{"mediaType":"text/plain"}');
    },
    typed: `doctor ${ROOT}`,
    unprivileged: true,
  },
  {
    name: 'doctor-without-log',
    arrange: async ({ publish, dl, log, write }) => {
      await publish('kubectl', 'v1.30.2');
      dl.publishMarker('stable', 'v1.36.2');
      log.http.fault('/api/v1/log', fault.status(503));
      await write('path/kubectl', '#!/bin/sh\n', 0o755);
    },
    before: [KUBECTL],
    typed: `doctor ${BIN} ${ROOT}`,
  },
  {
    name: 'doctor-data-directory',
    arrange: ({ dl }) => dl.publishMarker('stable', 'v1.36.2'),
    env: { K8S_VERIFY_DATA_DIR: '/proc/nope' },
    typed: `doctor ${ROOT}`,
    unprivileged: true,
  },
  { name: 'trusted-root-show', typed: `trusted-root show ${ROOT}` },
  {
    name: 'trusted-root-show-tuf',
    before: [`trusted-root update ${TUF}`],
    typed: `trusted-root show ${TUF}`,
  },
  { name: 'trusted-root-took', typed: `trusted-root update ${TUF}` },
  {
    name: 'trusted-root-update',
    before: [`trusted-root update ${TUF}`],
    after: ({ sigstore, tuf }) => {
      const next = sigstore.trustedRoot(({ tlogs }) => {
        const log = {
          baseUrl: 'https://log2027.example.com',
          key: generateKey(),
          logId: Buffer.alloc(32, 7),
        };
        tlogs.push(logJson(log));
      });
      tuf.rotate({ roles: ['root'] });
      tuf.publish({ targets: { 'trusted_root.json': Buffer.from(next) } });
    },
    typed: `trusted-root update ${TUF}`,
  },
  {
    name: 'release-refused',
    arrange: async (internet) => {
      const files = await wholeRelease()(internet);
      const { dl } = internet;
      const other = files.get(KUBELET_IN_RELEASE)?.signed;
      const root = '/release/v1.36.2/';
      dl.publishFile(`${root}${KUBECTL_IN_RELEASE}.sig`, other?.signatureFile ?? '');
      dl.publishFile(`${root}${KUBECTL_IN_RELEASE}.cert`, other?.certificateFile ?? '');
      for (const suffix of ['.sig', '.cert', '.sha256'])
        dl.unpublish(`${root}${KUBELET_IN_RELEASE}${suffix}`);
      dl.publishFile(`${root}SHA512SUMS`, '<html>');
    },
    typed: RELEASE,
  },
  { name: 'release', arrange: wholeRelease(), typed: RELEASE },
  {
    name: 'release-corroborate',
    arrange: async (internet) => {
      await wholeRelease()(internet);
      await internet.write('checksums.yml', OTHERS);
    },
    typed: `${RELEASE} --corroborate checksums.yml --write proved`,
  },
  { name: 'trusted-root-export', typed: `trusted-root export exported.json ${TUF}` },
  { name: 'version', typed: 'version' },
];

export const FAILURES: readonly Scene[] = [
  { name: 'fail-release-none', typed: `release v1.99.0 ${ROOT}` },
  {
    name: 'fail-lock',
    arrange: several,
    before: [`lock kubectl v1.30.2 ${ON_LINUX} ${ROOT}`],
    typed: `install kubectl v1.30.3 --locked ${BIN} ${ROOT}`,
  },
  {
    name: 'fail-policy',
    arrange: async (internet) => {
      await published()(internet);
      await internet.write('policy.json', STOLEN);
    },
    typed: `${KUBECTL} --policy policy.json`,
  },
  {
    name: 'fail-verify-policy',
    arrange: async (internet) => {
      await downloaded()(internet);
      await internet.write('policy.json', STOLEN);
    },
    typed: `verify kubectl --policy policy.json ${ROOT}`,
  },
  { name: 'fail-policy-action', typed: 'policy print' },
  { name: 'fail-list-version', typed: 'list newest' },
  {
    name: 'fail-lock-check',
    arrange: several,
    before: [`lock kubectl v1.30.2 ${ON_LINUX} ${ROOT}`],
    typed: `lock --check kubectl kubelet v1.30.2 ${ON_LINUX} ${ROOT}`,
  },
  {
    name: 'fail-digest',
    arrange: published({ sideFiles: { '.cert': 'bm90IGEgY2VydGlmaWNhdGU=' } }),
    typed: `digest kubectl v1.30.2 ${ROOT}`,
  },
  { name: 'fail-release-version', typed: 'release kubectl' },
  { name: 'fail-topic', typed: 'help weather' },
  { name: 'fail-trusted-root-action', typed: 'trusted-root' },
  {
    name: 'fail-trusted-root-forged',
    arrange: ({ tuf }) => tuf.publish({ forged: ['timestamp'] }),
    typed: `trusted-root update ${TUF}`,
  },
  {
    name: 'fail-mirror-tampered',
    arrange: async (internet) => {
      await published()(internet);
      internet.dl.publishFile(KUBECTL_PATH, OTHER_BYTES);
    },
    typed: `mirror kubectl v1.30.2 ${ON_LINUX} --to k8s ${ROOT}`,
  },
  {
    name: 'fail-mirror-check',
    typed: `mirror --check nowhere ${ROOT}`,
  },
  { name: 'fail-mirror-usage', typed: `mirror kubectl v1.30.2 ${ON_LINUX} ${ROOT}` },
  {
    name: 'fail-mirror-release',
    typed: `mirror kubectl 1.99 ${ON_LINUX} --to k8s ${ROOT}`,
  },
  {
    name: 'fail-mirror-log',
    arrange: async (internet) => {
      await published()(internet);
      internet.log.answerWith(/./, fault.status(503));
    },
    typed: `mirror kubectl v1.30.2 ${ON_LINUX} --to k8s --retries 0 ${ROOT}`,
  },
  {
    name: 'fail-mirror-lacks',
    arrange: published(),
    before: [`mirror kubectl v1.30.2 ${ON_LINUX} --to k8s ${ROOT}`],
    typed: `kubelet v1.30.2 ${BIN} --mirror k8s --offline ${ROOT}`,
  },
  {
    name: 'fail-tampered',
    arrange: async (internet) => {
      await mirrored()(internet);
      internet.mirror.publishFile(KUBECTL_PATH, OTHER_BYTES);
    },
    typed: `${KUBECTL} ${MIRROR}`,
  },
  {
    name: 'fail-several',
    arrange: async ({ publish, dl }) => {
      for (const component of ['kubeadm', 'kubelet', 'kubectl']) await publish(component, 'v1.30.2');
      dl.publishFile(KUBECTL_PATH, OTHER_BYTES);
    },
    typed: `kubeadm kubelet kubectl v1.30.2 ${BIN} ${ROOT}`,
  },
  {
    name: 'fail-name',
    arrange: async ({ publish, mirror }) => {
      mirror.withoutManifest();
      await publish('kubectl', 'v1.36.0', { on: mirror, bytes: program('kubectl', 'v1.24.9') });
    },
    typed: `kubectl v1.36.0 ${BIN} ${ROOT} ${MIRROR}`,
  },
  { name: 'fail-signer', arrange: downloaded(STRANGER), typed: `verify ./kubectl ${ROOT}` },
  { name: 'fail-signer-mirror', arrange: mirrored({ sign: STRANGER }), typed: `${KUBECTL} ${MIRROR}` },
  {
    name: 'fail-log',
    arrange: async (internet) => {
      internet.dl.withoutManifest();
      await published()(internet);
      internet.log.answerWith(/./, fault.status(503));
    },
    typed: `${KUBECTL} --retries 2 --retry-delay 1ms`,
  },
  {
    name: 'fail-log-busy',
    arrange: async (internet) => {
      internet.dl.withoutManifest();
      await published()(internet);
      internet.log.answerWith(/./, fault.status(429));
    },
    typed: `${KUBECTL} --retries 0`,
  },
  {
    name: 'fail-root',
    arrange: async (internet) => {
      await published()(internet);
      await internet.write('trusted_root.json', createLocalSigstore().trustedRoot());
    },
    typed: KUBECTL,
  },
  {
    name: 'fail-root-invalid',
    arrange: (internet) => internet.write('trusted_root.json', '{"mediaType":"text/plain"}'),
    typed: KUBECTL,
  },
  { name: 'fail-mirror', arrange: mirrored({ unsigned: true }), typed: `${KUBECTL} ${MIRROR}` },
  { name: 'fail-unsigned', typed: `kubectl v1.25.4 ${BIN} ${ROOT}` },
  {
    name: 'fail-directory',
    arrange: published(),
    typed: `kubectl v1.30.2 --install-dir /usr/local/bin ${ROOT}`,
    unprivileged: true,
  },
  {
    name: 'fail-directory-is-file',
    arrange: async (internet) => {
      await published()(internet);
      await internet.write('bin', 'no directory\n');
    },
    typed: KUBECTL,
  },
  { name: 'fail-typo', typed: 'kubetcl v1.30.2' },
  { name: 'fail-typo-option', typed: 'kubectl --version v1.30.2' },
  { name: 'fail-typo-command', typed: 'verfy ./kubectl' },
  { name: 'fail-latest', typed: 'kubectl latest-1.30' },
  { name: 'fail-removal', typed: 'uninstall kubelet' },
  { name: 'fail-no-check', typed: 'kubectl v1.30.2 --insecure-skip-tls' },
  { name: 'fail-foreign', typed: 'helm v3.15.0' },
  { name: 'fail-platform', typed: `kubelet v1.30.2 --platform linux/mips ${BIN}` },
  { name: 'fail-contradiction', typed: 'kubectl v1.30.2 --install-dir a --output b' },
  {
    name: 'fail-version',
    arrange: ({ dl }) => dl.publishMarker('stable-1.30', 'v1.30.14'),
    typed: `kubectl v1.30.99 ${BIN} ${ROOT}`,
  },
  {
    name: 'fail-authority',
    arrange: mirrored({
      sign: { authorities: { certificateAuthority: createLocalSigstore().certificateAuthority } },
    }),
    typed: `${KUBECTL} ${MIRROR}`,
  },
  { name: 'fail-certificate', arrange: published({ sign: { scts: [] } }), typed: KUBECTL },
  {
    name: 'fail-unlogged',
    arrange: published({ sign: { log: 'none' } }),
    typed: KUBECTL,
  },
  {
    name: 'fail-material',
    arrange: published({ sideFiles: { '.cert': 'bm90IGEgY2VydGlmaWNhdGU=' } }),
    typed: KUBECTL,
  },
  {
    name: 'fail-signature',
    arrange: async (internet) => {
      internet.mirror.withoutManifest();
      await mirrored({ sign: { alterSignature: otherSignature } })(internet);
    },
    typed: `${KUBECTL} ${MIRROR}`,
  },
  {
    name: 'fail-late',
    arrange: published({ sign: { integratedAt: new Date(Date.now() - 7_200_000) } }),
    typed: KUBECTL,
  },
  {
    name: 'fail-clock',
    arrange: published({
      sign: { at: new Date(Date.now() + 7_200_000), integratedAt: new Date(Date.now() + 7_200_000) },
    }),
    typed: KUBECTL,
  },
  {
    name: 'fail-archive',
    arrange: client(tarGz(file('../../.bashrc', 'echo no\n', 0o755))),
    typed: `kubernetes-client v1.30.2 --extract --output client ${ROOT}`,
  },
  {
    name: 'fail-member',
    arrange: client(binaryTarball('client', 'kubectl')),
    typed: `kubernetes-client v1.30.2 --member kubelet --output client ${ROOT}`,
  },
  {
    name: 'fail-web-page',
    arrange: async (internet) => {
      await published()(internet);
      internet.dl.http.fault('/kubectl.sig', fault.html());
    },
    typed: `${KUBECTL} --retries 0`,
  },
  {
    name: 'fail-refused',
    // One request: of several, any may fail first.
    typed: 'list stable --mirror http://127.0.0.1:9 --retries 0',
  },
  { name: 'fail-tls', env: { NODE_EXTRA_CA_CERTS: '' }, typed: 'list stable --retries 0' },
  { name: 'fail-proxy', env: { HTTPS_PROXY: 'gopher://proxy.example.com' }, typed: KUBECTL },
  {
    name: 'fail-verify',
    arrange: downloaded({}, OTHER_BYTES),
    typed: `verify ./kubectl ${ROOT}`,
  },
  {
    name: 'fail-verify-log',
    arrange: async (internet) => {
      const bytes = program('kubectl', 'v1.30.2');
      const signed = internet.sigstore.signBlob({ bytes });
      await internet.write('kubectl', bytes);
      await internet.write('kubectl.sig', signed.signatureFile);
      await internet.write('kubectl.cert', signed.certificateFile);
      internet.log.answerWith(/./, fault.status(503));
    },
    typed: `verify ./kubectl ${ROOT} --retries 0`,
  },
  {
    name: 'fail-verify-root',
    arrange: async (internet) => {
      await downloaded()(internet);
      await internet.write('trusted_root.json', createLocalSigstore().trustedRoot());
    },
    typed: `verify ./kubectl ${ROOT}`,
  },
  {
    name: 'fail-verify-signature',
    arrange: downloaded({ alterSignature: otherSignature }),
    typed: `verify ./kubectl ${ROOT}`,
  },
  { name: 'fail-verify-certificate', arrange: downloaded({ scts: [] }), typed: `verify ./kubectl ${ROOT}` },
  {
    name: 'fail-verify-unlogged',
    arrange: downloaded({ log: 'none', timestamps: [{}] }),
    typed: `verify ./kubectl ${ROOT}`,
  },
  {
    name: 'fail-verify-member',
    arrange: async ({ write, sigstore }) => {
      const bytes = binaryTarball('client', 'kubectl');
      await write('client.tar.gz', bytes);
      await write('client.tar.gz.sigstore.json', sigstore.signBlob({ bytes }).bundle());
    },
    typed: `verify client.tar.gz --member kubelet ${ROOT}`,
  },
  { name: 'fail-doctor-mirror', typed: `doctor --mirror mirror.example.com` },
  { name: 'fail-completion', typed: 'completion tcsh' },
  { name: 'fail-version-words', typed: 'version now' },
  {
    name: 'fail-verify-time',
    // Its only time is one that the authority did not give.
    arrange: downloaded({ log: 'rekor-v2', timestamps: [{ status: 2 }] }),
    typed: `verify ./kubectl ${ROOT}`,
  },
  {
    name: 'fail-offline',
    arrange: (internet) => internet.write('kubectl', program('kubectl', 'v1.30.2')),
    typed: `verify ./kubectl --offline ${ROOT}`,
  },
  { name: 'fail-verify-nowhere', typed: `verify ./kubectl ${ROOT}` },
  {
    name: 'fail-verify-no-evidence',
    arrange: (internet) => internet.write('kubectl', program('kubectl', 'v1.30.2')),
    typed: `verify ./kubectl ${ROOT}`,
  },
  {
    name: 'fail-verify-other-build',
    arrange: async (internet) => {
      await published()(internet);
      await internet.write('kubectl', Buffer.concat([program('kubectl', 'v1.30.2'), Buffer.from('rebuilt')]));
    },
    typed: `verify ./kubectl ${ROOT}`,
  },
  {
    name: 'fail-verify-before-signing',
    arrange: (internet) => internet.write('kubectl', program('kubectl', 'v1.20.3')),
    typed: `verify ./kubectl ${ROOT}`,
  },
  {
    name: 'fail-verify-other-builder',
    arrange: (internet) => internet.write('kubectl', program('kubectl', 'v1.31.1-gke.200')),
    typed: `verify ./kubectl ${ROOT}`,
  },
  {
    name: 'fail-verify-as',
    arrange: downloaded(),
    typed: `verify ./kubectl --as kubectl@v1.36.0 ${ROOT}`,
  },
];

/** Answers that a program reads: JSON, and scripts for a shell. Their lines are as long as they are. */
export const FOR_PROGRAMS: readonly Scene[] = [
  {
    name: 'digest-dockerfile',
    arrange: published(),
    typed: `digest kubectl v1.30.2 ${ON_LINUX} --format dockerfile ${ROOT}`,
  },
  { name: 'completion', typed: 'completion fish', lines: 3 },
  { name: 'json-install', arrange: published(), typed: `${KUBECTL} --json` },
  { name: 'json-verify', arrange: downloaded(), typed: `verify kubectl ${ROOT} --json` },
  { name: 'json-list', typed: 'list v1.25.4 --platform linux/s390x --json' },
  {
    name: 'json-list-releases',
    arrange: ({ dl }) => dl.publishMarker('stable-1.30', 'v1.30.14'),
    typed: 'list 1.30 --json',
  },
  {
    name: 'json-doctor',
    arrange: ({ dl }) => dl.publishMarker('stable', 'v1.36.2'),
    typed: `doctor ${ROOT} --json`,
    unprivileged: true,
  },
  { name: 'json-trusted-root-show', typed: `trusted-root show ${ROOT} --json` },
  { name: 'json-version', typed: 'version --json' },
  { name: 'json-help', typed: 'help 12 --json' },
  {
    name: 'json-failure',
    arrange: async (internet) => {
      await mirrored()(internet);
      internet.mirror.publishFile(KUBECTL_PATH, OTHER_BYTES);
    },
    typed: `${KUBECTL} ${MIRROR} --json --quiet`,
  },
  {
    name: 'json-failure-verify',
    arrange: downloaded(STRANGER),
    typed: `verify ./kubectl ${ROOT} --json --quiet`,
  },
  { name: 'json-failure-usage', typed: 'kubectl --version v1.30.2 --json --quiet' },
];
