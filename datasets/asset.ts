/** Files that are shipped with the code: packed data sets and trained weights. */

/**
 * Bytes of a shipped file, by fetch in a browser and from the disk in Node.
 *
 * @param url From `new URL('./path', import.meta.url)`, which bundlers see and follow.
 * @param signal Abandons the reading; the promise then rejects with the signal's reason.
 * @throws Error if the file is not there, saying how it gets there.
 */
export async function readAsset(url: URL, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  signal?.throwIfAborted();
  const isOnDisk = url.protocol === 'file:' && typeof process !== 'undefined';
  return isOnDisk ? readFromDisk(url, signal) : fetchBytes(url, signal);
}

/**
 * Unpacks gzip; bytes that are not gzip are returned as they are, because some servers send a
 * `.gz` file with `Content-Encoding: gzip`, and then the browser has unpacked it already.
 *
 * @throws Error if the stream is cut short or does not match its checksum.
 */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    return bytes;
  }
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  try {
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch (error) {
    throw new Error(`gunzip: the stream must be whole and match its checksum; got ${error}`, {
      cause: error,
    });
  }
}

async function readFromDisk(url: URL, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  // No import, not even a late one: a bundler for browsers would follow it, or wrap it in its own code.
  const {readFile} = process.getBuiltinModule('node:fs/promises');
  try {
    return new Uint8Array(await readFile(url, {signal}));
  } catch (error) {
    signal?.throwIfAborted();
    throw missing(url, String(error), error);
  }
}

async function fetchBytes(url: URL, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    // Asking for anything but text keeps a development server from answering with its page.
    response = await fetch(url, {signal, headers: {accept: 'application/octet-stream'}});
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`readAsset: the server must be reachable; got «${error}» for ${url}`, {
      cause: error,
    });
  }
  if (!response.ok) {
    throw missing(url, `status ${response.status}`);
  }
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    throw missing(url, 'a web page');
  }
  return new Uint8Array(await response.arrayBuffer());
}

function missing(url: URL, got: string, cause?: unknown): Error {
  return new Error(
    `readAsset: the file must be served beside the code, and \`npm run prepare-data\` makes the ` +
      `data files; got ${got} for ${url}`,
    {cause}
  );
}
