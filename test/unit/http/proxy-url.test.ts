import { describe, expect, it } from 'vitest';
import { readProxyUrl } from '../../../src/http/proxy-url.ts';

describe('the URL of a proxy', () => {
  it.each([
    ['http://proxy.example:3128', 'http://proxy.example:3128/', undefined],
    ['proxy.example:3128', 'http://proxy.example:3128/', undefined],
    ['HTTPS://proxy.example', 'https://proxy.example/', undefined],
    ['socks://s:1080', 'socks5://s:1080', undefined],
    ['SOCKS5h://s:1080', 'socks5://s:1080', undefined],
    ['http://[::1]:3128', 'http://[::1]:3128/', undefined],
    // A path behind the port: of no use to a proxy, and in no one's way.
    ['http://proxy.example:3128/', 'http://proxy.example:3128/', undefined],
    ['http://proxy.example:3128/proxy.pac?x=1#top', 'http://proxy.example:3128/', undefined],
    ['http://user:pw@proxy:1/path', 'http://proxy:1/', 'user pw'],
    // Credentials as people have them.
    ['http://user:pw@proxy:1', 'http://proxy:1/', 'user pw'],
    ['user:pw@proxy:1', 'http://proxy:1/', 'user pw'],
    ['http://user@proxy:1', 'http://proxy:1/', 'user '],
    ['http://user:@proxy:1', 'http://proxy:1/', 'user '],
    ['http://:pw@proxy:1', 'http://proxy:1/', ' pw'],
    [String.raw`http://DOMAIN\user:pw@proxy:1`, 'http://proxy:1/', String.raw`DOMAIN\user pw`],
    ['http://DOMAIN%5Cuser:pw@proxy:1', 'http://proxy:1/', String.raw`DOMAIN\user pw`],
    ['http://user:p@ss@proxy:1', 'http://proxy:1/', 'user p@ss'],
    ['http://user:p:w@proxy:1', 'http://proxy:1/', 'user p:w'],
    ['http://user:p?w@proxy:1', 'http://proxy:1/', 'user p?w'],
    ['http://user:p#w@proxy:1', 'http://proxy:1/', 'user p#w'],
    ['http://user:p/w@proxy:1', 'http://proxy:1/', 'user p/w'],
    ['http://user:/@proxy:1', undefined, undefined],
    ['http://user:p w@proxy:1', 'http://proxy:1/', 'user p w'],
    ['http://user:p%40w%2Fx@proxy:1', 'http://proxy:1/', 'user p@w/x'],
    ['http://user:100%@proxy:1', 'http://proxy:1/', 'user 100%'],
    ['http://user:%zz%40@proxy:1', 'http://proxy:1/', 'user %zz@'],
    ['http://user:%ff@proxy:1', 'http://proxy:1/', 'user %ff'],
    ['http://us%C3%A9r:p%5E@proxy:1', 'http://proxy:1/', 'usér p^'],
  ])('%s', (text, href, credentials) => {
    const read = readProxyUrl(text);
    const url = read.kind === 'read' ? read.url.href : undefined;
    const { username, password } = (read.kind === 'read' ? read.credentials : undefined) ?? {};
    expect([url, username === undefined ? undefined : `${username} ${password}`]).toEqual([
      href,
      credentials,
    ]);
  });

  it.each([
    ['http://', 'it names no host'],
    ['http://:3128', 'it names no host'],
    ['http://user:secret@:3128', 'it names no host'],
    ['ftp://user:secret@proxy:1', 'cannot use a proxy with that scheme'],
    ['socks4://proxy:1', 'cannot use a proxy with that scheme'],
    ['"http://proxy:1"', 'the character """ does not belong before "://"'],
    ['http:/proxy:1', '"//" is missing after the scheme'],
    ['https:proxy:1', '"//" is missing after the scheme'],
    ['http://proxy:99999', 'its host or port cannot be read'],
    ['http://proxy:31x8', 'the character "x" does not belong in a port'],
    ['http://proxy:1\\path', 'the character "\\" does not belong in a port'],
    ['http://pro xy:1', 'a space does not belong in a host'],
    ['http://user:secret@pro"xy', 'the character """ does not belong in a host'],
    ['http://u:secret@[broken', 'the character "[" does not belong in a host'],
    ['http://u:sec\nret@proxy:1', 'it contains a line break'],
    ['http://u:sec\u0007ret@proxy:1', 'it contains the character U+0007'],
    // Two readings, by this program and by others: neither is taken in silence.
    [
      'http://user:12/secret@proxy:1',
      'the character "/" before "@" ends the host for other programs; in a user name or password write %2F',
    ],
    ['http://user:12?secret@proxy:1', 'the character "?" before "@" ends the host'],
    ['http://token#secret@proxy:1', 'the character "#" before "@" ends the host'],
    ['http://u:secret@proxy:3128/@scope', 'the character "/" before "@" ends the host'],
  ])('%j cannot be read, and nothing secret is told', (text, problem) => {
    const read = readProxyUrl(text);
    expect(read).toEqual({ kind: 'unreadable', problem: expect.stringContaining(problem) });
    expect(JSON.stringify(read)).not.toContain('secret');
  });
});
