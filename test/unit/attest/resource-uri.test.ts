import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  below,
  digestUri,
  evidenceUri,
  fileUri,
  locationUri,
  partOf,
  releasedUri,
} from '../../../src/attest/resource-uri.ts';

/** RFC 3986: nothing but these, and no percent sign without two digits. */
const URI = /^[a-z]+:(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-F]{2})+$/;

describe('the URI of a file', () => {
  it.skipIf(process.platform === 'win32').each([
    ['a space', '/opt/my tools/kubectl', 'file:///opt/my%20tools/kubectl'],
    ['a percent sign', '/opt/100%/kubectl', 'file:///opt/100%25/kubectl'],
    ['what ends a path', '/opt/a?b#c/kubectl', 'file:///opt/a%3Fb%23c/kubectl'],
    ['a line break and a tab', '/opt/a\nb\tc', 'file:///opt/a%0Ab%09c'],
    ['an escape', '/opt/\u001b[31m', 'file:///opt/%1B%5B31m'],
    ['markup', '/opt/<script>"\'', "file:///opt/%3Cscript%3E%22'"],
    ['a mark that turns the text', '/opt/\u202etxt', 'file:///opt/%E2%80%AEtxt'],
    ['brackets, bars and braces', '/opt/[a]|{b}^`\\', 'file:///opt/%5Ba%5D%7C%7Bb%7D%5E%60%5C'],
    ['what looks like a server', '//evil.example/kubectl', 'file:///evil.example/kubectl'],
  ])('encodes %s (needs a POSIX system)', (_, path, uri) => {
    expect(fileUri(path)).toBe(uri);
    expect(uri).toMatch(URI);
  });

  it('is that of the whole path', () => {
    expect(fileUri('kubectl')).toBe(pathToFileURL(`${process.cwd()}/kubectl`).href);
  });
});

describe('the URI of a place', () => {
  it.each([
    ['https://dl.k8s.io/release/v1.30.2/kubectl', 'https://dl.k8s.io/release/v1.30.2/kubectl'],
    ['HTTPS://DL.K8S.IO/x', 'https://dl.k8s.io/x'],
    ['https://alice:secret@mirror.example/k8s/x?X-Sig=1#y', 'https://mirror.example/k8s/x'],
    ['https://...@mirror.example/x?...', 'https://mirror.example/x'],
    ['http://[::1]:8080/a b', 'http://[::1]:8080/a%20b'],
    ['https://mirror.example/a%zz[1]|', 'https://mirror.example/a%25zz%5B1%5D%7C'],
  ])('%s', (location, uri) => {
    expect(locationUri(location)).toBe(uri);
  });

  it('is that of a file for a path', () => {
    expect(locationUri('/mnt/mirror/x')).toBe(fileUri('/mnt/mirror/x'));
  });

  it('is none for evidence that was given as a value', () => {
    expect(evidenceUri('memory')).toBeUndefined();
    expect(evidenceUri('kubectl.sigstore.json')).toBe(fileUri('kubectl.sigstore.json'));
  });
});

describe('the URI of a digest and of a part', () => {
  it('names the digest by RFC 6920', () => {
    // The example of that RFC, section 8.1.
    const hello = '7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069';
    expect(digestUri(hello)).toBe('ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk');
  });

  it('names the file in a tarball', () => {
    expect(partOf('https://dl.k8s.io/x.tar.gz', 'kubernetes/client/bin/kubectl')).toBe(
      'https://dl.k8s.io/x.tar.gz#kubernetes/client/bin/kubectl',
    );
    expect(partOf('https://dl.k8s.io/x', 'a#b<c>')).toMatch(/#a%23b%3Cc%3E$/);
  });
});

describe('the URI of a released file', () => {
  it.each([
    ['kubectl', 'linux/arm64', 'release/v1.30.2/bin/linux/arm64/kubectl'],
    ['kubectl', 'windows/amd64', 'release/v1.30.2/bin/windows/amd64/kubectl.exe'],
    ['kubernetes-src', undefined, 'release/v1.30.2/kubernetes-src.tar.gz'],
    ['kubernetes-release.spdx', undefined, 'release/v1.30.2/kubernetes-release.spdx'],
  ])('%s %s', (component, platform, path) => {
    const name = { component, version: 'v1.30.2', platform };
    expect(releasedUri(name, 'https://m.example/k8s/')).toBe(`https://m.example/k8s/${path}`);
    expect(releasedUri(name, '/mnt/mirror')).toBe(below('/mnt/mirror', path));
  });

  it('is none for what the table lacks', () => {
    for (const name of [
      { component: 'kubctl', version: 'v1.30.2', platform: 'linux/amd64' },
      { component: 'kubectl', version: '../v1', platform: 'linux/amd64' },
      { component: 'kubectl', version: 'v1.30.2', platform: '../..' },
    ])
      expect(releasedUri(name, 'https://dl.k8s.io')).toBeUndefined();
  });
});
