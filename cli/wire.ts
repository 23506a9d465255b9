/** Requests and answers of the engine as JSON, for a page that no structured clone reaches. */

import {fromBase64, toBase64} from '../core/session/base64.js';

/** What JSON has no form for. */
const ARRAYS = {Float32Array, Uint8Array, Uint8ClampedArray, Int32Array, Float64Array};
const NUMBERS: Readonly<Record<string, number>> = {NaN, Infinity, '-Infinity': -Infinity};

/** @throws TypeError if there is something that is no plain data, such as a picture on the GPU. */
export function toWire(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return {$number: String(value)};
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof ArrayBuffer) {
    return {$bytes: 'ArrayBuffer', text: toBase64(new Uint8Array(value))};
  }
  const kind = value.constructor.name;
  if (ArrayBuffer.isView(value)) {
    if (!(kind in ARRAYS)) throw new TypeError(`wire: arrays must be of a known kind; got ${kind}`);
    const {buffer, byteOffset, byteLength} = value;
    return {$bytes: kind, text: toBase64(new Uint8Array(buffer, byteOffset, byteLength))};
  }
  if (Array.isArray(value)) return value.map(toWire);
  if (kind !== 'Object') throw new TypeError(`wire: values must be plain data; got ${kind}`);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toWire(each)]));
}

/** What `toWire` was given. */
export function fromWire(wire: unknown): unknown {
  if (typeof wire !== 'object' || wire === null) return wire;
  if (Array.isArray(wire)) return wire.map(fromWire);
  const {$number, $bytes, text} = wire as {$number?: string; $bytes?: string; text?: string};
  if ($number !== undefined) return NUMBERS[$number];
  if ($bytes !== undefined) {
    const {buffer} = fromBase64(text!);
    return $bytes === 'ArrayBuffer' ? buffer : new ARRAYS[$bytes as keyof typeof ARRAYS](buffer);
  }
  return Object.fromEntries(Object.entries(wire).map(([name, each]) => [name, fromWire(each)]));
}
