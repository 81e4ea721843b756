import {
  type Extracted,
  type ExtractOptions,
  placeExtractions,
  stageExtraction,
} from '../../../../src/archive/extract.ts';
import type { VerifiedFile } from '../../../../src/disk/verified-artifact.ts';

/** An archive from the file to its target, as the stories take it there. */
export async function unpack(archive: VerifiedFile, options: ExtractOptions): Promise<Extracted> {
  const extraction = await stageExtraction(archive, options);
  try {
    await placeExtractions([extraction], options);
    return extraction;
  } finally {
    await extraction.staging.discard();
  }
}
