/** Files that hold models, put together by hand; for Node and the browser. */

import type {ModelConfig} from '../../core/model/config.js';
import {networkLayers, NETWORKS} from '../../core/model/redo.js';
import {parameterSpecs} from '../../core/nn/parameters.js';
import {PUBLISHED_NETWORKS} from '../../core/weights/network-names.js';
import type {NamedArray} from '../../core/weights/safetensors.js';
import {Random} from '../../datasets/random.js';

/** Random arrays of a model under their published names and shapes. */
export function publishedArrays(config: ModelConfig, seed = 1): Map<string, NamedArray> {
  const random = new Random(seed, 'arrays');
  const layers = networkLayers(config);
  const arrays = new Map<string, NamedArray>();
  const add = (name: string, shape: number[]): void => {
    const size = shape.reduce((product, length) => product * length, 1);
    arrays.set(name, {shape, values: Float32Array.from({length: size}, () => random.normal())});
  };
  for (const network of NETWORKS) {
    for (const layer of layers[network]) {
      const spectral = layer.kind === 'conv' && layer.spectral;
      for (const {name, shape} of parameterSpecs(layer)) {
        const axes = shape.length === 4 ? [3, 2, 0, 1] : shape.length === 2 ? [1, 0] : [0];
        const suffix = spectral && shape.length === 4 ? '_orig' : '';
        const full = `${PUBLISHED_NETWORKS[network]}.${name}${suffix}`;
        add(
          full,
          axes.map(axis => shape[axis]!)
        );
      }
      if (!spectral) continue;
      add(`${PUBLISHED_NETWORKS[network]}.${layer.name}.weight_u`, [layer.out]);
      add(`${PUBLISHED_NETWORKS[network]}.${layer.name}.weight_v`, [layer.kernel ** 2 * layer.in]);
    }
  }
  return arrays;
}

/** A tar archive of files by name, as `tar` writes it. */
export function tar(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const blocks: Uint8Array[] = [];
  for (const [name, data] of Object.entries(files)) {
    const header = new Uint8Array(512);
    const write = (at: number, text: string): void =>
      header.set(new TextEncoder().encode(text), at);
    write(0, name);
    write(100, '0000644\0');
    write(124, data.length.toString(8).padStart(11, '0') + '\0');
    write(148, '        ');
    write(156, '0');
    write(257, 'ustar\0' + '00');
    const sum = header.reduce((total, byte) => total + byte, 0);
    write(148, sum.toString(8).padStart(6, '0') + '\0 ');
    const padded = new Uint8Array(Math.ceil(data.length / 512) * 512);
    padded.set(data);
    blocks.push(header, padded);
  }
  const file = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0) + 1024);
  let at = 0;
  for (const block of blocks) {
    file.set(block, at);
    at += block.length;
  }
  return file;
}
