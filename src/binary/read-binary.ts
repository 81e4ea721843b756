import { type BuildInfo, readBuildInfo } from './build-info.ts';
import { type ByteSource, sliceOf } from './byte-source.ts';
import { isElf, readElf } from './elf.ts';
import { isMachO, isUniversal, readMachO, readUniversal } from './mach-o.ts';
import { isPe, readPe } from './pe.ts';
import type { Sections } from './sections.ts';
import { findVersionStrings } from './version-strings.ts';

/** What one program says of itself. */
export interface ProgramFacts {
  readonly buildInfo: BuildInfo;
  /** Versions between two zero bytes in read-only data, as they stand there, without repetition. */
  readonly versionStrings: readonly string[];
}

/**
 * Reads what a Go program says of itself, from ELF (32 and 64 bit), Mach-O, universal Mach-O and PE, in both byte
 * orders. Nothing is run, everything is bounded, and what cannot be read says nothing: the result is empty then.
 *
 * @param wanted `build-info` leaves out the search for version strings, which reads all of a program.
 * @returns one for each program in the file: several for a universal one, where all of them could be read.
 */
export async function readBinary(
  source: ByteSource,
  wanted: 'all' | 'build-info' = 'all',
): Promise<readonly ProgramFacts[]> {
  const start = await source.read({ offset: 0, length: 4 });
  if (start === undefined) return [];
  if (!isUniversal(start)) {
    const facts = await readProgram(source, start, wanted);
    return facts === undefined ? [] : [facts];
  }
  const programs: ProgramFacts[] = [];
  for (const range of (await readUniversal(source)) ?? []) {
    const slice = sliceOf(source, range);
    const magic = await slice?.read({ offset: 0, length: 4 });
    const facts =
      slice === undefined || magic === undefined || !isMachO(magic)
        ? undefined
        : await readProgram(slice, magic, wanted);
    if (facts === undefined) return [];
    programs.push(facts);
  }
  return programs;
}

async function readProgram(
  source: ByteSource,
  start: Uint8Array,
  wanted: 'all' | 'build-info',
): Promise<ProgramFacts | undefined> {
  const sections = await readSections(source, start);
  if (sections === undefined) return undefined;
  const buildInfo = await readBuildInfo(source, sections.buildInfo);
  if (buildInfo === undefined) return undefined;
  const versionStrings = wanted === 'all' ? await findVersionStrings(source, sections.readOnlyData) : [];
  return { buildInfo, versionStrings };
}

async function readSections(source: ByteSource, start: Uint8Array): Promise<Sections | undefined> {
  if (isElf(start)) return readElf(source);
  if (isMachO(start)) return readMachO(source);
  return isPe(start) ? readPe(source) : undefined;
}
