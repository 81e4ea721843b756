import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROOF_STEPS } from '../../src/proof/steps.ts';
import { VECTORS } from '../vectors/vectors.ts';
import { TOO_LAX, TOO_STRICT } from './differences.ts';
import { sigstoreAccepts } from './sigstore-verify.ts';

const vectors = Object.values(VECTORS).flat();

async function otherwise(accepted: boolean): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { name, refusal, make } of vectors) {
    if ((refusal === undefined) === accepted && (await sigstoreAccepts(make())) !== accepted)
      names.push(name);
  }
  return names.sort();
}

describe("sigstore's own verify", () => {
  it('refuses of what we accept only what is written down', async () => {
    expect(await otherwise(true)).toEqual(Object.values(TOO_STRICT).flat().sort());
  });

  it('accepts of what we refuse only what is written down', async () => {
    expect(await otherwise(false)).toEqual(Object.values(TOO_LAX).flat().sort());
  });
});

describe('docs/verification.md', () => {
  const text = readFileSync(new URL('../../docs/verification.md', import.meta.url), 'utf8');

  it.each(Object.keys({ ...TOO_LAX, ...TOO_STRICT }))('has the reason %s', (letter) => {
    expect(text).toContain(`| ${letter} |`);
  });

  it('has a section for every step', () => {
    const sections = new Set(PROOF_STEPS.map(({ section }) => section));
    const missing = [...sections].filter(
      (section) => !new RegExp(`^#+ ${section.replaceAll('.', '\\.')} `, 'm').test(text),
    );
    expect(missing).toEqual([]);
  });
});
