import { describe, expect, it } from 'vitest';
import { InstallError, UnavailableError, UntrustedError } from '../../../src/errors.ts';
import type { Answer } from '../../../src/cli/answer.ts';
import { decides, withLostPage } from '../../../src/cli/page-lost.ts';

const lost = new InstallError('output-unwritable', 'no space is left');
const invocation = { words: [], line: undefined, downloaded: false };
const results = [{ path: '/usr/bin/kubectl' }];
const machine = { places: ['/usr/bin'] };

const json = { schemaVersion: 1, command: 'scan', ok: true, exitCode: 0, results, machine } as const;
const good: Answer = { text: 'kubectl\n', json };

function failed(error: UntrustedError | UnavailableError): Answer {
  return { ...good, failed: { error, text: () => 'why', artifacts: () => results, more: { summary: {} } } };
}

describe('a page that could not be written in the end', () => {
  it('decides the exit code, unless something worse does', () => {
    expect(decides(lost, good)).toBe(true);
    expect(decides(lost, failed(new UntrustedError('digest-mismatch', 'x')))).toBe(false);
    expect(decides(lost, failed(new UnavailableError('network', 'x')))).toBe(false);
  });

  it('takes nothing of what was found', () => {
    const answer = withLostPage(good, lost);
    expect(answer).toMatchObject({ text: 'kubectl\n', failed: { error: lost, more: { machine } } });
    expect(answer.failed?.artifacts(invocation)).toEqual(results);
    const worse = withLostPage(failed(new UnavailableError('network', 'x')), lost);
    expect(worse.failed?.more).toEqual({ summary: {} });
    expect(worse.failed?.artifacts(invocation)).toEqual(results);
  });
});
