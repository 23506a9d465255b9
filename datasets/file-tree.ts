/** Files by path, from wherever they come: a folder, an archive, addresses. */

import type {FileBytes} from './byte-source.js';

/** One file, read when it is asked for. */
export interface TreeFile {
  /** Names from the root, `/` between them. */
  readonly path: string;
  /** @throws Error that names the file if it can't be read. */
  read(): Promise<FileBytes>;
}

/** What systems leave in folders and archives, and nobody means. */
const LITTER = /(^|\/)(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)(\/|$)/i;

const COLLATOR = new Intl.Collator('en', {numeric: true});

/**
 * The files that count, in the order of their paths, numbers by value: `2.png` before `10.png`.
 *
 * @throws Error if a path leaves the folder, or is there twice.
 */
export function tidyTree(files: readonly TreeFile[]): TreeFile[] {
  const seen = new Set<string>();
  const kept = files.flatMap(file => {
    const path = cleanPath(file.path);
    if (LITTER.test(path)) return [];
    if (seen.has(path)) throw new Error(`images: paths must differ; got ${path} twice`);
    seen.add(path);
    return [{path, read: () => file.read()}];
  });
  return kept.sort(
    (a, b) => COLLATOR.compare(a.path, b.path) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
  );
}

/** Folder of a path, with its `/`; empty at the root. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** Name of a file without its ending. */
export function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}

function cleanPath(path: string): string {
  const names = path
    .replaceAll('\\', '/')
    .split('/')
    .filter(name => name !== '' && name !== '.');
  if (names.length === 0 || names.includes('..') || path.includes('\0')) {
    throw new Error(
      `images: paths must stay within the folder; got ${JSON.stringify(path)}. Pack the archive anew, from inside the folder`
    );
  }
  return names.join('/');
}
