import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.ts';
import { shownUrl } from '../../../src/text/shown-url.ts';
import { parseTarget } from '../../../src/http/target.ts';

describe('a URL to fetch', () => {
  it.each([
    ['https://dl.k8s.io/release/stable.txt', 'https://dl.k8s.io/release/stable.txt', undefined],
    ['http://localhost:8080/a b#part', 'http://localhost:8080/a%20b', undefined],
    ['https://user:pass@mirror.example/', 'https://mirror.example/', 'user:pass'],
    ['https://token@mirror.example/', 'https://mirror.example/', 'token:'],
    ['https://:pass@mirror.example/', 'https://mirror.example/', ':pass'],
    ['https://us%40er:p%3Aa%2Fs@mirror.example/', 'https://mirror.example/', 'us@er:p:a/s'],
    ['https://u:100%@mirror.example/', 'https://mirror.example/', 'u:100%'],
    ['https://u:pä@mirror.example/', 'https://mirror.example/', 'u:pä'],
  ])('%s', (text, href, credentials) => {
    const { url, authorization } = parseTarget(text);
    expect(url.href).toBe(href);
    const decoded = authorization?.replace(/^Basic /, '');
    expect(decoded === undefined ? undefined : Buffer.from(decoded, 'base64').toString()).toBe(credentials);
  });

  it.each([
    'dl.k8s.io/release',
    '/release',
    '',
    'ftp://dl.k8s.io/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://',
    'https://user:secret@[broken/',
    'https://dl.k8s.io:99999/',
  ])('is not %j', (text) => {
    const refused = expect.objectContaining({
      code: 'usage',
      message: expect.not.stringContaining('secret'),
      found: expect.not.stringContaining('secret'),
    });
    expect(() => parseTarget(text)).toThrow(refused);
    expect(() => parseTarget(text)).toThrow(RequestError);
  });

  it('is printed without its query', () => {
    expect(shownUrl(new URL('https://user:a@s3.example/x?X-Signature=secret#y'))).toBe(
      'https://s3.example/x?...',
    );
    expect(shownUrl(new URL('https://s3.example:8443/x'))).toBe('https://s3.example:8443/x');
  });
});
