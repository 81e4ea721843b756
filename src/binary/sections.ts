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

export function sortSections(sections: readonly Section[]): Sections {
  const those = (holds: Section['holds']): readonly ByteRange[] =>
    sections
      .filter((section) => section.holds === holds && section.length > 0)
      .map(({ offset, length }) => ({ offset, length }));
  return { buildInfo: those('build-info'), readOnlyData: those('read-only-data') };
}
