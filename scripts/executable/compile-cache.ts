/**
 * Node reads NODE_COMPILE_CACHE before the first line of a program runs, and takes compiled code from the directory that
 * it names, so anyone who can fill that directory decides what is run. NODE_OPTIONS can be switched off for an executable, this
 * cannot. So the name that Node asks the environment for is made empty in the executable, and no variable has that name.
 */
const NAME = Buffer.from('\0NODE_COMPILE_CACHE\0');

/** V8's heap snapshot has the name too: a string of 18 characters, which scripts of Node's own use. */
const LENGTH_IN_SNAPSHOT = Buffer.from([18, 0, 0, 0]);

/** Where the name stands as a string of C. */
function namesIn(file: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = file.indexOf(NAME); at !== -1; at = file.indexOf(NAME, at + 1)) {
    const start = at + 1;
    if (!file.subarray(start - LENGTH_IN_SNAPSHOT.length, start).equals(LENGTH_IN_SNAPSHOT))
      found.push(start);
  }
  return found;
}

/** Whether this Node, or an executable with it, takes compiled code from where NODE_COMPILE_CACHE says. */
export function readsCompileCache(file: Buffer): boolean {
  return namesIn(file).length > 0;
}

/**
 * Makes Node deaf to NODE_COMPILE_CACHE, in place.
 *
 * @throws Error where the name does not stand there exactly once: this Node has to be looked at anew
 */
export function ignoreCompileCache(node: Buffer): void {
  const [start, ...more] = namesIn(node);
  if (start === undefined || more.length > 0) {
    throw new Error(
      `NODE_COMPILE_CACHE was expected once in Node's binary, and is there ${namesIn(node).length} times`,
    );
  }
  node[start] = 0;
}
