/** Archives as common programs write them, made without the code that reads them. */

import {crc32} from '../../datasets/crc32.js';

export interface Part {
  path: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A zip archive; `flags` and `sizeBytes` let it lie. */
export async function makeZip(
  parts: readonly Part[],
  {
    deflated = true,
    flags = 0,
    sizeBytes,
  }: {deflated?: boolean; flags?: number; sizeBytes?: number} = {}
): Promise<Uint8Array<ArrayBuffer>> {
  const body: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const {path, bytes} of parts) {
    const name = new TextEncoder().encode(path);
    const packed = deflated ? await deflate(bytes) : bytes;
    const fields = new DataView(new ArrayBuffer(26));
    fields.setUint16(0, 20, true);
    fields.setUint16(2, flags, true);
    fields.setUint16(4, deflated ? 8 : 0, true);
    fields.setUint32(10, crc32(bytes), true);
    fields.setUint32(14, packed.length, true);
    fields.setUint32(18, sizeBytes ?? bytes.length, true);
    fields.setUint16(22, name.length, true);
    const common = new Uint8Array(fields.buffer);
    const local = join([word(0x04034b50), common, name, packed]);
    const tail = new DataView(new ArrayBuffer(14));
    tail.setUint32(10, at, true);
    directory.push(
      join([word(0x02014b50), new Uint8Array(2), common, new Uint8Array(tail.buffer), name])
    );
    body.push(local);
    at += local.length;
  }
  const list = join(directory);
  const end = new DataView(new ArrayBuffer(18));
  end.setUint16(4, parts.length, true);
  end.setUint16(6, parts.length, true);
  end.setUint32(8, list.length, true);
  end.setUint32(12, at, true);
  return join([...body, list, word(0x06054b50), new Uint8Array(end.buffer)]);
}

/** A tar archive in ustar form; a path over 100 bytes becomes a GNU long name. */
export function makeTar(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const blocks = parts.flatMap(({path, bytes}) => {
    const name = new TextEncoder().encode(`${path}\0`);
    const long = name.length > 101 ? [tarHeader('././@LongLink', 'L', name.length), pad(name)] : [];
    return [...long, tarHeader(path, '0', bytes.length), pad(bytes)];
  });
  return join([...blocks, new Uint8Array(1024)]);
}

export function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function tarHeader(path: string, kind: string, sizeBytes: number): Uint8Array {
  const header = new Uint8Array(512);
  const write = (at: number, text: string) =>
    header.set(new TextEncoder().encode(text).subarray(0, 100), at);
  write(0, path);
  write(100, '0000644\0');
  write(124, `${sizeBytes.toString(8).padStart(11, '0')}\0`);
  write(148, ' '.repeat(8));
  write(156, kind);
  write(257, 'ustar\x0000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  write(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return header;
}

function pad(bytes: Uint8Array): Uint8Array {
  return join([bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)]);
}

function word(value: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, true);
  return new Uint8Array(view.buffer);
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
