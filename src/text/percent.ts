/**
 * Percent-decodes what can be decoded. A `%` that does not begin a UTF-8 sequence stays as it is, because people
 * write such passwords.
 */
export function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
