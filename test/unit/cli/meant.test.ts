import { chmod, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/add-command.ts';
import { mistypedCommand, mistypedComponent } from '../../../src/cli/meant.ts';
import { isComponent } from '../../../src/release/component.ts';
import { nextSteps } from '../../../src/cli/next.ts';
import { releasesElsewhere } from '../../../src/cli/other-projects.ts';
import { runCli } from '#support/run-cli';
import { testDir } from '#support/test-dir';

describe('a word that means a command', () => {
  it.each([
    ['get', 'k8s-verify install kubectl'],
    ['download', 'k8s-verify install kubectl'],
    ['fetch', 'k8s-verify install kubectl'],
    ['add', 'k8s-verify install kubectl'],
    ['i', 'k8s-verify install kubectl'],
    ['use', 'k8s-verify lock kubectl'],
    ['pin', 'k8s-verify lock kubectl'],
    ['freeze', 'k8s-verify lock kubectl'],
    ['installed', 'k8s-verify scan'],
    ['status', 'k8s-verify scan'],
    ['which', 'k8s-verify scan'],
    ['check', 'k8s-verify verify kubectl'],
    ['prove', 'k8s-verify verify kubectl'],
    ['validate', 'k8s-verify verify kubectl'],
    ['hash', 'k8s-verify digest kubectl'],
    ['sum', 'k8s-verify digest kubectl'],
    ['sha256', 'k8s-verify digest kubectl'],
    ['checksum', 'k8s-verify digest kubectl'],
    ['audit', 'k8s-verify release kubectl'],
    ['versions', 'k8s-verify list'],
    ['ls-remote', 'k8s-verify list'],
    ['report', 'k8s-verify release kubectl'],
    ['inspect', 'k8s-verify release kubectl'],
    ['diagnose', 'k8s-verify doctor kubectl'],
    ['env', 'k8s-verify doctor kubectl'],
    ['info', 'k8s-verify doctor kubectl'],
    ['root', 'k8s-verify trusted-root kubectl'],
    ['tuf', 'k8s-verify trusted-root kubectl'],
    ['init', 'k8s-verify trusted-root kubectl'],
    ['update', 'for the trusted root: k8s-verify trusted-root update'],
  ])('%s', (word, next) => {
    expect(mistypedCommand(word, [word, 'kubectl'], [...COMMANDS, 'release'])?.next).toBe(next);
  });

  it('names no command that there is not', () => {
    expect(mistypedCommand('audit', ['audit', 'v1.30.2'], ['install'])).toBeUndefined();
  });

  it.each(['self-update', 'upgrade'])(
    '%s says where this copy runs from, and how to prove the new one',
    (word) => {
      const error = mistypedCommand(word, [word], COMMANDS);
      expect(error?.found).toContain(process.argv[1]);
      expect(error?.next).toContain('k8s-verify verify FILE --k8s-verify-release any');
    },
  );
});

describe('a program of another project', () => {
  it.each([
    'helm',
    'kubectx',
    'k9s',
    'Kustomize',
    'minikube',
    'kind',
    'containerd',
    'runc',
    'crictl',
    'etcd',
    'cni-plugins',
  ])('%s is told with where it is released, and not as a typing error', (word) => {
    for (const error of [mistypedCommand(word, [word], COMMANDS), mistypedComponent(word, [word])]) {
      expect(error?.message).toBe(`${word} is not part of a Kubernetes release`);
      expect(error?.found).toMatch(/^a project of its own: https:\/\/github\.com\/[\w-]+\/[\w-]+\/releases$/);
    }
  });

  it.each(['kubectl', 'kubelet', 'kube-proxy', 'constructor', '__proto__'])('is never %s', (word) => {
    expect(releasesElsewhere(word)).toBeUndefined();
    expect(isComponent('kubectl')).toBe(true);
  });

  it('is not looked for behind the error', () => {
    const error = mistypedCommand('helm', ['helm'], COMMANDS);
    if (error === undefined) throw new Error('no error');
    const steps = nextSteps(error, { words: ['helm'], line: undefined, downloaded: false });
    expect(steps).toEqual([
      { text: 'get it from that project, with the checks that it offers' },
      { text: 'see what can be proved', command: 'k8s-verify list v1.36.0 --all' },
    ]);
  });
});

describe('a program that is to be removed', () => {
  it('is named by the path that a shell finds', async () => {
    const dir = await testDir();
    await writeFile(dir.join('kubelet'), '#!/bin/sh\n');
    await chmod(dir.join('kubelet'), 0o755);
    const { stderr, exitCode } = await runCli(['uninstall', 'kubelet'], { env: { PATH: dir.path } });
    expect({ stderr, exitCode }).toEqual({
      exitCode: 2,
      stderr: `k8s-verify: error: k8s-verify removes nothing\n  next   rm ${dir.join('kubelet')}\nExit code 2 (k8s-verify help 2)\n`,
    });
  });

  it('is looked for where none is on PATH', async () => {
    const dir = await testDir();
    const { stderr } = await runCli(['rm', 'kubelet'], { env: { PATH: dir.path } });
    expect(stderr).toContain('  found  no kubelet on PATH\n  next   see where it is: k8s-verify scan\n');
  });
});

describe('an option by the name that other tools have', () => {
  it.each([
    [['kubectl', '--dir', 'x'], 'k8s-verify kubectl --install-dir x'],
    [['kubectl', '--bin-dir=x', 'v1.30.2'], 'k8s-verify kubectl --install-dir=x v1.30.2'],
    [['kubectl', '--to', 'x'], 'k8s-verify kubectl --install-dir x'],
    [['kubectl', '--outptu', 'x'], 'k8s-verify kubectl --output x'],
    [['kubectl', '--arch', 'arm64'], 'did you mean --platform OS/ARCH?'],
    [['verify', 'x', '--to', 'y'], 'see what it takes: k8s-verify verify --help'],
  ])('%j', async (words, next) => {
    const { stderr, exitCode } = await runCli(words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`  next   ${next}\n`);
  });

  it('is told without the password in its value', async () => {
    const { stderr } = await runCli(['kubectl', '--mirrro=https://user:pa@ss@mirror.example']);
    expect(stderr).not.toMatch(/pa@ss|user:/);
  });
});
