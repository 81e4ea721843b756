/**
 * Writes the tables of the documents from the code's own tables, so that the two cannot drift apart: in every Markdown
 * file of the root and of `docs/`, what stands between `<!-- generated: NAME -->` and `<!-- end of NAME -->`.
 * It writes the manual pages too, from the declaration of the command line.
 * With `--check` it writes nothing, names the files that are not current, and ends with 1.
 *
 *     node scripts/render-docs.ts [--check] [DIRECTORY]
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT_CODE_MEANINGS, EXIT_CODES } from '../src/exit-codes.ts';
import { NOTE_MEANINGS } from '../src/notes.ts';
import {
  type ArtifactKind,
  type Availability,
  type Component,
  COMPONENTS,
} from '../src/release/component.ts';
import { UNSIGNED_FILES } from '../src/release/list.ts';
import { parsePlatform, PLATFORMS } from '../src/release/platform.ts';
import { describeRange, KUBERNETES_RELEASE_SIGNERS } from '../src/release/signer.ts';
import { BINARY_TARBALLS, tarballMembers } from '../src/release/tarball.ts';
import { parseReleaseVersion } from '../src/release/version.ts';
import { renderManualPages } from './render-man.ts';
import {
  renderActionInputs,
  renderActionOutputs,
  renderCommands,
  renderExitCodePages,
  renderJsonFields,
  renderOptions,
  renderVariables,
} from './render-tables.ts';

const KINDS: readonly (readonly [ArtifactKind, string, string])[] = [
  ['binary', 'Binaries', '`bin/<os>/<arch>/<component>`, with `.exe` on Windows'],
  ['image', 'Container images', '`bin/linux/<arch>/<component>`, for `docker load`'],
  [
    'tarball',
    'Tarballs',
    '`<component>-<os>-<arch>.tar.gz`, or `<component>.tar.gz` where one serves all platforms',
  ],
  ['spdx-document', 'SPDX documents', '`<component>`'],
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function describeBounds({ since, until }: Availability): string {
  const words = [
    ...(since === undefined ? [] : [`since v${since.join('.')}`]),
    ...(until === undefined ? [] : [`until v${until.join('.')}`]),
  ];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

/** `linux: amd64, arm64, arm (until v1.26); windows: amd64` */
function describePlatforms({ platforms: availabilities }: Component): string {
  if (availabilities === 'none') return 'one file for all';
  const places = availabilities.flatMap((availability) =>
    availability.platforms.map(({ os, arch }) => ({ os, arch: `${arch}${describeBounds(availability)}` })),
  );
  return [...new Set(PLATFORMS.map(({ os }) => os))]
    .map((os) => ({ os, arches: places.filter((place) => place.os === os).map(({ arch }) => arch) }))
    .filter(({ arches }) => arches.length > 0)
    .map(({ os, arches }) => `${os}: ${arches.join(', ')}`)
    .join('; ');
}

/** The reasons of each exit code. */
function renderErrorCodes(): string {
  const reasons = Object.entries(EXIT_CODES);
  const rows = Object.entries(EXIT_CODE_MEANINGS).flatMap(([exitCode, meaning]) => {
    const names = reasons.flatMap(([name, number]) => (number === Number(exitCode) ? [name] : []));
    const all = exitCode === '1' ? ['bug', ...names] : names;
    return all.length === 0 ? [] : [[exitCode, all.map(code).join(', '), meaning]];
  });
  return table(['Exit code', '`error.code`', 'What it means'], rows);
}

function renderNoteCodes(): string {
  return table(
    ['`code`', 'What it means'],
    Object.entries(NOTE_MEANINGS).map(([name, meaning]) => [code(name), meaning]),
  );
}

function renderComponents(): string {
  return KINDS.map(([kind, title, place]) => {
    const rows = COMPONENTS.filter((component) => component.kind === kind).map((component) => [
      code(component.name),
      component.purpose,
      describePlatforms(component),
    ]);
    return `### ${title}\n\n${place}\n\n${table(['Component', 'What it is', 'Platforms'], rows)}`;
  }).join('\n\n');
}

function renderTarballs(): string {
  const version = parseReleaseVersion('v1.30.0');
  const rows = BINARY_TARBALLS.flatMap((tier) =>
    ['linux/amd64', 'windows/amd64'].map((platform) => [
      code(`kubernetes-${tier}`),
      platform,
      tarballMembers(tier, version, parsePlatform(platform))
        .map(({ path }) => code(path))
        .join(', '),
    ]),
  ).filter(([, , members]) => members !== '');
  return table(['Tarball', 'For example', 'Members that are artifacts too, in v1.30.0'], rows);
}

