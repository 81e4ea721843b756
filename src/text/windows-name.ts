/** Names that Windows takes for something other than a file of that name (learn.microsoft.com, "Naming Files"). */

/** Devices, regardless of what follows the first dot. */
const DEVICE =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$|clock\$) *(?:\.|$)/iu;

/** `ending`: Windows drops a dot or a space at the end. `device`: what is written goes to a device. */
export type WindowsNameProblem = 'ending' | 'device';

/** What is wrong with one part of a path, or undefined. */
export function windowsNameProblem(part: string): WindowsNameProblem | undefined {
  if (/[. ]$/u.test(part)) return 'ending';
  return DEVICE.test(part) ? 'device' : undefined;
}
