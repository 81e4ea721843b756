/** What a policy file makes of one artifact, whatever the command: each field met and not met, at its edges. */
import { describe, expect, it } from 'vitest';
import { assertMayAskUnder, requestUnder, underFile } from '../../../src/plan/under-policy-file.ts';
import { openPolicy } from '../../../src/policy/open-policy.ts';
import {
  FLAWED_POLICIES,
  MANIFEST_CASES,
  manifestOutcome,
  outcomeOf,
  POLICY_CASES,
  type PolicyCase,
  REQUEST_CASES,
  requestOutcome,
} from './policy-cases.ts';

const CODE = { openPolicy, underFile, requestUnder, assertMayAskUnder };

function patternOf({ comes }: PolicyCase): RegExp {
  return typeof comes === 'string' ? new RegExp(`^${comes.replaceAll(/[().]/g, '\\$&')}$`) : comes;
}

describe('a policy file', () => {
  it.each(Object.entries(POLICY_CASES))('%s', async (_, one) => {
    expect(await outcomeOf(one, CODE)).toMatch(patternOf(one));
  });

  it.each(Object.entries(MANIFEST_CASES))('and %s', async (_, one) => {
    expect(await manifestOutcome(one, CODE)).toMatch(patternOf(one));
  });

  it.each(Object.entries(REQUEST_CASES))('and %s', async (_, one) => {
    expect(await requestOutcome(one, CODE)).toMatch(patternOf(one));
  });

  it.each(Object.entries(FLAWED_POLICIES))('is none: %s', async (_, policy) => {
    expect(await outcomeOf({ policy, comes: '' }, CODE)).toMatch(/^usage: /);
  });
});
