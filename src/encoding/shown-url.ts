/** A URL as messages and results show it: as it was given, without the user name and password that it may hold. */
export function shownUrl(text: string): string {
  return text.replace(/^([a-z]{1,16}:\/\/)[^/?#]*@/i, '$1');
}
