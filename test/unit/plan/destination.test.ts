import { sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.ts';
import {
  defaultInstallDirectory,
  fileName,
  type HostDirectories,
  outputFile,
} from '../../../src/plan/destination.ts';

function host(from: Partial<HostDirectories>): HostDirectories {
  return {
    platform: 'linux',
    env: {},
    home: '/home/ada',
    isWritable: () => false,
    canBeWritten: () => true,
    ...from,
  };
}

describe('defaultInstallDirectory', () => {
  it.each<[string, Partial<HostDirectories>, string, boolean]>([
    [
      'root on Linux',
      {
        home: '/root',
        isWritable: (path) => path === '/usr/local/bin',
        env: { PATH: '/usr/local/bin:/bin' },
      },
      '/usr/local/bin',
      true,
    ],
    ['a user on Linux', { env: { PATH: '/bin:/home/ada/.local/bin/' } }, '/home/ada/.local/bin', true],
    ['a user whose PATH lacks it', { env: { PATH: '/usr/bin:/bin' } }, '/home/ada/.local/bin', false],
    ['a PATH with a relative entry', { env: { PATH: '.local/bin::.' } }, '/home/ada/.local/bin', false],
    ['no PATH at all', {}, '/home/ada/.local/bin', false],
    [
      'macOS with Homebrew on Intel',
      { platform: 'darwin', home: '/Users/ada', isWritable: () => true, env: { PATH: '/usr/local/bin' } },
      '/usr/local/bin',
      true,
    ],
    ['macOS', { platform: 'darwin', home: '/Users/ada' }, '/Users/ada/.local/bin', false],
    [
      'a runner without HOME that may write',
      { home: undefined, isWritable: () => true },
      '/usr/local/bin',
      false,
    ],
    [
      'Windows',
      {
        platform: 'win32',
        home: 'C:\\Users\\ada',
        env: {
          LOCALAPPDATA: 'D:\\Local',
          Path: 'C:\\Windows;"d:\\local\\PROGRAMS\\k8s-verify\\bin\\"',
        },
      },
      'D:\\Local\\Programs\\k8s-verify\\bin',
      true,
    ],
    [
      'Windows without LOCALAPPDATA',
      { platform: 'win32', home: 'C:\\Users\\ada', env: { LOCALAPPDATA: '', Path: 'C:\\Windows' } },
      'C:\\Users\\ada\\AppData\\Local\\Programs\\k8s-verify\\bin',
      false,
    ],
  ])('%s', (_, from, path, onPath) => {
    expect(defaultInstallDirectory(host(from))).toEqual({ path, onPath });
  });

  it.each<[string, Partial<HostDirectories>]>([
    ['no home', { home: undefined }],
    ['an empty home', { home: '' }],
    ['a relative home', { home: 'ada' }],
    ['Windows with nothing set', { platform: 'win32', home: undefined }],
  ])('asks for --install-dir where there is none: %s', (_, from) => {
    expect(() => defaultInstallDirectory(host(from))).toThrow(RequestError);
  });
});

describe('outputFile', () => {
  it('is absolute', () => {
    expect(outputFile('bin/kubectl')).toBe([process.cwd(), 'bin', 'kubectl'].join(sep));
  });

  it.each(['-', '', 'bin/', 'a\0b'])('refuses %j', (text) => {
    expect(() => outputFile(text)).toThrow(RequestError);
  });
});

describe('the name of a file on Windows', () => {
  it.each([
    ['CON', 'device'],
    ['nul.txt', 'device'],
    ['C:\\tools\\COM1', 'device'],
    ['lpt9 .exe', 'device'],
    ['a/aux/kubectl', 'device'],
    ['x.', 'drops'],
    ['kubectl ', 'drops'],
    ['kubectl.exe:hidden', 'character'],
    ['\\\\.\\COM1', 'device'],
    ['\\\\?\\C:\\nul', 'device'],
  ])('%j is refused there, and nowhere else', (path, why) => {
    expect(() => fileName(path, 'win32')).toThrow(
      expect.objectContaining({ code: 'usage', found: expect.stringContaining(why) }),
    );
    expect(fileName(path, 'linux')).toBe(path);
  });

  it.each([
    'kubectl.exe',
    'C:\\tools\\kubectl.exe',
    '..\\k',
    './k',
    'console',
    'nulls.txt',
    'com10',
    '\\\\?\\C:\\k',
  ])('%j is taken', (path) => {
    expect(fileName(path, 'win32')).toBe(path);
  });
});
