/**
 * Reads tar archives: plain files under their names, as old as v7 and as new as pax. Links, devices and
 * sparse files are no weights and are passed over; nothing is ever written anywhere.
 */

const BLOCK = 512;

/** A file of an archive: a view into it. */
export interface TarEntry {
  name: string;
  bytes: Uint8Array;
}

/** Whether a file begins as a tar archive does: with a header that has its checksum. */
export function isTar(file: Uint8Array): boolean {
  return file.length >= BLOCK && !isZero(file, 0) && hasChecksum(file, 0);
}

/** @throws Error saying at which byte what is damaged. */
export function readTar(file: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  let at = 0;
  while (at + BLOCK <= file.length && !isZero(file, at)) {
    if (!hasChecksum(file, at)) {
      throw new Error(`tar: the header at byte ${at} must have its checksum; it is damaged`);
    }
    const size = octal(file, at + 124, 12, 'size');
    const begin = at + BLOCK;
    if (size > file.length - begin) {
      throw new Error(
        `tar: a file must lie within the archive; got ${size} bytes at ${begin} of ${file.length} (truncated?)`
      );
    }
    const bytes = file.subarray(begin, begin + size);
    const type = String.fromCharCode(file[at + 156]!);
    if (type === 'L') longName = text(bytes);
    else if (type === 'x') longName = paxPath(bytes) ?? longName;
    else {
      if (type === '0' || type === '\0') {
        entries.push({name: longName ?? headerName(file, at), bytes});
      }
      longName = undefined;
    }
    at = begin + Math.ceil(size / BLOCK) * BLOCK;
  }
  // An archive ends with blocks of zeros, or, by some writers, just so.
  if (at < file.length && at + BLOCK > file.length) {
    throw new Error(
      `tar: the archive must end with its last block; got ${file.length - at} bytes more`
    );
  }
  return entries;
}

function headerName(file: Uint8Array, at: number): string {
  const name = text(file.subarray(at, at + 100));
  const isUstar = text(file.subarray(at + 257, at + 262)) === 'ustar';
  const prefix = isUstar ? text(file.subarray(at + 345, at + 500)) : '';
  return prefix ? `${prefix}/${name}` : name;
}

/** The path in a pax header, whose records are `LENGTH KEY=VALUE\n`. */
function paxPath(bytes: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text(bytes))?.[1];
}

/** The header's bytes summed up, its checksum counted as spaces. */
function hasChecksum(file: Uint8Array, at: number): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : file[at + i]!;
  const stated = text(file.subarray(at + 148, at + 156)).trim();
  return /^[0-7]+$/.test(stated) && parseInt(stated, 8) === sum;
}

function octal(file: Uint8Array, at: number, length: number, what: string): number {
  const digits = text(file.subarray(at, at + length)).trim();
  if (!/^[0-7]*$/.test(digits)) {
    throw new Error(`tar: ${what} at byte ${at} must be an octal number; it is damaged`);
  }
  return digits === '' ? 0 : parseInt(digits, 8);
}

/** Text up to the first zero. */
function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function isZero(file: Uint8Array, at: number): boolean {
  for (let i = at; i < at + BLOCK; i++) if (file[i] !== 0) return false;
  return true;
}
