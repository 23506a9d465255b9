/** Bytes that are read by parts: a file on the disk, or one behind an address. */

export interface ByteSource {
  /** Length, in bytes. */
  readonly size: number;

  /**
   * The bytes from `from` up to `to`, cut to what there is.
   *
   * @throws Error that names the source if they can't be read.
   */
  read(from: number, to: number): Promise<Blob>;
}

/** A blob's bytes: those of a file stay on the disk until they are used. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (from, to) => blob.slice(Math.max(0, from), Math.max(0, to)),
  };
}
