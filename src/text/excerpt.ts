import { withoutPasswords } from './shown-url.ts';
import { replaceUnprintable } from './unprintable.ts';

/** How much of a foreign text is searched for passwords; a token in a URL can have thousands of characters. */
const LOOKED_AT = 16_384;

/** The beginning of foreign text, quoted, without control characters and passwords in URLs, for messages. */
export function excerpt(foreign: string, length = 60): string {
  if (foreign.length === 0) return 'nothing (it is empty)';
  const text = withoutPasswords(foreign.slice(0, LOOKED_AT));
  const start = replaceUnprintable(JSON.stringify(text.slice(0, length)), () => '?');
  return text.length > length ? `${start}... (${foreign.length} characters)` : start;
}
