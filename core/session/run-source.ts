/** Where a run's folder is read from, by parts: a directory of the disk, or an address. */

/** A folder that may change between two looks. */
export interface RunSource {
  readonly name: string;
  /**
   * The bytes of a file from `from` on; none where it is not as long.
   *
   * @returns Undefined if there is no such file.
   * @throws Error that names the folder and says what to do if it can't be read.
   */
  read(
    file: string,
    from: number,
    signal: AbortSignal
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** What hands out a file as it is now: a directory's handle, or an entry of a drop. */
export type FileFinder = (file: string) => Promise<Blob | undefined>;

/** A folder of the disk. */
export function diskSource(name: string, find: FileFinder): RunSource {
  return {
    name,
    read: async (file, from) => {
      try {
        const found = await find(file);
        if (!found) return undefined;
        return new Uint8Array(await found.slice(from).arrayBuffer());
      } catch (cause) {
        throw new Error(
          `run: ${file} of ${name} must be readable; ${(cause as Error).message}. Open the folder anew`,
          {cause}
        );
      }
    },
  };
}

/** A folder that the browser lets this page read again and again. */
export function directorySource(directory: FileSystemDirectoryHandle): RunSource {
  return diskSource(directory.name, async file => {
    try {
      return await (await directory.getFileHandle(file)).getFile();
    } catch (error) {
      if ((error as Error).name === 'NotFoundError') return undefined;
      throw error;
    }
  });
}

/** A folder on a server that hands out parts of files (HTTP range requests). */
export function addressSource(address: string): RunSource {
  const base = new URL(address.endsWith('/') ? address : `${address}/`);
  return {
    name: base.href,
    read: async (file, from, signal) => {
      const url = new URL(file, base).href;
      const response = await ask(url, from, signal);
      if (response.status === 404 || isPage(response)) {
        await response.body?.cancel();
        return undefined;
      }
      if (response.status === 416) {
        await response.body?.cancel();
        return new Uint8Array();
      }
      if (!response.ok) {
        throw new Error(`run: ${url} must be there; got status ${response.status}`);
      }
      if (from > 0 && response.status !== 206) {
        await response.body?.cancel();
        throw new Error(
          `run: ${url} must be on a server that hands out parts of files (HTTP range requests), so that a log is not read whole again and again; got status ${response.status}`
        );
      }
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

async function ask(url: string, from: number, signal: AbortSignal): Promise<Response> {
  const headers = from > 0 ? {range: `bytes=${from}-`} : undefined;
  try {
    return await fetch(url, {headers, signal, cache: 'no-store'});
  } catch (cause) {
    signal.throwIfAborted();
    throw new Error(
      `run: ${url} must be readable from this page; its server did not answer, or does not allow other pages to read it (CORS)`,
      {cause}
    );
  }
}

/** Servers of pages answer with their page where there is no file. */
function isPage(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') ?? false;
}
