import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type LabellingHost, restoreLabels } from '../../../src/disk/security-labels.ts';
import type { TempDir } from '#support/temp-dir';
import { testDir } from '#support/test-dir';
import { CAN_MOUNT } from '#support/test-disk';
import { file, tar } from '../archive/support/tar-writer.ts';

const UNPACK = fileURLToPath(new URL('../../kill/extract-program.ts', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../kill/install-program.ts', import.meta.url));

/** A machine where SELinux is on, with a `restorecon` that writes down what it is given. */
function labellingHost(dir: TempDir, script: string): LabellingHost {
  writeFileSync(dir.join('enforce'), '1');
  writeFileSync(dir.join('restorecon'), `#!/bin/sh\n${script}\n`);
  chmodSync(dir.join('restorecon'), 0o755);
  return { enforcing: dir.join('enforce'), path: ['relative', '', dir.path].join(delimiter) };
}

describe.skipIf(process.platform === 'win32')('SELinux labels (needs a POSIX shell)', () => {
  it('are restored of everything that was placed', async () => {
    const dir = await testDir();
    const host = labellingHost(dir, `printf '%s\\n' "$@" > '${dir.join('asked')}'`);
    expect(await restoreLabels(['/usr/local/bin/kubectl', '/opt/-odd name'], host)).toEqual([]);
    expect(readFileSync(dir.join('asked'), 'utf8')).toBe('-R\n--\n/usr/local/bin/kubectl\n/opt/-odd name\n');
  });

  it('that cannot be restored are a note', async () => {
    const dir = await testDir();
    const host = labellingHost(dir, 'echo "Operation not permitted" >&2; exit 255');
    const [note, ...rest] = await restoreLabels(['/usr/local/bin/kubectl'], host);
    expect(rest).toEqual([]);
    expect(note?.code).toBe('label-not-restored');
    expect(note?.text).toContain('could not restore the SELinux labels of /usr/local/bin/kubectl');
    expect(note?.text).toContain('Operation not permitted');
  });

  it('are nothing to think of where SELinux is off, the program is not there, or nothing was placed', async () => {
    const dir = await testDir();
    const host = labellingHost(dir, `touch '${dir.join('asked')}'`);
    expect(await restoreLabels(['/a'], { ...host, enforcing: dir.join('missing') })).toEqual([]);
    expect(await restoreLabels(['/a'], { ...host, path: '/nowhere' })).toEqual([]);
    expect(await restoreLabels(['/a'], { ...host, path: undefined })).toEqual([]);
    expect(await restoreLabels([], host)).toEqual([]);
    expect(existsSync(dir.join('asked'))).toBe(false);
  });
});

/** Mounts come and go with a namespace of their own, so that this machine keeps what it has. */
const WITH_SELINUX = `
mount -t tmpfs none /sys/fs && mkdir /sys/fs/selinux && echo 1 > /sys/fs/selinux/enforce && exec "$@"
`;

describe.runIf(CAN_MOUNT)('on a machine where SELinux is on (needs the right to mount a disk)', () => {
  it('the file has its name already when its label is restored', async () => {
    const dir = await testDir();
    labellingHost(
      dir,
      `for last; do :; done; cat "$last" | wc -c >> '${dir.join('asked')}'; echo "$last" >> '${dir.join('asked')}'`,
    );
    execFileSync(
      'unshare',
      ['-m', 'sh', '-ec', WITH_SELINUX, 'sh', process.execPath, PROGRAM, dir.join('bin'), '1000', 'kubectl'],
      { env: { ...process.env, PATH: [dir.path, process.env['PATH']].join(delimiter) } },
    );
    const asked = readFileSync(dir.join('asked'), 'utf8').trim().split(/\s+/);
    expect(asked).toEqual(['1000', dir.join('bin', 'kubectl')]);
  });

  it('so has the directory that a tarball was unpacked into', async () => {
    const dir = await testDir();
    labellingHost(dir, `for last; do :; done; cat "$last/a" > '${dir.join('asked')}'`);
    writeFileSync(dir.join('a.tar'), tar(file('a', 'unpacked')));
    execFileSync(
      'unshare',
      ['-m', 'sh', '-ec', WITH_SELINUX, 'sh', process.execPath, UNPACK, dir.join('a.tar'), dir.join('out')],
      { env: { ...process.env, PATH: [dir.path, process.env['PATH']].join(delimiter) } },
    );
    expect(readFileSync(dir.join('asked'), 'utf8')).toBe('unpacked');
  });
});
