/**
 * WebGPU in Node, from the npm package `webgpu` (Dawn, the implementation in Chrome): the way to
 * train on a GPU without a browser. Its drivers for all systems take 130 MB, so it is not among the
 * packages that everyone installs.
 */

interface Dawn {
  create: (options: readonly string[]) => object;
  globals: Record<string, unknown>;
}

/** Gives this process a `navigator.gpu`. @throws Error saying how to get the package. */
export async function provideWebgpu(): Promise<void> {
  // A name that no bundler sees through: the package may not be there.
  const name: string = 'webgpu';
  let dawn: Dawn;
  try {
    dawn = (await import(name)) as Dawn;
  } catch (error) {
    throw new Error(
      'backend: webgpu in Node needs the package webgpu; run npm install --no-save webgpu',
      {cause: error}
    );
  }
  Object.assign(globalThis, dawn.globals);
  if (typeof navigator === 'undefined') Object.assign(globalThis, {navigator: {}});
  Object.defineProperty(navigator, 'gpu', {value: dawn.create([]), configurable: true});
}
