/** What a shell starts by name. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * The program that a shell finds first under a name.
 *
 * @param path as PATH has it; a relative entry is passed over, because it means another directory in each working directory
 */
export function firstOnPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((entry) => isAbsolute(entry))
    .map((entry) => join(entry, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether two paths lead to one file. False where one of them leads nowhere. */
export function isSameProgram(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
