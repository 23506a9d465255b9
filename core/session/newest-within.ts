/** The newest entries of a list, the last ones, that take no more than a number of bytes together. */
export function newestWithin<T>(
  list: readonly T[],
  limitBytes: number,
  bytesOf: (entry: T) => number
): readonly T[] {
  let bytes = 0;
  const oldest = list.findLastIndex(entry => {
    bytes += bytesOf(entry);
    return bytes > limitBytes;
  });
  return list.slice(oldest + 1);
}
