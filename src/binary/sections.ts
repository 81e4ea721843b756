import type { ByteRange } from './byte-source.ts';

/** The parts of an executable that say what it is. */
export interface Sections {
  /** Where Go's build information lies, or may lie. */
  readonly buildInfo: readonly ByteRange[];
  /** Read-only data, where the linker puts strings. */
  readonly readOnlyData: readonly ByteRange[];
}

/** One section of an executable, as the three formats have it in common. */
export interface Section extends ByteRange {
  readonly holds: 'build-info' | 'read-only-data' | 'other';
}

/**
 * @param size of the file, in bytes.
 * @returns undefined where the sections that would be searched have more bytes than the file: they overlap, as those of
 *   no compiler do, and thousands of them could each have all of it.
 */
export function sortSections(sections: readonly Section[], size: number): Sections | undefined {
  const searched = sections
    .filter(({ holds }) => holds !== 'other')
    .reduce((sum, { offset, length }) => sum + Math.min(length, Math.max(0, size - offset)), 0);
  if (searched > size) return undefined;
  const those = (holds: Section['holds']): readonly ByteRange[] =>
    sections
      .filter((section) => section.holds === holds && section.length > 0)
      .map(({ offset, length }) => ({ offset, length }));
  return { buildInfo: those('build-info'), readOnlyData: those('read-only-data') };
}
