import { describe, expect, it } from 'vitest';
import { type DataHost, dataPlaces } from '../../../src/data/data-places.ts';

function host(of: Partial<DataHost>): DataHost {
  return { platform: 'linux', env: {}, home: '/home/you', isPrivileged: false, ...of };
}

describe('where a user keeps things', () => {
  it.each<readonly [string, Partial<DataHost>, string | undefined]>([
    ['Linux', {}, '/home/you/.local/share/k8s-verify'],
    ['Linux with XDG', { env: { XDG_DATA_HOME: '/data' } }, '/data/k8s-verify'],
    ['a relative XDG', { env: { XDG_DATA_HOME: 'data' } }, '/home/you/.local/share/k8s-verify'],
    ['an empty XDG', { env: { XDG_DATA_HOME: '' } }, '/home/you/.local/share/k8s-verify'],
    ['macOS', { platform: 'darwin' }, '/home/you/Library/Application Support/k8s-verify'],
    ['no home', { home: undefined }, undefined],
    ['a relative home', { home: 'you' }, undefined],
    [
      'Windows',
      { platform: 'win32', env: { LocalAppData: 'C:\\Users\\you\\AppData\\Local' } },
      'C:\\Users\\you\\AppData\\Local\\k8s-verify',
    ],
    [
      'Windows without the variable',
      { platform: 'win32', home: 'C:\\Users\\you' },
      'C:\\Users\\you\\AppData\\Local\\k8s-verify',
    ],
  ])('%s', (_, of, own) => {
    expect(dataPlaces(host(of))).toMatchObject({ own, isShared: false });
  });

  it('reads what root keeps for the machine', () => {
    expect(dataPlaces(host({})).system).toBe('/var/lib/k8s-verify');
    expect(dataPlaces(host({ platform: 'win32', env: { ProgramData: 'C:\\ProgramData' } })).system).toBe(
      'C:\\ProgramData\\k8s-verify',
    );
  });
});

describe('where root keeps things', () => {
  it('ignores HOME and XDG_DATA_HOME, which sudo may have left as those of the caller', () => {
    const env = { HOME: '/home/you', XDG_DATA_HOME: '/home/you/data' };
    expect(dataPlaces(host({ env, isPrivileged: true }))).toEqual({
      own: '/var/lib/k8s-verify',
      system: undefined,
      isShared: true,
    });
  });

  it('and an elevated process on Windows uses %ProgramData%', () => {
    const env = { ProgramData: 'C:\\ProgramData', LOCALAPPDATA: 'C:\\Users\\you\\AppData\\Local' };
    expect(dataPlaces(host({ platform: 'win32', env, isPrivileged: true }))).toEqual({
      own: 'C:\\ProgramData\\k8s-verify',
      system: undefined,
      isShared: true,
    });
  });
});

it.each([false, true])('a directory that is asked for is the only one (privileged: %s)', (isPrivileged) => {
  const env = { XDG_DATA_HOME: '/data' };
  expect(dataPlaces(host({ env, isPrivileged }), '/kept')).toEqual({
    own: '/kept',
    system: undefined,
    isShared: isPrivileged,
  });
});
