/** The `verify` command. */
import { unreadableFile } from '../files/unreadable-file.ts';
import { RequestError } from '../errors.ts';
import { MAX_PUBLIC_KEY_FILE_BYTES } from '../limits.ts';
import { readUpTo } from '../files/local-file.ts';
import { verifyFile } from '../verify.ts';
import type { CommandLine } from './command-line.ts';
import type { Answer, Console } from './console.ts';
import { withClient } from './with-client.ts';
import { provedAnswer } from './proved-answer.ts';
import { assertFitsLine } from './result-path.ts';
import { readTransport } from './shared-arguments.ts';
import { readVerifyArguments } from './verify-arguments.ts';

/** Proves the file or digest that the command line names. */
export async function verify(line: CommandLine, output: Console): Promise<Answer> {
  const { keyFile, ...asked } = readVerifyArguments(line);
  const { subject, archive } = asked;
  if (archive?.kind === 'extract') assertFitsLine(line, archive.into);
  else if (subject.kind === 'file' && archive === undefined) assertFitsLine(line, subject.path);
  const transport = readTransport(line);
  const publicKeyPem = keyFile === undefined ? {} : { publicKeyPem: await readKey(keyFile) };
  const result = await withClient(transport, output, (client, signal) =>
    verifyFile({ ...asked, ...publicKeyPem, signal }, client),
  );
  return provedAnswer(result);
}

async function readKey(path: string): Promise<string> {
  const bytes = await readUpTo(path, MAX_PUBLIC_KEY_FILE_BYTES).catch((cause: unknown) => {
    throw unreadableFile(`the public key ${path}`, cause, {
      expected: 'a PEM file with one public key',
      advice: 'check the name after --key',
    });
  });
  if (bytes !== undefined) return Buffer.from(bytes).toString('utf8');
  throw new RequestError('file-not-readable', `${path} is too large for a public key`, {
    expected: `at most ${MAX_PUBLIC_KEY_FILE_BYTES} bytes of PEM`,
    found: 'more',
    advice: 'check the name after --key',
  });
}
