import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { testDir } from '../support/test-dir.ts';

const SECRET = 'hunter2hunter2hunter2';
const NOT_ANSWERED = 'http://127.0.0.1:9';

/** Files that somebody could name by mistake, or be led to name; none of them has any place in a log. */
const PRIVATE_FILES: readonly (readonly [string, string])[] = [
  ['a list of passwords', `root:${SECRET}:0:0\n${SECRET}\n`],
  ['a single word', SECRET],
  ['a number', '271828182845'],
  ['a JSON string', `"${SECRET}"`],
  ['a broken JSON object', `{"password": ${SECRET}}`],
  ['a JSON object of another kind', `{"password": "${SECRET}"}`],
  ['a web page', `<html>${SECRET}</html>`],
  ['a private key', `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`],
];

const OPTIONS: readonly (readonly [string, readonly string[]])[] = [
  ['--trusted-root', ['verify', 'artifact', '--bundle', 'bundle', '--trusted-root', 'private']],
  ['--bundle', ['verify', 'artifact', '--bundle', 'private']],
  ['--signature', ['verify', 'artifact', '--signature', 'private', '--certificate', 'private']],
  ['--certificate', ['verify', 'artifact', '--signature', 'signature', '--certificate', 'private']],
  ['--key', ['verify', 'artifact', '--bundle', 'private', '--key', 'private']],
  ['--ca-file', ['list', '--mirror', NOT_ANSWERED, '--ca-file', 'private']],
];

describe.each(OPTIONS)('%s', (_, args) => {
  it.each(PRIVATE_FILES)('shows nothing of %s', async (_name, content) => {
    const dir = await testDir();
    await writeFile(dir.join('artifact'), 'x');
    await writeFile(dir.join('bundle'), '{}');
    await writeFile(dir.join('signature'), Buffer.from('a signature').toString('base64'));
    await writeFile(dir.join('private'), content);
    const { stdout, stderr, exitCode } = await runCli([...args, '--json', '--verbose', '--retries', '0'], {
      cwd: dir.path,
    });
    expect(exitCode).toBeGreaterThan(1);
    expect(stdout + stderr).not.toMatch(/hunter2|271828/);
  });
});
