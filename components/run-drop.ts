/** Gets at a run's folder: by picker, by drop, by address. */

import {
  addressSource,
  directorySource,
  diskSource,
  type RunSource,
} from '../core/session/run-source.js';

/** Browsers that hand out a directory to be read again and again; others know only what was in it. */
type DirectoryPicker = (options?: {mode?: 'read'}) => Promise<FileSystemDirectoryHandle>;

/** @returns Undefined where the browser has no picker whose folders stay readable. */
export function directoryPicker(): DirectoryPicker | undefined {
  const {showDirectoryPicker: pick} = window as {showDirectoryPicker?: DirectoryPicker};
  return pick?.bind(window);
}

/**
 * The folder in a drop.
 *
 * Must be called while the event is dispatched: afterwards the browser forgets its items.
 *
 * @returns Undefined if there is none.
 */
export async function droppedRun(data: DataTransfer): Promise<RunSource | undefined> {
  const items = [...data.items].filter(item => item.kind === 'file');
  const handles = items.map(item =>
    'getAsFileSystemHandle' in item
      ? (item as unknown as {getAsFileSystemHandle: () => Promise<FileSystemHandle | null>})
          .getAsFileSystemHandle()
          .catch(() => null)
      : Promise.resolve(null)
  );
  const entries = items.map(item => item.webkitGetAsEntry());
  const handle = (await Promise.all(handles)).find(each => each?.kind === 'directory');
  if (handle) return directorySource(handle as FileSystemDirectoryHandle);
  const entry = entries.find(each => each?.isDirectory);
  return entry ? entrySource(entry as FileSystemDirectoryEntry) : undefined;
}

/** Files of a folder as they were when it was chosen. */
export function pickedRun(files: readonly File[]): RunSource | undefined {
  const log = files.find(file => file.name === 'log.jsonl') ?? files[0];
  if (!log) return undefined;
  const folder = log.webkitRelativePath.split('/').slice(0, -1);
  const inFolder = (file: File): boolean =>
    file.webkitRelativePath === [...folder, file.name].join('/');
  return diskSource(folder.at(-1) ?? log.name, async name =>
    files.find(file => file.name === name && inFolder(file))
  );
}

/** @returns Undefined if it is no address. */
export function runAt(text: string): RunSource | undefined {
  const url = URL.parse(text.trim(), document.baseURI);
  return url && /^https?:$/.test(url.protocol) ? addressSource(url.href) : undefined;
}

function entrySource(entry: FileSystemDirectoryEntry): RunSource {
  return diskSource(entry.name, async name => {
    const found = await new Promise<FileSystemEntry | undefined>((resolve, reject) =>
      entry.getFile(name, {}, resolve, error =>
        error.name === 'NotFoundError' ? resolve(undefined) : reject(error)
      )
    );
    if (!found) return undefined;
    return new Promise<File>((resolve, reject) =>
      (found as FileSystemFileEntry).file(resolve, reject)
    );
  });
}
