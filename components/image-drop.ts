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

/**
 * All files of a drop, those within its folders too.
 *
 * Must be called while the event is dispatched: afterwards the browser forgets its entries.
 */
export async function droppedFiles(data: DataTransfer): Promise<NamedFile[]> {
  const entries = [...data.items].map(item => item.webkitGetAsEntry());
  const files = [...data.files];
  // A file made by a script, as one that is pasted, is no entry of any folder.
  if (!entries.some(entry => entry !== null)) return namedFiles(files);
  const found = await Promise.all(entries.filter(entry => entry !== null).map(filesOf));
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

async function filesOf(entry: FileSystemEntry): Promise<NamedFile[]> {
  if (entry.isFile) {
    const blob = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject)
    );
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
    found.push(...(await Promise.all(entries.map(filesOf))).flat());
  }
}
