import { describe, expect, it } from 'vitest';
import { parseContentRange } from '../../../src/http/content-range.ts';

describe('Content-Range', () => {
  it.each([
    ['bytes 0-0/1', { kind: 'part', start: 0, end: 0, total: 1 }],
    ['bytes 5-9/10', { kind: 'part', start: 5, end: 9, total: 10 }],
    ['Bytes 5-9/10 ', { kind: 'part', start: 5, end: 9, total: 10 }],
    ['bytes 5-9/*', { kind: 'part', start: 5, end: 9, total: undefined }],
    ['bytes */10', { kind: 'unsatisfied', total: 10 }],
    [undefined, undefined],
    ['', undefined],
    ['bytes */*', undefined],
    ['bytes 9-5/10', undefined],
    ['bytes 5-10/10', undefined],
    ['bytes 5-9', undefined],
    ['bytes=5-9/10', undefined],
    ['bytes -5-9/10', undefined],
    ['bytes 5-9/1e1', undefined],
    ['items 5-9/10', undefined],
    ['bytes 5-9/10, bytes 0-1/10', undefined],
    [`bytes 5-9/${'9'.repeat(400)}`, undefined],
  ])('%j', (value, expected) => {
    expect(parseContentRange(value)).toEqual(expected);
  });
});
