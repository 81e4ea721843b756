import { describe, expect, it } from 'vitest';
import { builderFor, executableName, TARGETS, targetNamed } from '../../scripts/executable/targets.ts';

describe('the targets of executables', () => {
  it.each([
    ['linux-x64', 'k8s-verify-linux-x64'],
    ['linux-arm64', 'k8s-verify-linux-arm64'],
    ['darwin-arm64', 'k8s-verify-darwin-arm64'],
    ['win-x64', 'k8s-verify-win-x64.exe'],
  ])('%s becomes %s', (name, file) => {
    expect(executableName(targetNamed(name))).toBe(file);
  });

  it('an unknown one is refused with the known ones', () => {
    expect(() => targetNamed('linux-riscv64')).toThrow(
      /no target "linux-riscv64"; there are linux-x64, .*win-x64/,
    );
  });

  it('none is for Intel Macs, where Node does not support executables', () => {
    expect(() => targetNamed('darwin-x64')).toThrow(/no target "darwin-x64"/);
  });

  it.each(TARGETS)('$name is locked to one package by SHA-512', ({ integrity, nodeVersion }) => {
    expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    expect(nodeVersion).toMatch(/^(?:24|26)\.\d+\.\d+$/);
  });

  it.skipIf(process.platform !== 'linux' || process.arch !== 'x64').each(TARGETS)(
    '$name can be built there (needs Linux x64)',
    (target) => {
      expect(builderFor(target).nodeVersion).toBe(target.nodeVersion);
    },
  );
});
