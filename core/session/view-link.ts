/**
 * A view as text: short enough for the address of a page, and exact, so that whoever opens it sees the
 * same pixels.
 *
 * The text is `1.` and base64url of deflated JSON. Codes are in it as 32-bit floats, edited masks as the
 * pixels that differ from f's. Weights and images of the user's own are named, not carried.
 */

import {isSplit, type Split} from '../../datasets/dataset.js';
import {isMaskDiff, type MaskDiff} from './mask-diff.js';
import {fromBase64, toBase64} from './base64.js';

/** What a viewer shows. */
export interface View {
  preset: string;
  dataset?: string;
  /** Address of a checkpoint, or `none`; the preset's shipped model if absent. */
  weights?: string;
  seed: number;
  /** Iterations that the weights had behind them. */
  iteration: number;
  image: {split: Split; index: number};
  /** Region in hand, from 0. */
  region: number;
  /** z_k of every region. */
  codes: readonly Float32Array[];
  /** The user's masks, as what differs from f's. */
  masks?: MaskDiff;
  /** As in `<redo-viewer panels>`. */
  panels?: string;
}

/** Version of the text; a newer one is refused with a hint. */
const VERSION = '1';

/** Browsers and servers cut longer addresses; a longer view is a file. */
export const LONGEST_LINK = 8_000;

/** What a text may unfold into: a view of 256 × 256 pixels that were all painted takes less. */
const LARGEST_JSON = 4 * 1024 * 1024;

/** @returns Characters that an address may hold as they are. */
export async function encodeView(view: View): Promise<string> {
  const json = JSON.stringify({...view, codes: view.codes.map(codeText)});
  return `${VERSION}.${toBase64(await pipe(new TextEncoder().encode(json), new CompressionStream('deflate-raw')))}`;
}

/** @throws Error saying what is wrong with the text and what to do. */
export async function decodeView(text: string): Promise<View> {
  const [, version, body] = /^(\d+)\.([\w-]*)$/.exec(text) ?? [];
  if (version === undefined || body === undefined) throw damaged('it is no view');
  if (version !== VERSION) {
    throw new Error(
      `view: the link must be of version ${VERSION}; got ${version}. It was made by a newer redo-viewer: reload this page, or ask for the view as a JSON file`
    );
  }
  let value: unknown;
  try {
    const bytes = await pipe(fromBase64(body), new DecompressionStream('deflate-raw'));
    value = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
  } catch (cause) {
    throw damaged(String(cause));
  }
  return readView(value);
}

/**
 * A view out of JSON, as `viewJson` writes it.
 *
 * @throws Error naming what is wrong.
 */
export function readView(value: unknown): View {
  if (typeof value !== 'object' || value === null) throw damaged('it is no view');
  const view = value as Record<string, unknown>;
  const text = (name: string): string | undefined => {
    const given = view[name];
    if (given !== undefined && typeof given !== 'string') throw damaged(`${name} is no text`);
    return given;
  };
  const count = (name: keyof View | 'index', given: unknown): number => {
    if (!Number.isSafeInteger(given) || (given as number) < 0)
      throw damaged(`${name} is no number`);
    return given as number;
  };
  const preset = text('preset');
  if (preset === undefined) throw damaged('preset is missing');
  const {split, index} = (view.image ?? {}) as {split?: unknown; index?: unknown};
  if (!isSplit(split)) throw damaged('image has no split');
  if (!Array.isArray(view.codes)) throw damaged('codes are missing');
  if (view.masks !== undefined && !isMaskDiff(view.masks)) throw damaged('masks are damaged');
  if (!Number.isSafeInteger(view.seed)) throw damaged('seed is no number');
  return {
    preset,
    dataset: text('dataset'),
    weights: text('weights'),
    seed: view.seed as number,
    iteration: count('iteration', view.iteration),
    image: {split, index: count('index', index)},
    region: count('region', view.region),
    codes: view.codes.map(readCode),
    masks: view.masks,
    panels: text('panels'),
  };
}

/** A view out of a file's text. @throws Error naming what is wrong. */
export function parseView(text: string): View {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(`it is no JSON (${(cause as Error).message})`);
  }
  return readView(value);
}

/** The view as JSON for a file: what a link holds, legibly. */
export function viewJson(view: View): string {
  const plain = {...view, codes: view.codes.map(code => [...code])};
  return `${JSON.stringify(plain, null, 1)}\n`;
}

function codeText(code: Float32Array): string {
  const little = new DataView(new ArrayBuffer(code.length * 4));
  code.forEach((value, i) => little.setFloat32(i * 4, value, true));
  return toBase64(new Uint8Array(little.buffer));
}

/** From a link's text, or from the numbers of a file. */
function readCode(given: unknown): Float32Array {
  let code: Float32Array;
  if (typeof given === 'string') {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = fromBase64(given);
    } catch {
      throw damaged('a code is cut off');
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    code = Float32Array.from({length: bytes.length >> 2}, (_, i) => view.getFloat32(i * 4, true));
  } else if (Array.isArray(given) && given.every(each => typeof each === 'number')) {
    code = Float32Array.from(given);
  } else {
    throw damaged('a code is no list of numbers');
  }
  if (!code.every(Number.isFinite)) throw damaged('a code is not finite');
  return code;
}

function damaged(reason: string): Error {
  return new Error(
    `view: the link or file must be whole; ${reason}. Copy it again, from its first to its last character`
  );
}

/** @throws Error where the result is larger than any view. */
async function pipe(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  for (const reader = stream.getReader(); ;) {
    const {value} = await reader.read();
    if (!value) break;
    length += value.length;
    if (length > LARGEST_JSON) {
      await reader.cancel();
      throw new RangeError(`it unfolds into more than ${LARGEST_JSON} bytes`);
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
