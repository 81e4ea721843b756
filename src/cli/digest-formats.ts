/** Proven digests as other tools read them: `sha256sum`, shells, Dockerfiles, Nix and Ansible. */
import type { DigestResult } from '../digest.ts';
import { VERSION } from '../text/version.ts';
import type { DigestFormat } from './digest-format-names.ts';

/** How the lines are written. */
export interface FormatOptions {
  /** Paths in the release in place of names, for `sums`. */
  readonly paths: boolean;
  /** The day of the proof. */
  readonly today: Date;
}

const WRITERS: Readonly<
  Record<DigestFormat, (results: readonly DigestResult[], options: FormatOptions) => string>
> = { sums, env, dockerfile, nix, ansible };

export function inFormat(
  format: DigestFormat,
  results: readonly DigestResult[],
  options: FormatOptions,
): string {
  return WRITERS[format](results, options);
}

/** Those of one component, which have one version. */
function byComponent(
  results: readonly DigestResult[],
): readonly (readonly [string, readonly DigestResult[]])[] {
  return [...Map.groupBy(results, ({ component = '' }) => component)];
}

/** `kubectl v1.30.2`: what a bot bumps stands once in it. */
function title(results: readonly DigestResult[], { today }: FormatOptions): string {
  const [first] = results;
  const day = today.toISOString().slice(0, 10);
  return `${first?.component} ${first?.version}, digests proven by k8s-verify ${VERSION} on ${day}`;
}

/** A digest and a name, as `sha256sum --check` reads them. */
function sums(results: readonly DigestResult[], { paths }: FormatOptions): string {
  const several = new Set(results.flatMap(({ platform }) => platform ?? [])).size > 1;
  const nameOf = ({ platform, fileName, pathInRelease }: DigestResult): string => {
    if (paths) return pathInRelease;
    return several && platform !== undefined ? `${platform}/${fileName}` : fileName;
  };
  return results.map((one) => `${one.sha256}  ${nameOf(one)}\n`).join('');
}

/** The name of a variable: `KUBE_APISERVER_TAR`. */
function upper(text: string): string {
  return text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}

function env(results: readonly DigestResult[]): string {
  return results
    .map(({ component = '', platform, sha256 }) => {
      const where = platform === undefined ? '' : `_${upper(platform)}`;
      return `${upper(component)}_SHA256${where}=${sha256}\n`;
    })
    .join('');
}

/** A stage for each architecture, and one that a build for several platforms picks among them by itself. */
function dockerfile(results: readonly DigestResult[], options: FormatOptions): string {
  return byComponent(results)
    .map(([component, files]) => stages(component, files, options))
    .join('\n');
}

function stages(component: string, files: readonly DigestResult[], options: FormatOptions): string {
  const [first] = files;
  const fileName = first?.fileName ?? component;
  const mode = isProgram(first) ? '0755' : '0644';
  const directory = isProgram(first) ? '/usr/local/bin' : '/opt';
  const copy = `# then, in your image: COPY --from=${component} /${fileName} ${directory}/${fileName}`;
  const add = ({ sha256, url }: DigestResult): string =>
    `ADD --chmod=${mode} --checksum=sha256:${sha256} ${url} /${fileName}`;
  const isForAll = first !== undefined && first.platform === undefined;
  const lines = isForAll
    ? [`FROM scratch AS ${component}`, add(first)]
    : [
        ...files.flatMap((file) => [`FROM scratch AS ${component}-${archOf(file)}`, add(file)]),
        `FROM ${component}-\${TARGETARCH} AS ${component}`,
      ];
  return [`# ${title(files, options)}`, ...lines, copy].map((line) => `${line}\n`).join('');
}

function isProgram(file: DigestResult | undefined): boolean {
  return file?.pathInRelease.startsWith('bin/') === true && !file.fileName.endsWith('.tar');
}

function archOf({ platform = '' }: DigestResult): string {
  return platform.slice(platform.indexOf('/') + 1);
}

/** What Nix calls a platform of Kubernetes. */
const NIX_SYSTEMS: Readonly<Record<string, string>> = {
  'linux/amd64': 'x86_64-linux',
  'linux/arm64': 'aarch64-linux',
  'linux/arm': 'armv7l-linux',
  'linux/386': 'i686-linux',
  'linux/ppc64le': 'powerpc64le-linux',
  'linux/s390x': 's390x-linux',
  'darwin/amd64': 'x86_64-darwin',
  'darwin/arm64': 'aarch64-darwin',
  'windows/amd64': 'x86_64-windows',
  'windows/arm64': 'aarch64-windows',
  'windows/386': 'i686-windows',
};

/** An attribute set whose innermost values `fetchurl` takes as they are. */
function nix(results: readonly DigestResult[], options: FormatOptions): string {
  const components = byComponent(results).map(([component, files]) => {
    const systems = files.map(({ platform, url, sha256 }) => {
      const system = platform === undefined ? 'any' : (NIX_SYSTEMS[platform] ?? platform);
      const hash = `sha256-${Buffer.from(sha256, 'hex').toString('base64')}`;
      return `    ${JSON.stringify(system)} = {\n      url = ${JSON.stringify(url)};\n      hash = "${hash}";\n    };\n`;
    });
    const version = `    version = ${JSON.stringify(files[0]?.version)};\n`;
    return `  # ${title(files, options)}\n  ${JSON.stringify(component)} = {\n${version}${systems.join('')}  };\n`;
  });
  return `{\n${components.join('')}}\n`;
}

/** Variables whose digests `get_url` takes: `checksum: "sha256:{{ kubectl_sha256.linux.amd64 }}"`. */
function ansible(results: readonly DigestResult[], options: FormatOptions): string {
  return byComponent(results)
    .map(([component, files]) => {
      const name = component.replaceAll(/[^a-z0-9]/g, '_');
      const lines = [`# ${title(files, options)}`, `${name}_version: ${files[0]?.version}`];
      return [...lines, ...digestsOf(name, files)].map((line) => `${line}\n`).join('');
    })
    .join('');
}

function digestsOf(name: string, files: readonly DigestResult[]): readonly string[] {
  const [first] = files;
  if (first !== undefined && first.platform === undefined) return [`${name}_sha256: ${quoted(first.sha256)}`];
  const systems = Map.groupBy(files, ({ platform = '' }) => platform.slice(0, platform.indexOf('/')));
  return [
    `${name}_sha256:`,
    ...Array.from(systems, ([system, some]) => [
      `  ${system}:`,
      // In quotes: 386 and a digest of digits alone are text.
      ...some.map((file) => `    ${quoted(archOf(file))}: ${quoted(file.sha256)}`),
    ]).flat(),
  ];
}

function quoted(text: string): string {
  return `"${text}"`;
}
