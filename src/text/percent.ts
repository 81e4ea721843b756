/** Percent-decodes what can be decoded. A `%` that begins no UTF-8 sequence means itself: people write such passwords. */
export function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
