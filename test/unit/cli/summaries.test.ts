/** The end of a run with `--attest`, where another file has come to its place meanwhile. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testDir } from '#support/test-dir';
import { rejection } from '#support/thrown-by';
import { readSummaries } from '#support/verification-summaries';
import type { Verified } from '../../../src/attest/verified.ts';
import type { Answer } from '../../../src/cli/console.ts';
import { attesting } from '../../../src/cli/summaries.ts';
import { InterruptedError, RequestError, UnavailableError, UntrustedError } from '../../../src/errors.ts';
import type { Note } from '../../../src/notes.ts';
import { parseRun } from './parse-run.ts';

const SUBJECT = { subject: { sha256: 'a'.repeat(64) } };
const DONE: Answer = {
  text: '',
  json: { schemaVersion: 1, command: 'verify', ok: true, exitCode: 0, artifacts: [{ verdict: 'genuine' }] },
};

interface Run {
  readonly path: string;
  readonly told: Note[];
  readonly attest: (run: (tell: (verified: Verified) => void) => Promise<Answer>) => Promise<Answer>;
}

async function aRun(): Promise<Run> {
  const path = (await testDir()).join('vsa.jsonl');
  const told: Note[] = [];
  let sink: ((verified: Verified) => void) | undefined;
  const output = Object({
    note: (one: Note) => told.push(one),
    facts: () => ({ trustedRoot: undefined }),
    attestTo: (to: typeof sink) => {
      sink = to;
    },
  });
  const line = parseRun(['verify', 'kubectl', '--attest', path]);
  return { path, told, attest: (run) => attesting(path, line, output, () => run((one) => sink?.(one))) };
}

describe('a file that comes to the place of the summaries', () => {
  it('stays, and makes a run fail that went well, with what it found out', async () => {
    const { path, attest } = await aRun();
    const { failed } = await attest(() => {
      writeFileSync(path, 'mine');
      return Promise.resolve(DONE);
    });
    expect(failed?.error).toMatchObject({ code: 'output-unwritable' });
    expect(failed?.artifacts(Object({}))).toEqual([{ verdict: 'genuine' }]);
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('does not hide a worse reason', async () => {
    const { attest, path } = await aRun();
    const error = new UntrustedError('digest-mismatch', 'it was changed', SUBJECT);
    const worse = { error, text: () => '', artifacts: () => [] };
    const answer = await attest(() => {
      writeFileSync(path, 'mine');
      return Promise.resolve({ ...DONE, failed: worse });
    });
    expect(answer.failed).toBe(worse);
    expect(answer.notes).toMatchObject([{ code: 'summaries-not-written' }]);
  });

  it('does not hide why a run ended', async () => {
    const { attest, path, told } = await aRun();
    const error = new UnavailableError('network', 'no answer');
    const thrown = await rejection(
      attest(() => {
        writeFileSync(path, 'mine');
        return Promise.reject(error);
      }),
    );
    expect(thrown).toBe(error);
    expect(told).toMatchObject([{ code: 'summaries-not-written' }]);
  });
});

describe('a run that ends without an answer', () => {
  it('has the summary of what it was about', async () => {
    const { attest, path } = await aRun();
    const error = new UntrustedError('identity-mismatch', 'another signer', SUBJECT);
    expect(await rejection(attest(() => Promise.reject(error)))).toBe(error);
    expect(readSummaries(readFileSync(path, 'utf8'))).toMatchObject([
      { predicate: { verificationResult: 'FAILED' } },
    ]);
  });

  it.each([
    ['was interrupted', new InterruptedError('interrupted')],
    ['could not be understood', new RequestError('usage', 'what?')],
    ['met a bug', new TypeError('oh')],
  ])('leaves what was there where it %s', async (_, error) => {
    const { attest, path } = await aRun();
    const ended = attest((add) => {
      add({ kind: 'failed', error: new UntrustedError('identity-mismatch', 'x', SUBJECT) });
      return Promise.reject(error);
    });
    await expect(ended).rejects.toBe(error);
    expect(existsSync(path)).toBe(false);
  });
});
