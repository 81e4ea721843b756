/** The names under which the executable holds a chunk's compiled code: `main.cjs` has it in `main.cjs.code`. */

export function compiledCodeOf(chunk: string): string {
  return `${chunk}.code`;
}

export function isCompiledCode(name: string): boolean {
  return name.endsWith('.code');
}
