import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTranscript, runTranscript, TranscriptError } from './transcript.ts';

const directory = new URL('./', import.meta.url);
const names = readdirSync(directory).filter((name) => name.endsWith('.txt'));

describe('transcripts', () => {
  it.each(names)('%s', async (name) => {
    await expect(runTranscript(readFileSync(new URL(name, directory), 'utf8'))).resolves.toBeUndefined();
  });
});

describe('the runner of transcripts', () => {
  it('reads steps, comments and quotes', () => {
    expect(parseTranscript("# a comment\n\n! k8s-verify 'a b' c # more\nstderr '#1'\n")).toEqual([
      { line: 3, negated: true, words: ['k8s-verify', 'a b', 'c'] },
      { line: 4, negated: false, words: ['stderr', '#1'] },
    ]);
  });

  it.each([
    ['k8s-verify --no-such-option', 'exit code 2 instead of 0'],
    ['! k8s-verify --version', 'it should have failed'],
    ["k8s-verify --version\nstdout 'nothing like it'", 'stdout does not match'],
    ["k8s-verify --version\n! stdout '\\d'", 'stdout does match'],
    ['exists nowhere', 'it is not there'],
    ['! exists root.json', 'it is there'],
    ['k8s-verify --version\nfile new content\nunchanged', 'changed on disk: new'],
    ['k8s-verify --version\nexit 4', 'exit code 0'],
    ['dance', 'there is no step'],
  ])('fails at: %s', async (text, reason) => {
    const error: unknown = await runTranscript(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TranscriptError);
    expect(String(error)).toContain(reason);
  });
});
