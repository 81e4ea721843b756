/** The SPDX document of a release, as Kubernetes writes it. */

/** A file of the release by its path there, `bin/linux/amd64/kubectl`. */
export interface ListedFile {
  readonly path: string;
  readonly sha256: string;
  /** Listed too, if it is given. */
  readonly sha512?: string;
}

export interface ManifestContent {
  /** `v1.30.2`, of the namespace. */
  readonly version: string;
  readonly files: readonly ListedFile[];
  /** ISO 8601, without a fraction; default: an hour ago. */
  readonly created?: string;
}

const IMAGE = /^bin\/linux\/([a-z0-9]+)\/((.+)\.tar)$/;

/** Files first, then an image as a package, whose architecture is in the identifier alone. */
export function renderManifest({ version, files, created = anHourAgo() }: ManifestContent): string {
  const images = files.filter(({ path }) => IMAGE.test(path));
  const others = files.filter(({ path }) => !IMAGE.test(path));
  const lines = [
    'SPDXVersion: SPDX-2.3',
    'DataLicense: CC0-1.0',
    'SPDXID: SPDXRef-DOCUMENT',
    `DocumentName: Kubernetes Release ${version}`,
    `DocumentNamespace: https://sbom.k8s.io/${version}/release`,
    `ExternalDocumentRef:DocumentRef-kubernetes-${version} https://sbom.k8s.io/${version}/source SHA1: ${'a'.repeat(40)}`,
    'Creator: Organization: Kubernetes Release Engineering',
    'Creator: Tool: bom-devel',
    `Created: ${created}`,
    '',
    '##### Files independent of packages',
    '',
    ...others.flatMap(fileLines),
    ...images.flatMap((image) => imageLines(image, version)),
  ];
  return `${lines.join('\n')}\n`;
}

function anHourAgo(): string {
  return new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
}

function fileLines({ path, sha256, sha512 }: ListedFile): readonly string[] {
  return [
    `FileName: ${path}`,
    `SPDXID: SPDXRef-File-workspace-${path.replaceAll('/', '-')}`,
    `FileChecksum: SHA256: ${sha256}`,
    ...(sha512 === undefined ? [] : [`FileChecksum: SHA512: ${sha512}`]),
    'FileType: BINARY',
    'LicenseConcluded: Apache-2.0',
    'FileCopyrightText: NOASSERTION',
    '',
  ];
}

function imageLines({ path, sha256, sha512 }: ListedFile, version: string): readonly string[] {
  const [, architecture = '', file = '', image = ''] = IMAGE.exec(path) ?? [];
  return [
    `##### Package: ${file}`,
    '',
    `PackageName: ${file}`,
    `SPDXID: SPDXRef-Package-registry.k8s.io-${image}-${architecture}-${version}`,
    'FilesAnalyzed: true',
    `PackageChecksum: SHA256: ${sha256}`,
    ...(sha512 === undefined ? [] : [`PackageChecksum: SHA512: ${sha512}`]),
    '',
    'FileName: layer.tar',
    `SPDXID: SPDXRef-File-registry.k8s.io-${image}-${architecture}-${version}-layer.tar`,
    `FileChecksum: SHA256: ${'f'.repeat(64)}`,
    '',
  ];
}
