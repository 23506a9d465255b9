/** Gets at the files of a drop, a paste or a picker, with their paths. */

import type {DatasetSource, NamedFile} from '../datasets/source.js';
import {isModelFile} from './file-drop.js';
import {strings} from './strings.js';

/** Whether a drop is one file that holds a model: not for the images. */
export function isModelDrop(files: readonly {name: string}[]): boolean {
  return files.length === 1 && isModelFile(files[0]!);
}

/** Whether what is dragged may be files; their names are only told when they are dropped. */
export function hasFiles(data: DataTransfer | null): data is DataTransfer {
  return data?.types.includes('Files') ?? false;
}

/** How the search through a dropped folder is watched, and ended. */
export interface Search {
  /** Ends it: then it throws the signal's reason. */
  signal?: AbortSignal;
  /** Told how many files have been found. */
  onFound?: (count: number) => void;
}

/**
 * All files of a drop, those within its folders too.
 *
 * Must be called while the event is dispatched: afterwards the browser forgets its entries.
 */
export async function droppedFiles(data: DataTransfer, search: Search = {}): Promise<NamedFile[]> {
  const entries = [...data.items].map(item => item.webkitGetAsEntry());
  const files = [...data.files];
  // A file made by a script, as one that is pasted, is no entry of any folder.
  if (!entries.some(entry => entry !== null)) return namedFiles(files);
  let count = 0;
  const onFile = (): void => search.onFound?.(++count);
  const walks = entries.filter(entry => entry !== null);
  const found = await Promise.all(walks.map(entry => filesOf(entry, search.signal, onFile)));
  return found.flat();
}

/** Files of a picker; those of a folder have a path. */
export function namedFiles(files: Iterable<File>): NamedFile[] {
  return [...files].map(file => ({path: file.webkitRelativePath || file.name, blob: file}));
}

/** What the files are called together: their folder, or the one file. */
export function sourceOf(files: readonly NamedFile[]): DatasetSource {
  const [first] = files;
  if (!first) return {name: strings.data.several, files};
  const [top, ...rest] = first.path.split('/');
  const inFolder = rest.length > 0 && files.every(({path}) => path.startsWith(`${top}/`));
  return {name: inFolder || files.length === 1 ? top! : strings.data.several, files};
}

async function filesOf(
  entry: FileSystemEntry,
  signal: AbortSignal | undefined,
  onFile: () => void
): Promise<NamedFile[]> {
  signal?.throwIfAborted();
  if (entry.isFile) {
    const blob = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject)
    );
    onFile();
    return [{path: entry.fullPath.replace(/^\//, ''), blob}];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: NamedFile[] = [];
  // A reader gives a hundred at a time, and none when there are no more.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (entries.length === 0) return found;
    const inside = entries.map(each => filesOf(each, signal, onFile));
    found.push(...(await Promise.all(inside)).flat());
  }
}
