import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placeExtractions, stageExtraction, type StagedExtraction } from '../../../src/archive/extract.ts';
import { snapshot } from '#support/temp-dir';
import { rejection } from '#support/thrown-by';
import { verifiedArchive } from './support/archive.ts';
import { namesIn, scratch } from '../disk/support/disk.ts';
import { file, tarGz } from './support/tar-writer.ts';

async function stage(into: string, content: string): Promise<StagedExtraction> {
  return stageExtraction(await verifiedArchive(tarGz(file('LICENSES', content))), { into });
}

async function discardAll(extractions: readonly StagedExtraction[]): Promise<void> {
  for (const { staging } of extractions) await staging.discard();
}

describe('placeExtractions', () => {
  it('gives every directory its name, and none before', async () => {
    const directory = scratch();
    const targets = ['client', 'node'].map((name) => join(directory, 'new', name));
    const extractions = await Promise.all(targets.map((target) => stage(target, target)));
    expect(readdirSync(join(directory, 'new')).filter((name) => !name.startsWith('.k8s-verify-'))).toEqual(
      [],
    );
    await placeExtractions(extractions);
    await discardAll(extractions);
    expect(namesIn(join(directory, 'new'))).toEqual(['client', 'node']);
    for (const target of targets) expect(readFileSync(join(target, 'LICENSES'), 'utf8')).toBe(target);
  });

  it.each(['absent', 'an empty directory'])(
    'takes the earlier ones back where a later one cannot be placed; they were %s',
    async (before) => {
      const directory = scratch();
      const [first, second] = [join(directory, 'first'), join(directory, 'second')];
      if (before !== 'absent') mkdirSync(first, { mode: 0o700 });
      const untouched = await snapshot(directory);
      const extractions = [await stage(first, 'first'), await stage(second, 'second')];
      writeFileSync(second, 'mine');
      const mine = await snapshot(directory);
      const error = await rejection(placeExtractions(extractions));
      expect(error).toMatchObject({ name: 'InstallError', code: 'destination-unsuitable' });
      await discardAll(extractions);
      expect(await snapshot(directory)).toEqual({ ...untouched, second: mine['second'] });
    },
  );

  it('leaves no directory behind that was made for one that is taken back', async () => {
    const directory = scratch();
    const [first, second] = [join(directory, 'a', 'b', 'first'), join(directory, 'second')];
    const extractions = [await stage(first, 'first'), await stage(second, 'second')];
    writeFileSync(second, 'mine');
    expect((await rejection(placeExtractions(extractions))).code).toBe('destination-unsuitable');
    await discardAll(extractions);
    expect(namesIn(directory)).toEqual(['second']);
  });

  it('places nothing once the run is interrupted', async () => {
    const directory = scratch();
    const extractions = [await stage(join(directory, 'client'), 'client')];
    const error = await rejection(placeExtractions(extractions, { signal: AbortSignal.abort() }));
    expect(error.name).toBe('InterruptedError');
    await discardAll(extractions);
    expect(namesIn(directory)).toEqual([]);
  });
});
