import { describe, expect, it } from 'vitest';
import { type ListArguments, readList } from '../../../src/cli/list.ts';
import { RequestError } from '../../../src/errors.ts';
import { parseRun } from './parse-run.ts';

describe('list: words to a request', () => {
  it.each<[string, ListArguments]>([
    ['list', { version: 'stable', platforms: [] }],
    ['ls 1.30', { version: '1.30', platforms: [] }],
    ['list prerelease-1.31', { version: 'prerelease-1.31', platforms: [] }],
    [
      'list v1.30.2 --platform linux/arm64 --platform windows/amd64',
      { version: 'v1.30.2', platforms: ['linux/arm64', 'windows/amd64'] },
    ],
    [
      'list --mirror https://a.example/',
      { version: 'stable', platforms: [], sources: ['https://a.example'] },
    ],
  ])('%s', (line, expected) => {
    expect(readList(parseRun(line.split(' ')))).toStrictEqual(expected);
  });

  it.each([
    ['list kubectl', '"kubectl" is not a version', 'k8s-verify list v1.30.2'],
    ['ls latest', '"latest" has two meanings', 'k8s-verify ls stable, or k8s-verify ls prerelease'],
  ])('refuses: %s', (line, message, advice) => {
    const read = (): ListArguments => readList(parseRun(line.split(' ')));
    expect(read).toThrow(RequestError);
    expect(read).toThrow(expect.objectContaining({ message, next: expect.stringContaining(advice) }));
  });
});
