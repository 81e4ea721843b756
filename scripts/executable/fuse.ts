/** The mark in Node's binary that says whether there is a program in it: `...:0` in Node itself, `...:1` in an executable. */
const SENTINEL = Buffer.from('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:');
const OFF = '0'.charCodeAt(0);
const ON = '1'.charCodeAt(0);

/**
 * Has Node look for a program in its own binary, in place.
 *
 * @throws Error where the mark does not stand there exactly once, and off
 */
export function lightFuse(node: Buffer): void {
  const at = node.indexOf(SENTINEL) + SENTINEL.length;
  if (at < SENTINEL.length || node.includes(SENTINEL, at) || node[at] !== OFF) {
    throw new Error('this is no Node without a program: its mark for one is not there once, and off');
  }
  node[at] = ON;
}
