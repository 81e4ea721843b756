import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatPlatform,
  hostPlatform,
  parsePlatform,
  PLATFORMS,
  type ProcessInfo,
} from '../../../src/release/platform.ts';
import { thrownBy } from '#support/thrown-by';

describe('platforms', () => {
  it.each(PLATFORMS.map((platform) => [formatPlatform(platform), platform] as const))(
    'reads %s',
    (text, platform) => {
      expect(parsePlatform(text)).toEqual(platform);
    },
  );

  it.each([
    ['linux/x86_64', 'linux/amd64'],
    ['linux/x86-64', 'linux/amd64'],
    ['linux-x86_64', 'linux/amd64'],
    ['Linux/x86_64', 'linux/amd64'],
    ['linux/x64', 'linux/amd64'],
    ['linux_amd64', 'linux/amd64'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/armv7l', 'linux/arm'],
    ['linux/i686', 'linux/386'],
    ['linux/ppc64', 'linux/ppc64le'],
    ['macos/arm64', 'darwin/arm64'],
    ['macOS/aarch64', 'darwin/arm64'],
    ['win32/x64', 'windows/amd64'],
    ['windows/amd46', 'windows/amd64'],
    ['linux', 'linux/amd64'],
    ['macos', 'darwin/amd64'],
    ['arm64', 'linux/arm64'],
    ['x86_64', 'linux/amd64'],
  ])('offers for %s the valid %s', (text, choice) => {
    expect(thrownBy(() => parsePlatform(text))).toMatchObject({
      code: 'platform-impossible',
      next: `try ${choice}`,
    });
    expect(formatPlatform(parsePlatform(choice))).toBe(choice);
  });

  it.each([
    '',
    '/',
    'linux/',
    '/amd64',
    'linux/amd64/v3',
    'linux/amd64\n',
    'plan9/mips',
    '__proto__/constructor',
    '\u001b[2J',
  ])('refuses %j and names what there is', (text) => {
    const error = thrownBy(() => parsePlatform(text));
    expect(error).toMatchObject({ code: 'platform-impossible' });
    expect(error.wanted).toContain('linux/amd64');
    expect(error.message).not.toContain('\u001b');
  });

  it.each(['linux/mips', 'linux/riscv64', 'linux/loong64', 'plan9/amd64', 'freebsd/amd64', 'solaris/sparc'])(
    'offers nothing far-fetched for %s',
    (text) => {
      expect(thrownBy(() => parsePlatform(text)).next).toBe('name one of these as os/arch');
    },
  );

  it('offers what there is of what is asked for, and nothing else', () => {
    const choices = [
      { os: 'linux', arch: 'arm64' },
      { os: 'darwin', arch: 'arm64' },
    ];
    expect(thrownBy(() => parsePlatform('arm', choices))).toMatchObject({
      wanted: 'linux/arm64, darwin/arm64',
      next: 'name one of these as os/arch',
    });
    expect(thrownBy(() => parsePlatform('linux/aarch64', choices)).next).toBe('try linux/arm64');
    expect(parsePlatform('windows/386', choices)).toEqual({ os: 'windows', arch: '386' });
  });

  it('fails on any other text with its own error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(thrownBy(() => parsePlatform(text)).code).toBe('platform-impossible');
      }),
    );
  });
});

describe('the platform of a process', () => {
  const le = 'LE' as const;
  it.each<[ProcessInfo, string]>([
    [{ platform: 'linux', arch: 'x64', endianness: le }, 'linux/amd64'],
    [{ platform: 'linux', arch: 'arm64', endianness: le }, 'linux/arm64'],
    [{ platform: 'linux', arch: 'arm', endianness: le }, 'linux/arm'],
    [{ platform: 'linux', arch: 'ia32', endianness: le }, 'linux/386'],
    [{ platform: 'linux', arch: 'ppc64', endianness: le }, 'linux/ppc64le'],
    [{ platform: 'linux', arch: 's390x', endianness: 'BE' }, 'linux/s390x'],
    [{ platform: 'darwin', arch: 'x64', endianness: le }, 'darwin/amd64'],
    [{ platform: 'darwin', arch: 'arm64', endianness: le }, 'darwin/arm64'],
    [{ platform: 'win32', arch: 'x64', endianness: le }, 'windows/amd64'],
    [{ platform: 'win32', arch: 'arm64', endianness: le }, 'windows/arm64'],
    [{ platform: 'win32', arch: 'ia32', endianness: le }, 'windows/386'],
  ])('%o is %s', (info, platform) => {
    expect(formatPlatform(hostPlatform(info))).toBe(platform);
  });

  it.each<[ProcessInfo, string]>([
    [{ platform: 'linux', arch: 'ppc64', endianness: 'BE' }, 'linux/ppc64 (big-endian)'],
    [{ platform: 'linux', arch: 'riscv64', endianness: le }, 'linux/riscv64'],
    [{ platform: 'linux', arch: 'loong64', endianness: le }, 'linux/loong64'],
    [{ platform: 'freebsd', arch: 'x64', endianness: le }, 'freebsd/x64'],
    [{ platform: 'darwin', arch: 'ia32', endianness: le }, 'darwin/ia32'],
    [{ platform: 'win32', arch: 'arm', endianness: le }, 'win32/arm'],
    [{ platform: 'toString', arch: 'constructor', endianness: le }, 'toString/constructor'],
  ])('%o is none, and the error says what was found', (info, found) => {
    const error = thrownBy(() => hostPlatform(info));
    expect(error).toMatchObject({ code: 'platform-impossible', found });
    expect(error.next).toContain('--platform');
  });
});
