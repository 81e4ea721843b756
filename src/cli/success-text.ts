/** A success, for people: one line for each file and one for the signer; how it was proved only with --verbose. */
import { formatPlatform, hostPlatform } from '../release/platform.ts';
import type { ArtifactResult } from '../result.ts';
import { rootWords } from '../trust/root-age.ts';
import { checkLines } from './check-lines.ts';
import { printable } from './printable.ts';
import { symbol, type TextStyle, wrapped } from './style.ts';

/** Versions by the word that was asked for them: `v1.36.2` by `stable`. */
export type Aliases = ReadonlyMap<string, string>;

/** Every artifact of a run, as lines. */
export function successText(
  artifacts: readonly ArtifactResult[],
  style: TextStyle,
  aliases: Aliases = new Map(),
): string {
  const checks = style.verbose ? artifacts.flatMap((one) => checkLines(one, style)) : [];
  const platforms = new Set(artifacts.map(({ platform }) => platform));
  const naming = { aliases, showPlatform: style.terminal === undefined || platforms.size > 1 };
  const signers = new Set(artifacts.map((one) => signerOf(one)));
  const together = style.terminal !== undefined && artifacts.length > 1 && signers.size === 1;
  const lines = artifacts.flatMap((one) => {
    const done = sentence(one, naming);
    const signed = signedText(one);
    const more = detailLines(one);
    if (style.terminal === undefined) return [[`${done}; ${signed}`, ...more].map(printable).join('; ')];
    const line = `${symbol(style, 'done')}${wrapped(printable(done), 2, style)}`;
    return [
      line,
      ...(together ? more : [signed, ...more]).map((text) => `  ${wrapped(printable(text), 2, style, 6)}`),
    ];
  });
  const [first] = artifacts;
  const shared =
    together && first !== undefined
      ? [`  ${wrapped(printable(`${allSigned(artifacts)} by ${signerOf(first)}`), 2, style, 6)}`]
      : [];
  return [...checks, ...lines, ...shared].map((line) => `${line}\n`).join('');
}

/** An offline run renews no trusted root: a person sees how old the one is that everything was held against. */
export function offlineLine(artifacts: readonly ArtifactResult[], style: TextStyle, now: Date): string {
  const [first] = artifacts;
  if (first === undefined) return '';
  const text = printable(`offline: trusted root ${rootWords(first.trustedRoot, now)}`);
  return style.terminal === undefined ? `${text}\n` : `  ${wrapped(text, 2, style, 6)}\n`;
}

function allSigned(artifacts: readonly ArtifactResult[]): string {
  return artifacts.every(({ name }) => name?.by.includes('lockfile'))
    ? 'all as locked, signed'
    : 'all signed';
}

interface Naming {
  readonly aliases: Aliases;
  readonly showPlatform: boolean;
}

/** `installed kubectl v1.30.2 as /usr/local/bin/kubectl`: the verb starts the line. */
function sentence(artifact: ArtifactResult, naming: Naming): string {
  const { outcome, claim, path, sha256, component, previous } = artifact;
  const name = nameOf(artifact, naming);
  const place = path ?? `sha256:${sha256}`;
  if (claim === 'attested') {
    const also = outcome === 'extracted' ? `, and extracted into ${place}` : '';
    return `${name === '' ? place : name} is attested by a signed statement${also}; that does not say that it was released`;
  }
  switch (outcome) {
    case 'installed':
      return `installed ${name} as ${place}`;
    case 'replaced':
      // One version with other bytes says nothing of an upgrade.
      return component === undefined || previous === undefined || previous === artifact.version
        ? `replaced ${place} with ${name}`
        : `replaced ${component} ${previous} with ${name.slice(component.length + 1)} in ${place}`;
    case 'would-install':
      return `would install ${name} as ${place}`;
    case 'would-replace':
      return component === undefined || previous === undefined || previous === artifact.version
        ? `would replace ${place} with ${name}`
        : `would replace ${component} ${previous} with ${name.slice(component.length + 1)} in ${place}`;
    case 'kept':
      return `kept ${name}, already in ${place}`;
    case 'extracted':
      return `extracted ${filesOf(artifact)}${name === '' ? '' : ` of ${name}`} into ${place}`;
    case 'verified':
      return `${place} is genuine${whatItIs(artifact, name)}`;
  }
}

/** Never "genuine" alone: a person wants to know what the file is, or that nothing says it. */
function whatItIs({ containerImage, component, platform }: ArtifactResult, name: string): string {
  if (name !== '') return `: ${name}`;
  if (containerImage !== undefined) {
    const { reference, digest } = containerImage;
    return `: the payload of a container image's signature, for ${reference}@${digest}, and no file of a release`;
  }
  if (component === undefined) return ', name unknown';
  return `: ${component}, version unknown${platform === undefined ? '' : `, ${platform}`}`;
}

function filesOf({ extracted }: ArtifactResult): string {
  const count = extracted?.files ?? 0;
  return count === 1 ? '1 file' : `${count} files`;
}

/** `kubectl v1.36.2 (stable)`; the platform where it is not this machine's, and always in a pipe. */
function nameOf({ component, version, platform }: ArtifactResult, { aliases, showPlatform }: Naming): string {
  if (component === undefined || version === undefined) return '';
  const alias = aliases.get(version);
  const shown = platform !== undefined && (showPlatform || platform !== thisPlatform()) ? [platform] : [];
  return [component, version, ...(alias === undefined ? [] : [`(${alias})`]), ...shown].join(' ');
}

/** Undefined on a machine that Kubernetes publishes nothing for. */
export function thisPlatform(): string | undefined {
  try {
    // Loaded here, because most runs do not ask.
    const { endianness } = process.getBuiltinModule('node:os');
    return formatPlatform(
      hostPlatform({ platform: process.platform, arch: process.arch, endianness: endianness() }),
    );
  } catch {
    return undefined;
  }
}

function signedText(artifact: ArtifactResult): string {
  const { signedAt } = artifact;
  return `signed ${signedAt === undefined ? '' : `${signedAt.slice(0, 10)} `}by ${signerOf(artifact)}`;
}

export function signerOf({ signer }: ArtifactResult): string {
  return signer.kind === 'managed-key'
    ? `the key with SHA-256 ${signer.sha256}`
    : signer.subjectAlternativeName;
}

/** What only some runs have: a tarball, the release's own records, a bundle. */
function detailLines(artifact: ArtifactResult): readonly string[] {
  const { fromTarball, crossChecks = [] } = artifact;
  return [
    ...(fromTarball === undefined ? [] : [`out of ${fromTarball.name}, which is what was signed`]),
    ...unboundLine(artifact),
    ...crossChecks.map(({ source, from, detail }) => `${source} at ${from}: ${detail}`),
    ...savedAs(artifact),
  ];
}

function savedAs({
  bundlePath,
  manifestPath,
}: Pick<ArtifactResult, 'bundlePath' | 'manifestPath'>): string[] {
  return [
    ...(bundlePath === undefined ? [] : [`evidence saved as ${bundlePath}`]),
    ...(manifestPath === undefined ? [] : [`evidence saved as ${manifestPath}, with its bundle`]),
  ];
}

/** Of what was asked for by name: the signature does not say that it is that, and nothing else does. */
function unboundLine({ outcome, name, component, version, claim }: ArtifactResult): readonly string[] {
  if (outcome === 'verified' || claim !== 'genuine' || name?.bound !== false) return [];
  return [`nothing that is signed says that it is ${component ?? 'that file'} ${version ?? ''}`.trimEnd()];
}
