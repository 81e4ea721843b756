/**
 * Runs the commands of README.md's transcript and writes what they print: the real kubectl v1.26.4, where this machine has
 * it, from a release server and a Sigstore on this machine. Times, ports and log numbers differ with every run.
 *
 *     npm run build && node scripts/render-transcript.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileBody } from '#support/http/large-bodies';
import { blocksOf, readPage, readTranscript } from '../test/docs/blocks.ts';
import { asReadersSeeIt, ROOT, setStage } from '../test/docs/stage.ts';
import { realKubectl } from './real-kubectl.ts';

const kubectl = await realKubectl();
if (!kubectl.genuine) throw new Error(kubectl.reason ?? 'the real kubectl is not at hand');
await using stage = await setStage({ kubectl: fileBody(kubectl.path) });
const [old = ''] = blocksOf('README.md', 'console');
let text = '';
for (const command of readTranscript(old).commands) {
  const { output } = await stage.exec('sh', ['-c', command]);
  text += `$ ${command}\n${asReadersSeeIt(stage, output)}`;
}
writeFileSync(
  join(ROOT, 'README.md'),
  readPage('README.md').replace(old, () => text),
);
