import { describe, expect, it } from 'vitest';
import { type ListArguments, readList } from '../../../src/cli/list.ts';
import { RequestError } from '../../../src/errors.ts';
import { parseRun } from './parse-run.ts';

describe('list: words to a request', () => {
  it.each<[string, ListArguments]>([
    ['list', { kind: 'releases' }],
    ['list --mirror https://a.example/', { kind: 'releases', sources: ['https://a.example'] }],
    ['ls 1.30', { kind: 'releases', only: { major: 1, minor: 30 } }],
    ['ls v1.30', { kind: 'releases', only: { major: 1, minor: 30 } }],
    ['list stable', { kind: 'files', version: 'stable', platforms: [] }],
    ['list --all', { kind: 'files', version: 'stable', platforms: [] }],
    ['list 1.30 --all', { kind: 'files', version: '1.30', platforms: [] }],
    ['list --platform linux/arm64', { kind: 'files', version: 'stable', platforms: ['linux/arm64'] }],
    ['list prerelease-1.31', { kind: 'files', version: 'prerelease-1.31', platforms: [] }],
    [
      'list v1.30.2 --platform linux/arm64 --platform windows/amd64',
      { kind: 'files', version: 'v1.30.2', platforms: ['linux/arm64', 'windows/amd64'] },
    ],
    [
      'list stable --mirror https://a.example/',
      { kind: 'files', version: 'stable', platforms: [], sources: ['https://a.example'] },
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
