/** Where a model's weights come from: shipped with the page, at an address, or nowhere. */

/** Stands for new random weights, where an address could stand. */
export const NO_WEIGHTS = 'none';

/** Addresses of the models that are shipped, by name: that of their preset where they have one. */
const SHIPPED: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>('../../models/*.safetensors', {
      query: '?url',
      import: 'default',
      eager: true,
    })
  ).map(([path, url]) => [path.replace(/^.*\/|\.safetensors$/g, ''), url])
);

/** Whether weights are named, not addressed: `none`, or a shipped model. */
export function isNamed(weights: string): boolean {
  return weights === NO_WEIGHTS || Object.hasOwn(SHIPPED, weights);
}

/**
 * Resolves the `weights` that a viewer is given.
 *
 * @param weights An address, the name of a shipped model, `none`, or undefined for the shipped model of
 *   the preset.
 * @returns The address to read; undefined for new random weights, also where none is shipped.
 */
export function weightsUrl(preset: string, weights?: string): string | undefined {
  if (weights === NO_WEIGHTS) return undefined;
  const name = weights ?? preset;
  return Object.hasOwn(SHIPPED, name) ? SHIPPED[name] : weights;
}

/**
 * Reads a model file.
 *
 * @param onProgress Told the bytes read and the bytes in all; both the same where the server
 *     does not say how many there are.
 * @throws Error with the address and what is wrong with it.
 */
export async function readModelFile(
  url: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void
): Promise<ArrayBuffer> {
  let response: Response;
  try {
    // Asking for anything but text keeps a development server from answering with its page.
    response = await fetch(url, {signal, headers: {accept: 'application/octet-stream'}});
  } catch (cause) {
    signal.throwIfAborted();
    throw new Error(`weights: ${url} must be reachable from this page; got ${cause}`, {cause});
  }
  if (!response.ok) {
    throw new Error(`weights: ${url} must exist; got status ${response.status}`);
  }
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    throw new Error(`weights: ${url} must be a model file; got a web page`);
  }
  const stated = Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  for (const reader = response.body!.getReader(); ;) {
    const {value} = await reader.read();
    if (!value) break;
    parts.push(value);
    done += value.length;
    onProgress(done, Math.max(stated, done));
  }
  return new Blob(parts).arrayBuffer();
}
