import { chmodSync, chownSync, lchownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { othersCanChange, othersCanWrite } from '../../../src/disk/who-can-change.ts';
import { NO_OTHER_USER, OTHER_UID } from '#support/other-user';
import { testDir } from '#support/test-dir';

const unix = process.platform !== 'win32';
const OTHER = `user ${OTHER_UID}`;

describe.runIf(unix)('who else can change a path (needs POSIX permissions)', () => {
  it('is no one if everything belongs to this user or root', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('bin'));
    writeFileSync(dir.join('bin', 'kubectl'), '', { mode: 0o755 });
    expect(await othersCanChange(dir.join('bin', 'kubectl'))).toEqual([]);
  });

  it('is no one if nothing is there yet', async () => {
    const dir = await testDir();
    expect(await othersCanChange(dir.join('a', 'b', 'kubectl'))).toEqual([]);
  });

  it('names the first directory that others can write', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('open', 'bin'), { recursive: true });
    chmodSync(dir.join('open'), 0o777);
    chmodSync(dir.join('open', 'bin'), 0o777);
    expect(await othersCanChange(dir.join('open', 'bin', 'kubectl'))).toEqual([
      { path: dir.join('open'), who: 'everybody' },
    ]);
  });

  it('is no one if a sticky bit keeps others from what is ours', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('tmp', 'ours'), { recursive: true });
    chmodSync(dir.join('tmp'), 0o1777);
    expect(await othersCanChange(dir.join('tmp', 'ours', 'kubectl'))).toEqual([]);
    expect(await othersCanChange(dir.join('tmp', 'kubectl'))).toEqual([]);
  });

  it('counts the file itself', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('kubectl'), '');
    chmodSync(dir.join('kubectl'), 0o666);
    expect(await othersCanChange(dir.join('kubectl'))).toEqual([
      { path: dir.join('kubectl'), who: 'everybody' },
    ]);
  });

  it('counts the directories that a link leads through, and those it stands in', async () => {
    const dir = await testDir();
    for (const name of ['links', 'open', 'open/bin']) mkdirSync(dir.join(name));
    chmodSync(dir.join('open'), 0o777);
    symlinkSync('../open/bin', dir.join('links', 'bin'));
    expect(await othersCanChange(dir.join('links', 'bin', 'kubectl'))).toEqual([
      { path: dir.join('open'), who: 'everybody' },
    ]);
    chmodSync(dir.join('open'), 0o755);
    chmodSync(dir.join('links'), 0o777);
    expect(await othersCanChange(dir.join('links', 'bin', 'kubectl'))).toEqual([
      { path: dir.join('links'), who: 'everybody' },
    ]);
  });

  it('ends where links go round in a circle', async () => {
    const dir = await testDir();
    symlinkSync('b', dir.join('a'));
    symlinkSync('a', dir.join('b'));
    expect(await othersCanChange(dir.join('a', 'kubectl'))).toEqual([]);
  });
});

describe.skipIf(NO_OTHER_USER !== undefined)(`with another user (${NO_OTHER_USER ?? 'as root'})`, () => {
  it('names the owner of a directory above', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('home', 'bin'), { recursive: true });
    chownSync(dir.join('home'), OTHER_UID, OTHER_UID);
    chownSync(dir.join('home', 'bin'), OTHER_UID, OTHER_UID);
    expect(await othersCanChange(dir.join('home', 'bin', 'kubectl'))).toEqual([
      { path: dir.join('home'), who: OTHER },
    ]);
  });

  it('names the owner of a link in a sticky directory', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('bin'));
    mkdirSync(dir.join('tmp'));
    chmodSync(dir.join('tmp'), 0o1777);
    symlinkSync('../bin', dir.join('tmp', 'link'));
    expect(await othersCanChange(dir.join('tmp', 'link', 'kubectl'))).toEqual([]);
    lchownSync(dir.join('tmp', 'link'), OTHER_UID, OTHER_UID);
    expect(await othersCanChange(dir.join('tmp', 'link', 'kubectl'))).toEqual([
      { path: dir.join('tmp', 'link'), who: OTHER },
    ]);
  });

  it('names the group that may write, unless it is this user alone', async () => {
    const dir = await testDir();
    mkdirSync(dir.join('shared'));
    chownSync(dir.join('shared'), 0, OTHER_UID);
    chmodSync(dir.join('shared'), 0o775);
    const found = [{ path: dir.join('shared'), who: `group ${OTHER_UID}` }];
    expect(await othersCanChange(dir.join('shared', 'kubectl'))).toEqual(found);
    chownSync(dir.join('shared'), 0, 0);
    expect(await othersCanChange(dir.join('shared', 'kubectl'))).toEqual([{ ...found[0], who: 'group 0' }]);
  });

  it('names who may write to a file: its owner, and a group of others', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('kubectl'), '');
    chownSync(dir.join('kubectl'), OTHER_UID, 0);
    chmodSync(dir.join('kubectl'), 0o664);
    expect(await othersCanWrite(statSync(dir.join('kubectl'), { bigint: true }))).toEqual([OTHER, 'group 0']);
  });
});
