/** What of plain data can be handed over in the place of being copied, and freed before its time. */

type Transferred = ArrayBuffer | ImageBitmap;

/** The array buffers and bitmaps in an answer, each once. */
export function transferablesOf(value: unknown, found = new Set<Transferred>()): Transferred[] {
  if (value instanceof ArrayBuffer || isBitmap(value)) found.add(value);
  else if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) transferablesOf(each, found);
  }
  return [...found];
}

/** Frees the bitmaps in an answer that nobody will draw again. */
export function closeBitmaps(value: unknown): void {
  for (const each of transferablesOf(value)) if (isBitmap(each)) each.close();
}

/** Node has no bitmaps. */
function isBitmap(value: unknown): value is ImageBitmap {
  return typeof ImageBitmap !== 'undefined' && value instanceof ImageBitmap;
}
