/** tfjs's WebAssembly on memory that our threads share: its own file, but for one bit of it. */

import {withSharedMemory} from '../kernels/shared-memory.js';
import {canWait} from '../kernels/threads.js';

/** The limits, in pages of 64 kB, that tfjs asks memory with. */
const LIMITS = {initial: 256, maximum: 65536};

/**
 * @param address Of tfjs's file; in Node, a path.
 * @returns An address of the changed file, which the caller revokes; nothing where this thread or
 *     this machine can't have such memory.
 */
export async function sharedBinary(address: string): Promise<string | undefined> {
  if (!canWait()) return undefined;
  try {
    // A machine without room for it says so here, and not in the middle of tfjs's start.
    void new WebAssembly.Memory({...LIMITS, shared: true});
    const bytes = withSharedMemory(await read(address));
    if (!bytes) return undefined;
    const url = URL.createObjectURL(new Blob([bytes], {type: 'application/wasm'}));
    // As tfjs will; a page's security policy may forbid it.
    await fetch(url);
    return url;
  } catch {
    return undefined;
  }
}

async function read(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const {process} = globalThis as {process?: Partial<NodeJS.Process>};
  const files = process?.getBuiltinModule?.('node:fs/promises');
  if (files) return new Uint8Array(await files.readFile(address));
  return new Uint8Array(await (await fetch(address)).arrayBuffer());
}
