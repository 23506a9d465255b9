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

/** Bytes of a large file that are held at a time, before a blob takes them. */
const PIECE_BYTES = 2 ** 24;

/**
 * Everything that a stream gives, in its parts.
 *
 * @param onBytes Told how many bytes there are, whenever there are more.
 * @throws Error if there is more than `limitBytes`; then the stream is not read on.
 */
export async function readAtMost(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limitBytes: number,
  what: string,
  onBytes?: (sizeBytes: number) => void
): Promise<Uint8Array<ArrayBuffer>[]> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of partsOf(stream, limitBytes, what, onBytes)) parts.push(part);
  return parts;
}

/** The same as a blob, which a browser keeps on its disk where it is large: it is never held whole. */
export async function readBlob(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limitBytes: number,
  what: string,
  onBytes?: (sizeBytes: number) => void
): Promise<Blob> {
  const pieces: Blob[] = [];
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let heldBytes = 0;
  for await (const part of partsOf(stream, limitBytes, what, onBytes)) {
    parts.push(part);
    heldBytes += part.length;
    if (heldBytes < PIECE_BYTES) continue;
    pieces.push(new Blob(parts));
    [parts, heldBytes] = [[], 0];
  }
  return new Blob([...pieces, ...parts]);
}

async function* partsOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limitBytes: number,
  what: string,
  onBytes?: (sizeBytes: number) => void
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let sizeBytes = 0;
  const reader = stream.getReader();
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    sizeBytes += value.byteLength;
    if (sizeBytes > limitBytes) {
      await reader.cancel().catch(() => undefined);
      throw new Error(`${what} must unpack to at most ${limitBytes} bytes; it holds more`);
    }
    yield value;
    onBytes?.(sizeBytes);
  }
}

/** Parts as one array. */
export function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
