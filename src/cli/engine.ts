import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 take less memory for the rest of the process; docs/performance.md has the figures. For a process that is ours
 * alone: the library leaves the engine of others as it is.
 *
 * - The HTTP parser is one WebAssembly function of 33 KB. After 150 bytes of headers V8 would optimise it, which takes a
 *   second thread half a second and 20 MB; its baseline code parses a header in microseconds. Both flags are needed:
 *   without the second alone, V8 optimises at once.
 * - The young generation stays as small as it is instead of doubling, up to 32 MiB; a proof is short-lived numbers, and
 *   few of them outlive a collection.
 * - The old generation grows by a fifth between two collections. V8 would decide it by how long they took on the clock:
 *   when the machine is busy the heap doubles, and with it the buffers that wait outside of it to be freed.
 */
export function takeLessMemory(): void {
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
}
