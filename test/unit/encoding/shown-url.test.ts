import { describe, expect, it } from 'vitest';
import { shownUrl } from '../../../src/encoding/shown-url.ts';

describe('a URL as it is shown', () => {
  it.each([
    ['https://dl.k8s.io', 'https://dl.k8s.io'],
    ['https://dl.example/k8s/', 'https://dl.example/k8s/'],
    ['https://user:hunter2@dl.example/k8s', 'https://dl.example/k8s'],
    ['https://token@dl.example', 'https://dl.example'],
    ['HTTP://a:b@dl.example', 'HTTP://dl.example'],
    ['https://a:b@c@dl.example/', 'https://dl.example/'],
    ['https://dl.example/@scope/a@b', 'https://dl.example/@scope/a@b'],
    ['https://dl.example/?user=a@b', 'https://dl.example/?user=a@b'],
    ['not a url', 'not a url'],
  ])('%s: %s', (text, shown) => {
    expect(shownUrl(text)).toBe(shown);
  });
});
