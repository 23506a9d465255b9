/** Unpacks gzip without trusting it: a small file can unpack to more than any memory. */

/** What any file may unpack to, and how much more than its own size; weights hardly shrink at all. */
const ALWAYS_BYTES = 256 * 2 ** 20;
const MAX_RATIO = 20;
/** Beyond this no browser gives one buffer. */
const MOST_BYTES = 2 ** 31 - 1;

export function isGzip(file: Uint8Array): boolean {
  return file.length >= 2 && file[0] === 0x1f && file[1] === 0x8b;
}

/** Bytes that a packed file may have unpacked. */
export function unpackedLimit(packedBytes: number): number {
  return Math.min(MOST_BYTES, Math.max(ALWAYS_BYTES, MAX_RATIO * packedBytes));
}

/**
 * @param limit Bytes at most.
 * @throws Error if the stream is cut short, does not match its checksum, or holds more.
 */
export async function unpackGzip(
  file: Uint8Array<ArrayBuffer>,
  limit = unpackedLimit(file.length)
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([file]).stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (;;) {
    let part: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;
    try {
      part = await reader.read();
    } catch (cause) {
      throw new Error(`gzip: the stream must be whole and match its checksum; got ${cause}`, {
        cause,
      });
    }
    if (part.done) break;
    bytes += part.value.length;
    if (bytes > limit) {
      await reader.cancel().catch(() => undefined);
      throw new Error(
        `gzip: the file must unpack to at most ${Math.round(limit / 2 ** 20)} MB; it goes on beyond that`
      );
    }
    parts.push(part.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
