import { describe, expect, it } from 'vitest';
import { excerpt } from '../../../src/text/excerpt.ts';

describe('excerpt', () => {
  it('never passes control characters on to a terminal', () => {
    expect(excerpt('\u001b[2J\u009b31m\u202e')).toBe('"\\u001b[2J?31m?"');
  });

  it('bounds what it shows and says how long it was', () => {
    expect(excerpt('a'.repeat(100), 3)).toBe('"aaa"... (100 characters)');
  });
});