function renderSigners(): string {
  const rows = KUBERNETES_RELEASE_SIGNERS.map(({ identity, ranges, sinceDate }) => [
    'binaries, image tars, tarballs, SPDX documents',
    code(identity.subjectAlternativeName),
    code(identity.issuer),
    ranges.map(describeRange).join('; '),
    sinceDate,
  ]);
  return table(['What', 'Certificate identity', 'OIDC issuer', 'Releases', 'Since'], rows);
}

function renderUnsigned(): string {
  const rows = UNSIGNED_FILES.map(({ name, purpose, path, reason }) => [
    name,
    purpose,
    path === undefined ? 'elsewhere' : code(path),
    reason,
  ]);
  return table(['What', 'What it is', 'Where', 'What it is worth'], rows);
}

function renderExitCodes(): string {
  return table(['Exit code', 'Meaning'], Object.entries(EXIT_CODE_MEANINGS));
}

const SECTIONS: Readonly<Record<string, () => string>> = {
  components: renderComponents,
  tarballs: renderTarballs,
  signers: renderSigners,
  'unsigned-files': renderUnsigned,
  'exit-codes': renderExitCodes,
  commands: () => renderCommands(table),
  'options-install': () => renderOptions('install', table),
  'options-verify': () => renderOptions('verify', table),
  'options-scan': () => renderOptions('scan', table),
  'options-release': () => renderOptions('release', table),
  'options-digest': () => renderOptions('digest', table),
  'options-mirror': () => renderOptions('mirror', table),
  'options-lock': () => renderOptions('lock', table),
  'options-list': () => renderOptions('list', table),
  'options-doctor': () => renderOptions('doctor', table),
  'options-trusted-root': () => renderOptions('trusted-root', table),
  'options-common': () => renderOptions(undefined, table),
  variables: () => renderVariables(table),
  'exit-code-pages': renderExitCodePages,
  'action-inputs': () => renderActionInputs(table),
  'action-outputs': () => renderActionOutputs(table),
  'json-success': () => renderJsonFields('success', table),
  'json-failure': () => renderJsonFields('failure', table, ['artifacts', 'notes', 'trustedRoot']),
  'json-unproved': () => renderJsonFields('unproved', table, ['error']),
  'json-codes': renderErrorCodes,
  'json-release': () => renderJsonFields('releaseAudit', table, ['notes']),
  'json-scan': () => renderJsonFields('scan', table, ['results', 'notes', 'trustedRoot']),
  'json-digest': () => renderJsonFields('digest', table, ['results', 'notes']),
  'json-mirror': () => renderJsonFields('mirror', table, ['notes']),
  'json-lock': () => renderJsonFields('lock', table, ['notes']),
  'json-list': () => renderJsonFields('list', table),
  'json-releases': () => renderJsonFields('releases', table),
  'json-doctor': () => renderJsonFields('doctor', table),
  'json-trusted-root': () => renderJsonFields('trustedRootAnswer', table),
  'json-policy': () => renderJsonFields('policyAnswer', table),
  'json-words': () => renderJsonFields('words', table),
  'json-notes': renderNoteCodes,
};

function render(text: string, file: string): string {
  const rendered = text.replaceAll(
    /<!-- generated: ([a-z-]+) -->[\s\S]*?<!-- end of \1 -->/g,
    (_, name: string) => {
      const section = SECTIONS[name];
      if (section === undefined) throw new Error(`${file}: nothing is generated by the name ${name}`);
      return `<!-- generated: ${name} -->\n${section()}\n<!-- end of ${name} -->`;
    },
  );
  const marks = rendered.match(/<!-- (?:generated:|end of) [a-z-]+ -->/g) ?? [];
  for (const [index, mark] of marks.entries()) {
    const opens = index % 2 === 0;
    if (mark.startsWith('<!-- generated:') !== opens) throw new Error(`${file}: ${mark} has no partner`);
  }
  if (marks.length % 2 !== 0) throw new Error(`${file}: ${marks.at(-1)} has no partner`);
  return rendered;
}

const MANUAL = 'man';

function main(): void {
  const check = process.argv.includes('--check');
  const directory = process.argv.slice(2).find((argument) => argument !== '--check');
  const root = directory ?? fileURLToPath(new URL('..', import.meta.url));
  const files = ['.', 'docs'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );
  const manual = directory === undefined ? renderManualPages() : new Map<string, string>();
  const current = [
    ...files.map((file) => [file, render(readFileSync(join(root, file), 'utf8'), file)] as const),
    ...Array.from(manual, ([name, page]) => [join(MANUAL, name), page] as const),
  ];
  for (const [file, rendered] of current) {
    const path = join(root, file);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (rendered === text) continue;
    if (check) {
      console.error(`${file} is not current: run node scripts/render-docs.ts`);
      process.exitCode = 1;
    } else {
      writeFileSync(join(root, file), rendered);
      console.log(`${file} written`);
    }
  }
}

main();
