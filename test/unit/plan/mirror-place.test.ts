import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readMirrorPlace, sourceAt } from '../../../src/plan/mirror-place.ts';
import { DirectorySource } from '../../../src/source/directory-source.ts';
import { testDir } from '#support/test-dir';
import { thrownBy } from '#support/thrown-by';

const read = (text: string): string => readMirrorPlace(text, '--mirror');

describe('where a mirror is', () => {
  it.each([
    ['https://a.example/k8s/', 'https://a.example/k8s'],
    ['HTTP://a.example', 'http://a.example'],
  ])('%s is a server', (text, url) => {
    expect(read(text)).toBe(url);
    expect(sourceAt(read(text))).toBe(url);
  });

  it('may be a directory: absolute, relative, by a link, by a file URL with blanks', async () => {
    const dir = await testDir();
    const path = dir.join('my mirror');
    mkdirSync(path);
    symlinkSync(path, dir.join('link'));
    for (const text of [path, relative(process.cwd(), path), pathToFileURL(path).href]) {
      expect(read(text)).toBe(path);
    }
    expect(read(dir.join('link'))).toBe(dir.join('link'));
    const source = sourceAt(read(dir.join('link')));
    expect(source).toBeInstanceOf(DirectorySource);
    expect(source).toMatchObject({ shown: dir.join('link'), root: path, isLocal: true });
  });

  it.each([
    ['mirror.example/k8s', 'did you mean https://mirror.example/k8s?'],
    ['user:hunter2@mirror.example', 'did you mean https://mirror.example?'],
    ['mirror', 'did you mean https://mirror?'],
    ['/no/such/directory', 'name a directory that exists'],
    ['./no', 'name a directory that exists'],
    ['ftp://mirror.example', 'serve the mirror by https://, or copy it to a directory'],
    ['https://a.example/?x', 'write for example https://mirror.example.com/kubernetes'],
    ['file://host/srv', 'write file:// and an absolute path: file:///srv/k8s'],
    ['file:///no/such/directory', 'name a directory that exists'],
  ])('%s is refused', (text, next) => {
    const error = thrownBy(() => read(text));
    expect(error).toMatchObject({ code: 'usage', next });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it('says whether a path leads to something else than a directory', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('file'), '');
    expect(thrownBy(() => read(dir.join('file')))).toMatchObject({ message: '--mirror names no directory' });
    expect(thrownBy(() => read(dir.join('no')))).toMatchObject({
      message: '--mirror names a directory that is not there',
    });
  });

  it('is no file', async () => {
    const dir = await testDir();
    writeFileSync(dir.join('file'), '');
    expect(thrownBy(() => read(dir.join('file')))).toMatchObject({ code: 'usage' });
  });
});
