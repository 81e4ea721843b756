import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.ts';
import { signerOf } from '../../../src/plan/who-must-have-signed.ts';
import { thrownBy } from '#support/thrown-by';

const NAME = 'https://github.com/a/b/.github/workflows/release.yml@refs/tags/v1';
const ISSUER = 'https://token.actions.githubusercontent.com';

describe('the certificate identity of a request', () => {
  it('is taken as it is', () => {
    const identity = { subjectAlternativeName: NAME, issuer: ISSUER };
    expect(signerOf({ identity }, [])).toEqual({ kind: 'certificate-identity', identities: [identity] });
  });

  it.each([
    ['a line break', `${NAME}\n`],
    ['a Windows line break', `${NAME}\r\n`],
    ['a space before it', ` ${NAME}`],
    ['a space in it', 'krel staging@k8s.example'],
    ['a tab', `${NAME}\t`],
    ['a no-break space', `${NAME}\u00A0`],
    ['a control character', `${NAME}\u0000`],
    ['nothing else', '  '],
    ['nothing at all', ''],
  ])('with %s is a usage error, as name and as issuer', (_, text) => {
    for (const identity of [
      { subjectAlternativeName: text, issuer: ISSUER },
      { subjectAlternativeName: NAME, issuer: text },
    ]) {
      const error = thrownBy(() => signerOf({ identity }, []));
      expect(error).toBeInstanceOf(RequestError);
      expect(error).toMatchObject({ code: 'usage' });
    }
  });
});
