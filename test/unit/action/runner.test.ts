import { describe, expect, it } from 'vitest';
import { assertFitsPath, readRunner, resolvePath } from '../../../src/action/runner.ts';
import { secretsIn } from '../../../src/action/secrets.ts';

describe('the runner', () => {
  const process = { workspace: '/w', platform: 'linux' } as const;

  it.each([
    [
      { RUNNER_TEMP: '/t', HOME: '/home/r' },
      { temporary: '/t', home: '/home/r' },
    ],
    [{ RUNNER_TEMP: '/t' }, { temporary: '/t' }],
    [{ RUNNER_TEMP: '/t', HOME: '', RUNNER_TOOL_CACHE: '' }, { temporary: '/t' }],
    [
      { RUNNER_TEMP: '/t', K8S_VERIFY_POLICY: ' /etc/p.json', K8S_VERIFY_OFFLINE: 'true' },
      { temporary: '/t', policyFile: '/etc/p.json', isOffline: true },
    ],
    [
      { RUNNER_TEMP: '/t', K8S_VERIFY_POLICY: '', K8S_VERIFY_OFFLINE: '0' },
      { temporary: '/t', isOffline: false },
    ],
  ])('%j', (environment, expected) => {
    expect(readRunner(environment, process)).toStrictEqual({ ...process, isOffline: false, ...expected });
  });

  it('has a tool cache where it says so', () => {
    expect(readRunner({ RUNNER_TEMP: '/t', RUNNER_TOOL_CACHE: '/c' }, process).toolCache).toBeDefined();
  });

  it('is missed without a temporary directory', () => {
    expect(() => readRunner({ HOME: '/home/r' }, process)).toThrow(/RUNNER_TEMP/);
  });
});

describe('paths of the inputs', () => {
  it.each([
    ['linux', 'bin', '/w/bin'],
    ['linux', '/opt/bin', '/opt/bin'],
    ['linux', '~/bin', '/home/r/bin'],
    ['linux', '~', '/home/r'],
    ['linux', '~other/bin', '/w/~other/bin'],
    ['linux', 'a\\b', '/w/a\\b'],
  ] as const)('%s: %s is %s', (platform, text, expected) => {
    expect(resolvePath({ platform, workspace: '/w', home: '/home/r' }, text)).toBe(expected);
  });

  it.each([
    ['bin', 'D:\\w\\bin'],
    ['C:\\tools', 'C:\\tools'],
    ['C:/tools/k8s', 'C:\\tools\\k8s'],
    ['\\\\server\\share\\bin', '\\\\server\\share\\bin'],
    ['~\\bin', 'C:\\Users\\r\\bin'],
    ['~/bin', 'C:\\Users\\r\\bin'],
  ])('on Windows %s is %s', (text, expected) => {
    expect(resolvePath({ platform: 'win32', workspace: 'D:\\w', home: 'C:\\Users\\r' }, text)).toBe(expected);
  });

  it('in the home directory are refused on a runner without one', () => {
    expect(() => resolvePath({ platform: 'linux', workspace: '/w' }, '~/bin')).toThrow(
      /this runner has none/,
    );
    expect(resolvePath({ platform: 'linux', workspace: '/w' }, 'bin')).toBe('/w/bin');
  });
});

describe('a directory for PATH', () => {
  it.each([
    ['linux', '/opt/k8s tools/bin'],
    ['linux', '/opt/k8s;tools'],
    ['win32', 'C:\\tools\\bin'],
  ] as const)('%s: %j is one', (platform, directory) => {
    expect(() => assertFitsPath({ platform }, directory)).not.toThrow();
  });

  it.each([
    ['linux', '/w/C:\\tools'],
    ['linux', '/w/a\nb'],
    ['win32', 'C:\\tools;bin'],
  ] as const)('%s: %j is none', (platform, directory) => {
    expect(() => assertFitsPath({ platform }, directory)).toThrow(/cannot stand on PATH/);
  });
});

describe('what is masked', () => {
  it.each([
    [['https://dl.example/k8s'], []],
    [['https://user:hunter2@dl.example'], ['hunter2', Buffer.from('user:hunter2').toString('base64')]],
    [['https://u:p%40ss@dl.example'], ['p%40ss', 'p@ss', Buffer.from('u:p@ss').toString('base64')]],
    [['https://token@dl.example'], ['token', Buffer.from('token:').toString('base64')]],
    [['https://u:%zz@dl.example'], ['%zz', Buffer.from('u:%zz').toString('base64')]],
    [['not a url'], []],
  ])('%j: %j', (urls, secrets) => {
    expect(secretsIn(urls)).toStrictEqual(secrets);
  });
});
