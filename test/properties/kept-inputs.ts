/**
 * The corpus of the readers: for each of them one input for every reason of refusal that a search has found, and inputs that
 * once broke a reader. One file a reader, one input a line, so that a difference can be read.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { K8sVerifyError } from '../../src/errors.ts';

export interface KeptInput {
  /** The code of the error that a reader refuses it with, or `read`. */
  readonly outcome: string;
  readonly bytes: Uint8Array;
}

const CORPUS: string = join(import.meta.dirname, 'corpus');

function fileOf(reader: string, directory: string): string {
  return join(directory, `${reader}.txt`);
}

/** The kept inputs of a reader; none where nothing was kept. */
export function keptInputs(reader: string, directory: string = CORPUS): readonly KeptInput[] {
  const file = fileOf(reader, directory);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [outcome = '', base64 = ''] = line.split(' ');
    return { outcome, bytes: Buffer.from(base64, 'base64') };
  });
}

export function keepInputs(reader: string, inputs: readonly KeptInput[], directory: string = CORPUS): void {
  const lines = inputs.map(({ outcome, bytes }) => `${outcome} ${Buffer.from(bytes).toString('base64')}`);
  writeFileSync(fileOf(reader, directory), `${lines.join('\n')}\n`);
}

export interface Reading {
  readonly outcome: string;
  /** The refusal in words, without what is only this input's: numbers, names, bytes. */
  readonly reason: string;
}

/** @throws whatever the reader throws that is not one of our own errors: a bug of the reader. */
export function readingOf(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Reading {
  try {
    read(bytes);
    return { outcome: 'read', reason: '' };
  } catch (error) {
    if (!(error instanceof K8sVerifyError)) throw error;
    const { code, message, wanted = '' } = error;
    return { outcome: code, reason: reasonOf([code, message, wanted].join(' | ')) };
  }
}

function reasonOf(text: string): string {
  return text
    .replaceAll(/"[^"]*"|'[^']*'/g, 'TEXT')
    .replaceAll(/0x[\da-f]+|\d+/gi, 'N')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 160);
}
