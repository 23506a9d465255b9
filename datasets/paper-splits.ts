/** The paper's lists of which image is for what, a digit an image: 0 train, 1 val, 2 test. */

/** Of LFW's 13,233 images, in the order of their names by character code. */
export async function lfwSplits(): Promise<string> {
  return inflate((await import('./packed-splits.js')).LFW);
}

/** Of the 11,788 images of CUB-200-2011, in the order of `images.txt`. */
export async function cubSplits(): Promise<string> {
  return inflate((await import('./packed-splits.js')).CUB);
}

async function inflate(packed: string): Promise<string> {
  const bytes = Uint8Array.from(atob(packed), character => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).text();
}
