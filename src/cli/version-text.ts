/** The `version` command. */
import { VERSION } from '../text/version.ts';
import type { Answer } from './console.ts';
import type { JsonAnswer } from './output-json.ts';

/** The version alone, for a program. */
export function versionText(): string {
  return `${VERSION}\n`;
}

interface VersionReport extends JsonAnswer {
  readonly version: string;
}

export async function version(): Promise<Answer & { readonly json: VersionReport }> {
  const { versionForPeople } = await import('./version-for-people.ts');
  return {
    text: versionText(),
    shown: versionForPeople,
    json: { schemaVersion: 1, command: 'version', ok: true, exitCode: 0, version: VERSION },
  };
}
