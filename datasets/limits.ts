/** What may be read, so that a file that lies about itself can't fill the memory. */

/** Bytes of one unpacked file. */
export const MAX_FILE_BYTES = 2 ** 28;
/** Bytes of an unpacked archive. */
export const MAX_UNPACKED_BYTES = 2 ** 33;
/** Files of a folder or an archive. */
export const MAX_FILES = 2_000_000;
/** Pixels of an image: some 0.5 GB when it is decoded. */
export const MAX_IMAGE_PIXELS = 120_000_000;
/** Height and width of an image. */
export const MAX_IMAGE_SIDE = 20_000;

/**
 * Everything that a stream gives, as one blob.
 *
 * @throws Error if there is more than `limitBytes`; then the stream is not read on.
 */
export async function readAtMost(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limitBytes: number,
  what: string
): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  const reader = stream.getReader();
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return new Blob(parts);
    sizeBytes += value.byteLength;
    if (sizeBytes > limitBytes) {
      await reader.cancel().catch(() => undefined);
      throw new Error(`${what} must unpack to at most ${limitBytes} bytes; it holds more`);
    }
    parts.push(value);
  }
}
