import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.ts';
import { bypassesProxy, proxyFor } from '../../../src/http/proxy.ts';

const HTTPS = 'https://dl.k8s.io/';
const HTTP = 'http://mirror.example/';

describe('the proxy for a URL', () => {
  it.each([
    [HTTPS, {}, undefined],
    [HTTPS, { HTTPS_PROXY: 'http://p:3128' }, ['http://p:3128/', 'HTTPS_PROXY']],
    [HTTPS, { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:2' }, ['http://low:1/', 'https_proxy']],
    [HTTPS, { HTTP_PROXY: 'http://p:3128' }, undefined],
    [HTTP, { HTTP_PROXY: 'http://p:3128' }, ['http://p:3128/', 'HTTP_PROXY']],
    [HTTP, { http_proxy: 'http://p:3128' }, ['http://p:3128/', 'http_proxy']],
    [HTTP, { HTTPS_PROXY: 'http://p:3128' }, undefined],
    [HTTPS, { ALL_PROXY: 'http://all:1' }, ['http://all:1/', 'ALL_PROXY']],
    [HTTP, { all_proxy: 'http://all:1', http_proxy: 'http://p:2' }, ['http://p:2/', 'http_proxy']],
    [HTTPS, { https_proxy: '', ALL_PROXY: 'http://all:1' }, ['http://all:1/', 'ALL_PROXY']],
    [HTTPS, { HTTPS_PROXY: ' proxy.example:3128 ' }, ['http://proxy.example:3128/', 'HTTPS_PROXY']],
    [HTTPS, { HTTPS_PROXY: 'https://p:443' }, ['https://p/', 'HTTPS_PROXY']],
    [HTTPS, { HTTPS_PROXY: 'http://u:s%40@p:1' }, ['http://p:1/', 'HTTPS_PROXY']],
    [HTTPS, { ALL_PROXY: 'socks5://s:1080' }, ['socks5://s:1080', 'ALL_PROXY']],
    [HTTPS, { ALL_PROXY: 'socks5h://s:1080' }, ['socks5://s:1080', 'ALL_PROXY']],
    [HTTPS, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'k8s.io' }, undefined],
    [HTTPS, { HTTPS_PROXY: 'http://p:1', no_proxy: '', NO_PROXY: '*' }, undefined],
  ])('%s with %o', (url, env, expected) => {
    const choice = proxyFor(new URL(url), env);
    expect(choice === undefined ? undefined : [choice.url.href, choice.variable]).toEqual(expected);
  });

  it.each(['http://', 'ftp://p:1', 'socks4://p:1', 'http://p:99999', 'http://u:secret@[broken'])(
    'is refused where it is %j, without showing it',
    (value) => {
      const refused = (): unknown => proxyFor(new URL(HTTPS), { HTTPS_PROXY: value });
      expect(refused).toThrow(RequestError);
      expect(refused).toThrow(
        expect.objectContaining({ code: 'usage', message: 'HTTPS_PROXY is not the URL of a proxy' }),
      );
      expect(refused).toThrow(expect.objectContaining({ found: expect.not.stringContaining('secret') }));
    },
  );
});

describe('NO_PROXY', () => {
  it.each([
    ['https://dl.k8s.io/', '', false],
    ['https://dl.k8s.io/', '*', true],
    ['https://dl.k8s.io/', 'other.example, *', true],
    ['https://dl.k8s.io/', 'dl.k8s.io', true],
    ['https://dl.k8s.io/', 'DL.K8S.IO', true],
    ['https://dl.k8s.io./', 'dl.k8s.io', true],
    ['https://dl.k8s.io/', 'dl.k8s.io.', true],
    ['https://dl.k8s.io/', 'k8s.io', true],
    ['https://dl.k8s.io/', '.k8s.io', true],
    ['https://k8s.io/', '.k8s.io', true],
    ['https://dl.k8s.io/', '*.k8s.io', true],
    ['https://k8s.io/', '*.k8s.io', false],
    ['https://notk8s.io/', 'k8s.io', false],
    ['https://dl.k8s.io/', '8s.io', false],
    ['https://dl.k8s.io/', 'a b,k8s.io', true],
    ['https://dl.k8s.io/', 'dl.k8s.io:443', true],
    ['http://dl.k8s.io/', 'dl.k8s.io:443', false],
    ['http://dl.k8s.io/', 'dl.k8s.io:80', true],
    ['https://dl.k8s.io:8443/', 'dl.k8s.io:8443', true],
    ['https://dl.k8s.io:8443/', 'k8s.io', true],
    ['http://127.0.0.1:8080/', '127.0.0.1', true],
    ['http://127.0.0.1:8080/', '127.0.0.1:8080', true],
    ['http://127.0.0.1:8080/', '127.0.0.1:8081', false],
    ['http://10.1.2.3/', '10.0.0.0/8', true],
    ['http://11.1.2.3/', '10.0.0.0/8', false],
    ['http://10.1.2.3/', '10.0.0.0/33', false],
    ['http://10.1.2.3/', '10.0.0.0/x', false],
    ['http://10.1.2.3/', '10.0.0.0/', false],
    ['http://10.1.2.3/', '2.3', false],
    ['http://[::1]:80/', '::1', true],
    ['http://[::1]/', '[::1]', true],
    ['http://[::1]:8080/', '[::1]:8080', true],
    ['http://[::1]:8080/', '[::1]:81', false],
    ['http://[fd00::7]/', 'fd00::/8', true],
    ['http://[fd00::7]/', 'FD00:0::7', true],
    ['http://[fe80::7]/', 'fd00::/8', false],
    ['http://[fd00::7]/', '10.0.0.0/8', false],
    ['http://10.1.2.3/', 'mirror.example', false],
  ])('%s bypasses the proxy with %j: %s', (url, noProxy, expected) => {
    expect(bypassesProxy(new URL(url), noProxy)).toBe(expected);
  });
});
