/** Of one request, at most, and at images of 64 pixels: how long a redraw may have to wait. */
const PIECE = 8;

/** A list in pieces that are the shorter the more pixels each of its entries costs. */
export function* pieces<T>(list: readonly T[], size: number): Generator<T[]> {
  const length = Math.min(Math.max(Math.floor(PIECE * (64 / size) ** 2), 1), PIECE);
  for (let start = 0; start < list.length; start += length) yield list.slice(start, start + length);
}
