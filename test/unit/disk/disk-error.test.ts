import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { diskError } from '../../../src/disk/disk-error.ts';
import { holdDirectory } from '../../../src/disk/directories.ts';
import { openStaging } from '../../../src/disk/staging.ts';
import { NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { rejection } from '#support/thrown-by';
import { testDir } from '#support/test-dir';

const linux = process.platform === 'linux';

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code });
}

async function told(code: string): Promise<ReturnType<typeof diskError>> {
  const dir = await testDir();
  return diskError(failure(code), 'write kubectl', dir.join('kubectl'));
}

describe('what a failed system call means', () => {
  it.each([
    ['ENOSPC', 'disk-full', 'no space is left in'],
    ['EDQUOT', 'disk-full', 'no space is left in'],
    ['EACCES', 'destination-unwritable', 'not even root may write'],
    ['EROFS', 'destination-unwritable', 'is read-only'],
    ['EBUSY', 'place-failed', 'is in use, or something is mounted there'],
    ['EISDIR', 'destination-unsuitable', 'cannot be a file'],
    ['EIO', 'place-failed', 'could not write kubectl'],
  ])('%s: %s', async (code, kind, words) => {
    const error = await told(code);
    expect(error).toMatchObject({ name: 'InstallError', code: kind, found: `${code}: it failed` });
    expect(error.message).toContain(words);
  });

  it('ENOTDIR: the file that stands where a directory is needed', async () => {
    const dir = await testDir();
    await writeFile(dir.join('bin'), '');
    const error = diskError(failure('ENOTDIR'), 'check it', dir.join('bin', 'more', 'kubectl'));
    expect(error).toMatchObject({ code: 'destination-unsuitable' });
    expect(error.message).toBe(`could not check it: ${dir.join('bin')} is not a directory`);
  });

  it.skipIf(process.platform === 'win32')(
    'EPERM: the system refuses the act itself (needs POSIX)',
    async () => {
      const error = await told('EPERM');
      expect(error.code).toBe('destination-unwritable');
      expect(error.message).toContain('the system does not allow this change');
    },
  );

  it.each(['EPERM', 'EROFS', 'EBUSY'])('%s: sudo would not help', async (code) => {
    expect((await told(code)).next).not.toContain('sudo');
  });
});

describe.skipIf(NO_OTHER_USER !== undefined)(
  `for root and for others (${NO_OTHER_USER ?? 'as root'})`,
  () => {
    it('sudo helps another user, and not root', async () => {
      const dir = await testDir();
      const asRoot = diskError(failure('EACCES'), 'write kubectl', dir.join('kubectl'));
      expect(asRoot.message).toContain('not even root');
      expect(asRoot.next).not.toContain('sudo');
      process.seteuid?.(OTHER_UID);
      try {
        expect(diskError(failure('EACCES'), 'write kubectl', dir.join('kubectl')).next).toContain('sudo');
      } finally {
        process.seteuid?.(0);
      }
    });
  },
);

describe.runIf(linux)('a file system that shows the state of the system (needs Linux)', () => {
  it.each(['/proc', '/proc/k8s-verify', '/proc/k8s-verify/bin', '/sys', '/sys/k8s-verify'])(
    'is no disk: %s',
    async (directory) => {
      const error = await rejection(openStaging({ directory, fileName: 'kubectl' }).open());
      expect(error.code).toBe('destination-unsuitable');
      const [, root] = directory.split('/');
      expect(error.message).toBe(`could not write kubectl: /${root} is not on a disk and cannot hold files`);
      expect(error.next).not.toContain('sudo');
    },
  );

  it('is left without a directory of ours', async () => {
    await expect(holdDirectory('/proc/k8s-verify/bin')).rejects.toThrow('ENOENT');
  });
});
