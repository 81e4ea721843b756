import { describe, expect, it } from 'vitest';
import { type FormatOptions, inFormat } from '../../../src/cli/digest-formats.ts';
import type { DigestResult } from '../../../src/digest.ts';
import { releaseArtifact } from '../../../src/release/artifact.ts';
import { parsePlatform } from '../../../src/release/platform.ts';
import { parseReleaseVersion } from '../../../src/release/version.ts';
import { VERSION } from '../../../src/text/version.ts';
import { anArtifactResult } from './results.ts';

const OPTIONS: FormatOptions = { paths: false, today: new Date('2026-11-28T23:59:00Z') };
const PROVEN = `digests proven by k8s-verify ${VERSION} on 2026-11-28`;
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

function result(component: string, platform: string, sha256: string): DigestResult {
  const version = parseReleaseVersion('v1.30.2');
  const artifact = releaseArtifact({ component, version, platform: parsePlatform(platform) });
  const { fileName, pathInRelease, path } = artifact;
  const { claim, outcome, evidence, bundleSha256, signer, logEntries, trustedRoot, checks, notes } =
    anArtifactResult();
  return {
    claim,
    outcome,
    evidence,
    bundleSha256,
    signer,
    logEntries,
    trustedRoot,
    checks,
    notes,
    component,
    version: 'v1.30.2',
    sha256,
    ...(artifact.platform === undefined ? {} : { platform }),
    fileName,
    pathInRelease,
    url: `https://dl.k8s.io/${path}`,
  };
}

const AMD64 = result('kubectl', 'linux/amd64', A);
const ARM64 = result('kubectl', 'linux/arm64', B);
const WINDOWS = result('kubectl', 'windows/amd64', B);
const SOURCE = result('kubernetes-src', 'linux/amd64', A);
const IMAGE = result('kube-apiserver.tar', 'linux/amd64', A);

describe('sums', () => {
  it.each<readonly [string, readonly DigestResult[], boolean, string]>([
    ['bare names for one platform', [AMD64, IMAGE], false, `${A}  kubectl\n${A}  kube-apiserver.tar\n`],
    [
      'the platform before the name for several',
      [AMD64, WINDOWS],
      false,
      `${A}  linux/amd64/kubectl\n${B}  windows/amd64/kubectl.exe\n`,
    ],
    [
      'paths in the release',
      [AMD64, SOURCE],
      true,
      `${A}  bin/linux/amd64/kubectl\n${A}  kubernetes-src.tar.gz\n`,
    ],
    ['nothing for nothing', [], false, ''],
  ])('has %s', (_, results, paths, text) => {
    expect(inFormat('sums', results, { ...OPTIONS, paths })).toBe(text);
  });
});

describe('env', () => {
  it('has a variable for each file', () => {
    expect(inFormat('env', [AMD64, WINDOWS, IMAGE, SOURCE], OPTIONS)).toBe(
      [
        `KUBECTL_SHA256_LINUX_AMD64=${A}`,
        `KUBECTL_SHA256_WINDOWS_AMD64=${B}`,
        `KUBE_APISERVER_TAR_SHA256_LINUX_AMD64=${A}`,
        `KUBERNETES_SRC_SHA256=${A}`,
        '',
      ].join('\n'),
    );
  });
});

describe('dockerfile', () => {
  it('has a stage for each architecture, and one that picks among them', () => {
    expect(inFormat('dockerfile', [AMD64, ARM64], OPTIONS)).toBe(
      [
        `# kubectl v1.30.2, ${PROVEN}`,
        'FROM scratch AS kubectl-amd64',
        `ADD --chmod=0755 --checksum=sha256:${A} https://dl.k8s.io/release/v1.30.2/bin/linux/amd64/kubectl /kubectl`,
        'FROM scratch AS kubectl-arm64',
        `ADD --chmod=0755 --checksum=sha256:${B} https://dl.k8s.io/release/v1.30.2/bin/linux/arm64/kubectl /kubectl`,
        'FROM kubectl-${TARGETARCH} AS kubectl',
        '# then, in your image: COPY --from=kubectl /kubectl /usr/local/bin/kubectl',
        '',
      ].join('\n'),
    );
  });

  it('has one stage for what is for all platforms', () => {
    const text = inFormat('dockerfile', [SOURCE], OPTIONS);
    expect(text).toContain('FROM scratch AS kubernetes-src\n');
    expect(text).not.toContain('TARGETARCH');
    expect(text).toContain('--chmod=0644');
  });
});

describe('nix', () => {
  it('has what fetchurl takes, by the names that Nix has for platforms', () => {
    expect(inFormat('nix', [AMD64, SOURCE], OPTIONS)).toBe(
      [
        '{',
        `  # kubectl v1.30.2, ${PROVEN}`,
        '  "kubectl" = {',
        '    version = "v1.30.2";',
        '    "x86_64-linux" = {',
        '      url = "https://dl.k8s.io/release/v1.30.2/bin/linux/amd64/kubectl";',
        `      hash = "sha256-${Buffer.from(A, 'hex').toString('base64')}";`,
        '    };',
        '  };',
        `  # kubernetes-src v1.30.2, ${PROVEN}`,
        '  "kubernetes-src" = {',
        '    version = "v1.30.2";',
        '    "any" = {',
        '      url = "https://dl.k8s.io/release/v1.30.2/kubernetes-src.tar.gz";',
        `      hash = "sha256-${Buffer.from(A, 'hex').toString('base64')}";`,
        '    };',
        '  };',
        '}',
        '',
      ].join('\n'),
    );
  });
});

describe('ansible', () => {
  it('has variables by system and architecture', () => {
    expect(inFormat('ansible', [AMD64, ARM64, WINDOWS, SOURCE], OPTIONS)).toBe(
      [
        `# kubectl v1.30.2, ${PROVEN}`,
        'kubectl_version: v1.30.2',
        'kubectl_sha256:',
        '  linux:',
        `    "amd64": "${A}"`,
        `    "arm64": "${B}"`,
        '  windows:',
        `    "amd64": "${B}"`,
        `# kubernetes-src v1.30.2, ${PROVEN}`,
        'kubernetes_src_version: v1.30.2',
        `kubernetes_src_sha256: "${A}"`,
        '',
      ].join('\n'),
    );
  });
});
