/** What the linters of the field say about the examples, where this machine has them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { variablesOf } from '../../src/cli/environment.ts';
import { createProgram } from '../../src/cli/program.ts';
import { example, onPath, readExample } from './example-world.ts';

const files = readdirSync(example('.'), { recursive: true, encoding: 'utf8' }).map((name) =>
  name.replaceAll('\\', '/'),
);
const yaml = files.filter((name) => /\.ya?ml$/.test(name));
const workflows = yaml.filter((name) => /^jobs:$/m.test(readExample(name)));
const dockerfiles = files.filter((name) => /(?:^|\/)(?:Dockerfile|Containerfile)$/.test(name));

function complaints(program: string, ...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { cwd: example('.'), encoding: 'utf8' });
  return status === 0 ? stdout : `${status}: ${stdout}${stderr}`;
}

describe('every example', () => {
  it.each(yaml)('%s can be read as YAML', (name) => {
    for (const document of parseAllDocuments(readExample(name))) expect(document.errors).toEqual([]);
  });

  it('pins what it takes by commit or digest, and never says latest', () => {
    expect(workflows.length).toBeGreaterThan(2);
    for (const name of workflows) {
      const uses = [...readExample(name).matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, what]) => what);
      for (const what of uses) expect(what).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
    for (const name of files.filter((one) => /\.(?:ya?ml|sh|tf)$|Dockerfile$|Jenkinsfile$/.test(one))) {
      expect(readExample(name)).not.toMatch(/[:@]latest\b|(?:curl|wget)[^\n|]*\|\s*(?:ba)?sh/);
    }
  });

  it('has lines that fit, but for addresses and digests', () => {
    const own = files.filter((name) => /\.(?:ya?ml|sh|tf|json)$|Dockerfile$|Jenkinsfile$/.test(name));
    expect(own.length).toBeGreaterThan(10);
    const long = own.flatMap((name) =>
      readExample(name)
        .split('\n')
        .filter((line) => line.length > 100 && !/https?:\/\/|sha256:|@[0-9a-f]{40}/.test(line))
        .map((line) => `${name}: ${line}`),
    );
    expect(long).toEqual([]);
  });

  it('names no variable of k8s-verify that it does not read', () => {
    const known = new Set(variablesOf(createProgram()).keys());
    const named = files
      .filter((name) => statSync(example(name)).isFile())
      .flatMap((name) => readExample(name).match(/\bK8S_VERIFY_\w+/g) ?? []);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('stops where a command fails', () => {
    for (const name of files.filter((one) => one.endsWith('.sh'))) {
      expect(readExample(name)).toMatch(/^#!\/(?:usr\/bin\/env bash|bin\/sh)\n(?:#.*\n)*set -eu/);
    }
  });

  it.skipIf(!onPath('shellcheck'))('has scripts that satisfy the linter of shells (needs shellcheck)', () => {
    const scripts = files.filter((name) => name.endsWith('.sh'));
    expect(scripts).toContain('kubeadm-upgrade.sh');
    expect(complaints('shellcheck', ...scripts)).toBe('');
    const config: { readonly write_files: readonly { readonly path: string; readonly content: string }[] } =
      parse(readExample('cloud-init.yaml'));
    const directory = mkdtempSync(join(tmpdir(), 'k8s-verify-lint-'));
    const inside = config.write_files
      .filter(({ content }) => content.startsWith('#!'))
      .map(({ content }, index) => {
        writeFileSync(join(directory, `${index}.sh`), content);
        return join(directory, `${index}.sh`);
      });
    // The settings are a file of the machine.
    expect(complaints('shellcheck', '--exclude=SC1090,SC1091', ...inside)).toBe('');
    rmSync(directory, { recursive: true });
  });

  it.skipIf(!onPath('yamllint'))('has YAML that satisfies its linter (needs yamllint)', () => {
    const rules = [
      'extends: default',
      'rules:',
      '  line-length: disable',
      '  comments: {min-spaces-from-content: 1}',
      '  truthy: {check-keys: false}',
      '  braces: {max-spaces-inside: 1}',
    ].join('\n');
    const plain = yaml.filter((name) => name !== 'cloud-init.yaml');
    expect(complaints('yamllint', '--strict', '-d', rules, ...plain)).toBe('');
    // Its first line says what it is, so that no document can begin before it.
    const cloud = `${rules}\n  document-start: disable\n  comments: disable\n`;
    expect(complaints('yamllint', '--strict', '-d', cloud, 'cloud-init.yaml')).toBe('');
  });

  it.skipIf(!onPath('actionlint', '-version'))(
    'has workflows that satisfy their linter (needs actionlint)',
    () => {
      expect(complaints('actionlint', '-no-color', ...workflows)).toBe('');
    },
  );

  it.skipIf(!onPath('hadolint'))('has Dockerfiles that satisfy their linter (needs hadolint)', () => {
    // The versions of base images are the reader's; options of k8s-verify are several words.
    expect(complaints('hadolint', '--ignore', 'DL3006', '--ignore', 'SC2086', ...dockerfiles)).toBe('');
  });
});
