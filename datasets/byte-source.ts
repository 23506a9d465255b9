/** Bytes that are read by parts: a file on the disk, or one behind an address. */

export interface ByteSource {
  /** Length, in bytes. */
  readonly size: number;

  /**
   * The bytes from `from` up to `to`, cut to what there is; not to be written to.
   *
   * @throws Error that names the source if they can't be read.
   */
  read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Bytes read of a file at a time. A reading is a round trip to another process of the browser, some
 * milliseconds however short it is, and what is asked for next mostly lies behind.
 */
const WINDOW_BYTES = 2 ** 18;

/** A blob's bytes: those of a file stay on the disk until they are used. */
export function blobSource(blob: Blob): ByteSource {
  const {size} = blob;
  let window = {from: 0, to: 0, bytes: Promise.resolve(new Uint8Array())};
  return {
    size,
    read: async (start, end) => {
      const [from, to] = [Math.max(0, start), Math.min(size, end)];
      if (from >= to) return new Uint8Array();
      if (from < window.from || to > window.to) {
        const next = Math.min(size, Math.max(to, from + WINDOW_BYTES));
        const part = blob.slice(from, next).arrayBuffer();
        window = {from, to: next, bytes: part.then(bytes => new Uint8Array(bytes))};
      }
      const {from: begin, bytes} = window;
      return (await bytes).subarray(from - begin, to - begin);
    },
  };
}

/** Bytes of a stream that are read at a time. */
const STREAM_BYTES = 2 ** 22;

/** A source from its beginning to its end. It fails as the source does, or with the reason of `signal`. */
export function streamOf(
  source: ByteSource,
  signal?: AbortSignal
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      signal?.throwIfAborted();
      if (at >= source.size) return controller.close();
      const part = await source.read(at, at + STREAM_BYTES);
      at += part.length;
      controller.enqueue(part);
    },
  });
}

/** A file's bytes: a blob's, or some that are at hand. */
export interface FileBytes extends Pick<Blob, 'size' | 'arrayBuffer' | 'text'> {
  slice(from: number, to: number): FileBytes;
}

/** Bytes that are at hand. As a blob they would be given to another process, and be milliseconds away. */
export class MemoryFile implements FileBytes {
  readonly size: number;
  private readonly data: Uint8Array<ArrayBuffer>;

  constructor(data: Uint8Array<ArrayBuffer>) {
    this.size = data.length;
    this.data = data;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.data.slice().buffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.data);
  }

  slice(from: number, to: number): MemoryFile {
    return new MemoryFile(this.data.subarray(from, to));
  }
}

/** The same as a blob, for a browser's own functions. */
export async function asBlob(file: FileBytes): Promise<Blob> {
  return file instanceof Blob ? file : new Blob([await file.arrayBuffer()]);
}
