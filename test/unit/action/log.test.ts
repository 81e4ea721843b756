import { describe, expect, it } from 'vitest';
import { harmless } from '../../../src/action/log.ts';

describe('a line of the log', () => {
  it.each([
    ['plain text: with colons :: inside', 'plain text: with colons :: inside'],
    ['::add-path::/evil', ': :add-path::/evil'],
    ['  ::set-output name=a::b', '  : :set-output name=a::b'],
    ['a\n::add-path::/evil', 'a ::add-path::/evil'],
    ['a\r::error::x', 'a ::error::x'],
    ['text ##[add-path]/evil', 'text ## [add-path]/evil'],
    ['\u001b[31mred', ' [31mred'],
    ['a\u202eb', 'a b'],
  ])('%j gives the runner no command', (text, expected) => {
    expect(harmless(text)).toBe(expected);
  });
});
