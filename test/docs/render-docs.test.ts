import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMPONENTS } from '../../src/release/component.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function renderDocs(...args: readonly string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/render-docs.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, stderr };
}

describe('the documents', () => {
  it('have the tables that the code has', () => {
    expect(renderDocs('--check')).toEqual({ status: 0, stderr: '' });
  });

  it('name every component', () => {
    const text = readFileSync(join(root, 'docs/artifacts.md'), 'utf8');
    const missing = COMPONENTS.filter(({ name }) => !text.includes(`| \`${name}\` |`));
    expect(missing).toEqual([]);
  });
});

describe('render-docs', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'k8s-verify-docs-'));
    mkdirSync(join(directory, 'docs'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('names what is not current, changes nothing, and writes it when asked', () => {
    const readme = join(directory, 'README.md');
    const stale = 'before\n<!-- generated: exit-codes -->\n| old |\n<!-- end of exit-codes -->\nafter\n';
    writeFileSync(readme, stale);
    expect(renderDocs('--check', directory)).toEqual({
      status: 1,
      stderr: 'README.md is not current: run node scripts/render-docs.ts\n',
    });
    expect(readFileSync(readme, 'utf8')).toBe(stale);
    expect(renderDocs(directory).status).toBe(0);
    const text = readFileSync(readme, 'utf8');
    expect(text).toContain('| 12 | do not use: the digest of the file is not the proven one |');
    expect(text).not.toContain('| old |');
    expect(text.startsWith('before\n') && text.endsWith('\nafter\n')).toBe(true);
    expect(renderDocs('--check', directory)).toEqual({ status: 0, stderr: '' });
  });

  it.each([
    ['an unknown name', '<!-- generated: recipes -->\n<!-- end of recipes -->', 'recipes'],
    ['no end', '<!-- generated: signers -->\ntext', 'has no partner'],
    ['no beginning', 'text\n<!-- end of signers -->', 'has no partner'],
  ])('refuses a mark with %s', (_, text, message) => {
    writeFileSync(join(directory, 'docs', 'x.md'), text);
    const { status, stderr } = renderDocs('--check', directory);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
  });
});
