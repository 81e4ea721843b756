/** What a contributor meets: forms, rules of review, bots, decisions. GitHub refuses a wrong form without a word. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readPage } from './blocks.ts';
import { ROOT } from './stage.ts';

interface Element {
  readonly type: string;
  readonly id?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const FORMS = '.github/ISSUE_TEMPLATE';
const TYPES = new Set(['markdown', 'textarea', 'input', 'dropdown', 'checkboxes']);
const forms = readdirSync(join(ROOT, FORMS)).filter((name) => name !== 'config.yml');

describe.each(forms)('the form %s', (name) => {
  const text = readPage(join(FORMS, name));
  const form = parse(text);

  it('has what GitHub asks for', () => {
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
    const body: readonly Element[] = form.body;
    expect(body.filter(({ type }) => !TYPES.has(type))).toEqual([]);
    const fields = body.filter(({ type }) => type !== 'markdown');
    expect(fields.length).toBeGreaterThan(0);
    for (const { attributes } of fields) expect(attributes['label']).toEqual(expect.any(String));
    const ids = fields.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z-]+$/);
  });

  it('leads to pages that there are', () => {
    const links = [...text.matchAll(/\]\(\.\.\/blob\/main\/([^)#]+)/g)].map(([, page = '']) => page);
    expect(links.filter((page) => !existsSync(join(ROOT, page)))).toEqual([]);
  });
});

describe('the choice of forms', () => {
  it('sends a vulnerability away from public issues', () => {
    const config = parse(readPage(join(FORMS, 'config.yml')));
    expect(config.blank_issues_enabled).toBe(false);
    expect(config.contact_links[0].url).toMatch(/\/security\/advisories\/new$/);
  });
});

describe('CODEOWNERS', () => {
  const lines = readPage('.github/CODEOWNERS')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/));

  it('names places that there are, and a team for each', () => {
    const missing = lines
      .map(([place = '']) => place)
      .filter((place) => place !== '*' && !existsSync(join(ROOT, place)));
    expect(missing).toEqual([]);
    expect(lines.filter(([, ...teams]) => teams.some((team) => !/^@OWNER\/[a-z]+$/.test(team)))).toEqual([]);
  });

  it('asks for a second look where a yes is decided and code is published', () => {
    const second = lines.filter((line) => line.includes('@OWNER/security')).map(([place]) => place);
    for (const place of ['/src/proof/', '/src/names/', '/src/trust/', '/trust-roots/', '/.github/']) {
      expect(second).toContain(place);
    }
  });
});

describe('the bot for updates', () => {
  it('looks at the actions and at the packages, and takes those that decide alone', () => {
    const { version, updates } = parse(readPage('.github/dependabot.yml'));
    expect(version).toBe(2);
    const ecosystems = updates.map((update: Record<string, unknown>) => update['package-ecosystem']);
    expect(ecosystems).toEqual(['github-actions', 'npm']);
    const grouped = updates[1].groups.tools;
    expect(grouped['dependency-type']).toBe('development');
    expect(grouped['exclude-patterns']).toContain('@sigstore/*');
  });
});

describe('docs/decisions', () => {
  const FOLDER = 'docs/decisions';
  const pages = readdirSync(join(ROOT, FOLDER)).filter((name) => name !== 'README.md');
  const index = readPage(join(FOLDER, 'README.md'));

  it.each(pages)('%s has a number, a date, the three headings, and one screen', (name) => {
    const text = readPage(join(FOLDER, name));
    const number = Number(name.slice(0, 4));
    expect(text).toMatch(
      new RegExp(`^# ${number}\\. .+\n\n\\d{4}-\\d\\d-\\d\\d, (?:in force|replaced by .+)\\.\n`),
    );
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
      'Why',
      'Decision',
      'What follows',
    ]);
    expect(text.split('\n').length).toBeLessThanOrEqual(40);
  });

  it('are numbered without a gap, and all in their index with title and date', () => {
    expect(pages.map((name) => Number(name.slice(0, 4)))).toEqual(pages.map((_, position) => position + 1));
    const rows = pages.map((name) => {
      const [, number, title] = /^# (\d+)\. (.*)$/m.exec(readPage(join(FOLDER, name))) ?? [];
      const [date] = /\d{4}-\d\d-\d\d/.exec(readPage(join(FOLDER, name))) ?? [];
      return `| ${number} | [${title}](${name}) | ${date} |`;
    });
    expect(rows.filter((row) => !index.includes(row))).toEqual([]);
  });
});

describe('docs/releasing.md', () => {
  it('names scripts that there are, as CONTRIBUTING.md does', () => {
    const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
      readPage('package.json'),
    );
    const pages = [
      'docs/releasing.md',
      'CONTRIBUTING.md',
      'MAINTAINERS.md',
      '.github/PULL_REQUEST_TEMPLATE.md',
    ];
    const named = pages.flatMap((page) =>
      [...readPage(page).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name),
    );
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names every workflow that a maintainer looks at before a release', () => {
    const page = readPage('docs/releasing.md');
    const scheduled = readdirSync(join(ROOT, '.github/workflows'))
      .filter((name) => readPage(join('.github/workflows', name)).includes('workflow_dispatch'))
      .map((name) => name.replace('.yml', ''));
    expect(scheduled.length).toBeGreaterThan(2);
    expect(scheduled.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
