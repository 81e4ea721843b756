import { describe, expect, it } from 'vitest';
import { excerpt } from '../../../src/text/excerpt.ts';
import { shownUrl, userInfoOf } from '../../../src/text/shown-url.ts';

describe('a URL as it is shown', () => {
  it.each([
    ['https://dl.k8s.io', 'https://dl.k8s.io'],
    ['https://dl.example/k8s/', 'https://dl.example/k8s/'],
    ['https://dl.example:8443/k8s/', 'https://dl.example:8443/k8s/'],
    ['https://[::1]:8443/k8s/', 'https://[::1]:8443/k8s/'],
    ['https://user:hunter2@dl.example/k8s', 'https://dl.example/k8s'],
    ['https://token@dl.example', 'https://dl.example'],
    ['HTTP://a:b@dl.example', 'HTTP://dl.example'],
    ['https://a:b@c@dl.example/', 'https://dl.example/'],
    ['https://dl.example/@scope/a@b', 'https://dl.example/@scope/a@b'],
    ['https://[::1]/@scope', 'https://[::1]/@scope'],
    // A query may be a signature, and a fragment is of no use.
    ['https://dl.example/?user=a@b', 'https://dl.example/?...'],
    ['https://dl.example/?', 'https://dl.example/'],
    ['https://dl.example/a#hunter2', 'https://dl.example/a'],
    ['https://user:hunter2@dl.example/a?sig=hunter2#x', 'https://dl.example/a?...'],
    // What is no URL, or another than was meant.
    ['not a url', 'not a url'],
    ['user:hunter2@dl.example', 'dl.example'],
    ['https://user:hunter2/x@dl.example/k8s', 'https://...@dl.example/k8s'],
    ['https://user:12/hunter2@dl.example/k8s', 'https://...@dl.example/k8s'],
    ['https://user:hunter2?x@dl.example', 'https://...@dl.example'],
    ['https://user:hun#ter2@dl.example', 'https://...@dl.example'],
    ['https://user:p@ss/hunter2@dl.example', 'https://...@dl.example'],
  ])('%s: %s', (text, shown) => {
    expect(shownUrl(text)).toBe(shown);
    expect(shownUrl(text)).not.toMatch(/hunter|ter2/);
  });

  it('is shown from a URL that was read, too', () => {
    expect(shownUrl(new URL('https://user:hunter2@dl.example/a?b'))).toBe('https://dl.example/a?...');
  });
});

describe('the user info of a URL', () => {
  it.each([
    ['https://dl.example/@scope', undefined],
    ['https://user:p%40ss@dl.example', 'user:p%40ss'],
    ['user:p/w@dl.example', 'user:p/w'],
    ['https://token@dl.example', 'token'],
  ])('%s: %s', (url, userInfo) => {
    expect(userInfoOf(url)).toBe(userInfo);
  });
});

describe('a quoted text with URLs in it', () => {
  it.each([
    ['https://user:hunter2@dl.example/k8s', '"https://...@dl.example/k8s"'],
    ['see https://token@a and http://b:hunter2@c', '"see https://...@c"'],
    ['https://user:hun ter2@dl.example', '"https://...@dl.example"'],
    ['https://user:12/hunter2@dl.example', '"https://...@dl.example"'],
    ['https://user:hunter2/x@dl.example', '"https://...@dl.example"'],
    ['https://a:hun@ter2@dl.example', '"https://...@dl.example"'],
    ['--mirror=https://u:hunter2@m', '"--mirror=https://...@m"'],
    [`https://u:${'hunter2'.repeat(20)}@m`, '"https://...@m"'],
    // The identity of a workflow is none of these.
    ['https://github.com/a/b/.github/workflows/r.yml@refs/tags/v1', undefined],
    ['https://dl.example:8443/k8s', undefined],
    ['https://[::1]/a@b', undefined],
    ['kubectl@v1.30.2', undefined],
  ])('%s', (text, shown) => {
    expect(excerpt(text, 200)).toBe(shown ?? JSON.stringify(text));
    expect(excerpt(text, 200)).not.toContain('hunter2');
  });
});
