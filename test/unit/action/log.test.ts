import { describe, expect, it } from 'vitest';
import { harmless } from '../../../src/action/log.ts';
import { escapeHtml } from '../../../src/action/outputs.ts';

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

describe('a cell of the summary', () => {
  it.each([
    ['<img src=x onerror="y">', '&lt;img src=x onerror=&quot;y&quot;&gt;'],
    ['a & b', 'a &amp; b'],
    ['a\nb', 'a b'],
  ])('%j carries no markup', (text, expected) => {
    expect(escapeHtml(text)).toBe(expected);
  });
});
