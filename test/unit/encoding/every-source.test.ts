import { describe, expect, it } from 'vitest';
import { everySourceFailed, type FailedSource } from '../../../src/encoding/every-source.ts';
import { UnavailableError } from '../../../src/errors.ts';

function failed(source: string, message: string, found?: string): FailedSource {
  const details = { advice: `look at ${source}`, ...(found === undefined ? {} : { found }) };
  return { source, error: new UnavailableError('network', message, details) };
}

describe('the error of several sources', () => {
  it('is the only one itself', () => {
    const one = failed('https://a', 'no');
    expect(everySourceFailed([one])).toBe(one.error);
  });

  it('says once what was wanted, and names each source with its reason', () => {
    const error = everySourceFailed([
      failed('https://a', 'could not fetch it: refused (https://a/it, 1 attempt)'),
      failed('https://b/', 'could not fetch it: HTTP 503 (https://b/it, 6 attempts)'),
      failed('https://c', 'could not fetch it: no answer (https://c/it, 6 attempts)'),
    ]);
    expect(error).toMatchObject({
      code: 'network',
      message:
        'could not fetch it: refused (https://a/it, 1 attempt); then HTTP 503 (https://b/it, 6 attempts); ' +
        'then no answer (https://c/it, 6 attempts)',
      advice: 'look at https://c',
    });
  });

  it('adds the source to a reason that does not name it, without its password', () => {
    const error = everySourceFailed([
      failed('https://me:secret@a', 'the marker cannot be used', 'a poem'),
      failed('https://b', 'could not fetch the marker: refused (https://b/it, 1 attempt)'),
    ]);
    expect(error.message).toBe(
      'the marker cannot be used (https://a has a poem); then could not fetch the marker: refused (https://b/it, 1 attempt)',
    );
  });

  it('names those that answered and have nothing', () => {
    const error = everySourceFailed(
      [failed('https://a', 'could not fetch it: refused (https://a/it, 1 attempt)')],
      ['https://b', 'https://me:secret@c'],
    );
    expect(error.message).toBe(
      'could not fetch it: refused (https://a/it, 1 attempt); not found at https://b, https://c',
    );
  });
});
