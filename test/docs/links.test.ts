/** What the pages point at is there (files, headings, options, variables), and they are in plain English. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OTHER_VARIABLES, variableItems } from '../../src/cli/help-topics.ts';
import { createProgram } from '../../src/cli/program.ts';
import { readPage } from './blocks.ts';
import { ROOT } from './stage.ts';

const FOLDERS = [
  '.',
  '.github',
  'docs',
  'docs/decisions',
  'examples/upstream',
  'trust-roots',
  'test/support',
  'test/transcripts',
];
const pages = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => normalize(join(folder, name))),
);

/** As GitHub names headings: lower case, no punctuation, hyphens for spaces. */
function anchorsOf(page: string): readonly string[] {
  return [...readPage(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function brokenLinks(page: string): readonly string[] {
  const links = [...readPage(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : normalize(join(dirname(page), file));
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    })
    .map((link) => `${page}: ${link}`);
}

/** Of install.sh, and of the programs that docs/install.md and docs/bootstrap.md fetch a release with. */
const WAYS_TO_GET_IT =
  '--ignore-missing --from --require-signature --dir --rm --volume --user --no-git --create-dirs'.split(' ');

/** Options of other programs, and of this project's scripts. */
const OTHER_OPTIONS =
  /^--(?:fetch|check|minutes|seed|no-git-tag-version|insecure-.*|disable-cosign|checksum|from|preserve-env|target|retry|verify|repository|env|directory|strict|require|import|runs|new-bundle-format|yes|statement|type|digest|digestAlg|sign|force|signer-workflow|source-ref|repo|global|fail|location|remote-name-all|changed|config|project|semi-space-growth-factor|heap-growing-percent|no-wasm-tier-up|no-wasm-dynamic-tiering|insecure-.*)$/;

describe('the pages', () => {
  it('lead to files and headings that there are', () => {
    expect(pages.flatMap(brokenLinks)).toEqual([]);
  });

  it('are all in the index of docs/', () => {
    const index = readPage('docs/README.md');
    const missing = readdirSync(join(ROOT, 'docs')).filter(
      (name) =>
        !['README.md', 'pictures'].includes(name) &&
        !index.includes(`](${name})`) &&
        !index.includes(`](${name}/README.md)`),
    );
    expect(missing).toEqual([]);
  });

  it('name options that there are', () => {
    const program = createProgram();
    const commands = [program, ...program.strictCommands];
    const known = new Set([
      '--help',
      ...WAYS_TO_GET_IT,
      ...commands.flatMap(({ ownOptions }) => ownOptions.map(({ long }) => long ?? '')),
    ]);
    const unknown = pages
      .filter((page) => /^(?:README|docs\/)/.test(page))
      .flatMap((page) =>
        [...readPage(page).matchAll(/(?<![\w-])--[a-z][\w-]*/g)]
          .map(([option]) => option)
          .filter((option) => !known.has(option) && !OTHER_OPTIONS.test(option))
          .map((option) => `${page}: ${option}`),
      );
    expect(unknown).toEqual([]);
  });

  it('name variables that there are', () => {
    const known = new Set([...variableItems(), ...OTHER_VARIABLES].flatMap(([names]) => names.split(', ')));
    const unknown = pages.flatMap((page) =>
      [...readPage(page).matchAll(/\bK8S_VERIFY_(?!SHA256|URL|OPTIONS|DIR\b|SEED\b)[A-Z_]*[A-Z]\b/g)]
        .map(([name]) => name)
        .filter((name) => !known.has(name))
        .map((name) => `${page}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it('are in plain English', () => {
    const odd = /\b(?:whoever|whom|whatever|nobody|somebody|anybody|is none|no matter of|beside)\b/gi;
    const found = pages.flatMap((page) =>
      [...readPage(page).matchAll(odd)].map(([word]) => `${page}: ${word}`),
    );
    expect(found).toEqual([]);
  });

  it('are as plain as the words of the source', () => {
    const odd =
      /\b(?:whoever|whom|somebody|anybody|that is none|where it is none|no matter of)\b|[^`'"]\bbeside\b[^`'"]/gi;
    const files = ['src', 'scripts'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name)),
    );
    const found = files.flatMap((file) =>
      [...readPage(file).matchAll(odd)].map(([word]) => `${file}: ${word}`),
    );
    expect(found).toEqual([]);
  });

  it('quote messages that the program has', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readPage(join('src', name)));
    const screens = readdirSync(join(ROOT, 'test/transcripts/screens')).map((name) =>
      readPage(join('test/transcripts/screens', name)),
    );
    const said = [...sources, ...screens, readPage('bin/k8s-verify.js')].join('').replaceAll('\\', '');
    const quoted = [...readPage('docs/troubleshooting.md').matchAll(/\*\*([^*]+)\*\*/g)].flatMap(
      ([, bold = '']) =>
        [...bold.matchAll(/"((?:[^"]|"(?=\S[^"]*" ))+)"/g)].map(([, message = '']) => message),
    );
    expect(quoted.length).toBeGreaterThan(30);
    // What the shell or the system says, and not this program.
    const others = new Set(['Permission denied']);
    expect(quoted.filter((message) => !others.has(message) && !said.includes(message))).toEqual([]);
  });
});
