import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {blobSource} from '../../datasets/byte-source.js';
import {crc32} from '../../datasets/crc32.js';
import {readZip} from '../../datasets/zip.js';
import {
  localHeader,
  parseLocalHeader,
  type StoredFile,
  zipDirectory,
} from '../../datasets/zip-writer.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** An archive of texts by path. */
function archiveOf(texts: ReadonlyMap<string, string>): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const files: StoredFile[] = [];
  let at = 0;
  for (const [path, text] of texts) {
    const bytes = bytesOf(text);
    const file = {path, checksum: crc32(bytes), sizeBytes: bytes.length, headerAt: at};
    const header = localHeader(file);
    parts.push(header, bytes);
    files.push(file);
    at += header.length + bytes.length;
  }
  return new Blob([...parts, ...zipDirectory(files, at)]);
}

describe('zipDirectory(files, at)', () => {
  it('ends an archive that can be read, names in any script', async () => {
    const texts = new Map([
      ['a.txt', 'first'],
      ['ordner/größe 花.txt', 'second'],
      ['empty', ''],
    ]);
    const files = await readZip(blobSource(archiveOf(texts)), 'a.zip');
    const read = await Promise.all(
      files.map(async file => [file.path, await (await file.read()).text()] as const)
    );
    assert.deepEqual(new Map(read), texts);
  });

  it('counts more than 65,535 files', async () => {
    const texts = new Map(Array.from({length: 70_000}, (_, i) => [`${i}`, `${i * 3}`]));
    const files = await readZip(blobSource(archiveOf(texts)), 'a.zip');
    assert.equal(files.length, 70_000);
    assert.equal(await (await files.at(-1)!.read()).text(), '209997');
  });

  it('refuses more files than are counted without zip64', async () => {
    const texts = new Map(Array.from({length: 66_000}, (_, i) => [`${i}`, '']));
    const whole = new Uint8Array(await archiveOf(texts).arrayBuffer());
    // As programs without zip64 write it: the last 16 bits of the count, and nothing of 64 bits.
    const end = whole.slice(-22);
    new DataView(end.buffer).setUint16(8, 66_000 & 0xffff, true);
    new DataView(end.buffer).setUint16(10, 66_000 & 0xffff, true);
    const narrow = new Blob([whole.subarray(0, -22 - 76), end]);
    await assert.rejects(
      readZip(blobSource(narrow), 'a.zip'),
      /a\.zip must state how many files it holds; it says 464, and holds more.*zip64/
    );
  });

  it('points beyond 4 GB', async () => {
    const bytes = bytesOf('far');
    const headerAt = 5 * 2 ** 32 + 7;
    const file = {path: 'far.txt', checksum: crc32(bytes), sizeBytes: 3, headerAt};
    const header = localHeader(file);
    const at = headerAt + header.length + 3;
    const tail = new Blob([header, bytes, ...zipDirectory([file], at)]);
    // What precedes the file is not there: nothing may read it.
    const source = {
      size: headerAt + tail.size,
      read: (from: number, to: number) => blobSource(tail).read(from - headerAt, to - headerAt),
    };
    const [found] = await readZip(source, 'a.zip');
    assert.equal(await (await found!.read()).text(), 'far');
  });
});

describe('parseLocalHeader(bytes)', () => {
  it('reads what localHeader writes, and nothing else', () => {
    const header = localHeader({path: 'ä.txt', checksum: 0xfedcba98, sizeBytes: 12});
    assert.deepEqual(parseLocalHeader(header), {
      path: 'ä.txt',
      checksum: 0xfedcba98,
      sizeBytes: 12,
      headerBytes: header.length,
    });
    assert.equal(parseLocalHeader(header.subarray(0, header.length - 1)), undefined);
    assert.equal(parseLocalHeader(new Uint8Array(64)), undefined);
  });
});
