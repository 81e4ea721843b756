import { describe, expect, it } from 'vitest';
import { parseBaseUrl, rekorUrlOf, serversOf } from '../../../src/plan/request.ts';

describe('a base URL as a person writes it', () => {
  it.each([
    ['https://mirror.example', 'https://mirror.example'],
    ['https://mirror.example/', 'https://mirror.example'],
    ['HTTP://Mirror.Example:8080/k8s//', 'http://mirror.example:8080/k8s'],
    ['https://user:pass@mirror.example/k8s/', 'https://user:pass@mirror.example/k8s'],
  ])('%s is %s', (text, url) => {
    expect(parseBaseUrl(text)).toBe(url);
  });

  it.each([
    '',
    'mirror.example',
    'ftp://mirror.example',
    'file:///srv/mirror',
    'https://',
    'https://mirror.example/?',
    'https://mirror.example/?a=b',
    'https://mirror.example/#',
    'https://mirror.example/#a',
  ])('%j is none', (text) => {
    expect(parseBaseUrl(text)).toBeUndefined();
  });
});

describe('where a request goes', () => {
  it('is what it names, in its order and without slashes at the end', () => {
    const request = {
      sources: ['https://b.example/', 'https://a.example/k8s//'],
      rekorUrl: 'https://log.example/',
    };
    expect(serversOf(request)).toEqual(['https://b.example', 'https://a.example/k8s']);
    expect(rekorUrlOf(request)).toBe('https://log.example');
  });

  it("is Kubernetes' own server and the public log where it names none", () => {
    expect(serversOf({})).toEqual(['https://dl.k8s.io']);
    expect(rekorUrlOf({})).toBe('https://rekor.sigstore.dev');
  });

  it('is nowhere where it names no source at all', () => {
    expect(serversOf({ sources: [] })).toEqual([]);
  });
});
