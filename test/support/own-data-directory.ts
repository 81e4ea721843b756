/**
 * A setup file of vitest. What a test file starts keeps its data in a directory of that file alone, which goes away with it;
 * in an environment without this variable, a test that runs as root would write to the directory of the whole machine.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const directory = join(tmpdir(), `k8s-verify-data-${randomUUID()}`);
process.env['K8S_VERIFY_DATA_DIR'] = directory;
afterAll(() => rmSync(directory, { recursive: true, force: true }));
