/**
 * What a model is made of, read off the names and shapes of its arrays. What names and shapes can't
 * tell is taken from defaults and said so.
 */

import {checkModelConfig, type ModelConfig, type NetworkName} from '../model/config.js';
import {NETWORKS} from '../model/redo.js';
import {PUBLISHED_NETWORKS} from './network-names.js';
import type {NamedArray} from './safetensors.js';

export interface InferredConfig {
  config: ModelConfig;
  /** Networks of which there is no array. */
  missing: NetworkName[];
  /** What could not be told, with what was taken for it. */
  assumed: Record<string, string | number | boolean>;
}

/** What one network says: nothing of what it does not know. */
interface Facts {
  size?: number;
  regions?: number;
  codeSize?: number;
  /** Regions times code size, where only the product is known. */
  outputs?: number;
  width?: number;
  attention?: boolean;
  maskResidualBlocks?: number;
  normalization?: ModelConfig['normalization'];
}

type Arrays = ReadonlyMap<string, NamedArray>;

/** A network that a file lacks is made no wider than the published one. */
const MOST_WIDTH = 64;

/**
 * @param arrays By full published name, e.g. `netDX.dense.weight`.
 * @param defaults Stand in for what can't be told.
 * @throws Error naming the arrays that are missing or contradict each other.
 */
export function inferConfig(arrays: Arrays, defaults: ModelConfig): InferredConfig {
  const networks = new Map<NetworkName, Facts>();
  for (const network of NETWORKS) {
    const prefix = `${PUBLISHED_NETWORKS[network]}.`;
    if ([...arrays.keys()].some(name => name.startsWith(prefix))) {
      networks.set(network, READERS[network](new Names(arrays, prefix)));
    }
  }
  if (networks.size === 0) {
    throw new Error(
      `model: the file must hold one of ${Object.values(PUBLISHED_NETWORKS).join(', ')}; got none`
    );
  }
  const assumed: InferredConfig['assumed'] = {};
  const agreed = <K extends keyof Facts>(key: K): Facts[K] | undefined => agree(networks, key);
  const known = <K extends 'size' | 'maskResidualBlocks' | 'normalization'>(key: K) =>
    (agreed(key) ?? (assumed[key] = defaults[key])) as ModelConfig[K];
  const {regions, codeSize} = regionsAndCode(networks, defaults, assumed);
  const width = Math.min(MOST_WIDTH, Math.max(4, [...networks.values()][0]!.width!));
  const widthOf = (network: NetworkName): number =>
    networks.get(network)?.width ?? (assumed[`widths.${network}`] = width);
  const attends = (network: 'generator' | 'discriminator'): boolean =>
    networks.get(network)?.attention ??
    (assumed[`attention.${network}`] = defaults.attention[network]);
  const config: ModelConfig = {
    size: known('size'),
    regions,
    codeSize,
    widths: {
      mask: widthOf('mask'),
      generator: widthOf('generator'),
      discriminator: widthOf('discriminator'),
      encoder: widthOf('encoder'),
    },
    maskResidualBlocks: known('maskResidualBlocks'),
    attention: {generator: attends('generator'), discriminator: attends('discriminator')},
    normalization: known('normalization'),
    temperature: (assumed.temperature = defaults.temperature),
  };
  try {
    checkModelConfig(config);
  } catch (cause) {
    throw new Error(`model: the shapes must be those of a model; ${(cause as Error).message}`, {
      cause,
    });
  }
  return {config, missing: NETWORKS.filter(network => !networks.has(network)), assumed};
}

/** The one value that all networks which know it have. */
function agree<K extends keyof Facts>(
  networks: ReadonlyMap<NetworkName, Facts>,
  key: K
): Facts[K] | undefined {
  const told = [...networks].filter(([, facts]) => facts[key] !== undefined);
  const [first] = told;
  const other = told.find(([, facts]) => facts[key] !== first![1][key]);
  if (first && other) {
    const say = ([network, facts]: [NetworkName, Facts]): string =>
      `${PUBLISHED_NETWORKS[network]} has ${facts[key]}`;
    throw new Error(
      `model: ${key} must be the same in all networks; ${say(first)}, ${say(other)}: they are of different models`
    );
  }
  return first?.[1][key];
}

function regionsAndCode(
  networks: ReadonlyMap<NetworkName, Facts>,
  defaults: ModelConfig,
  assumed: InferredConfig['assumed']
): {regions: number; codeSize: number} {
  const regions = agree(networks, 'regions');
  const codeSize = agree(networks, 'codeSize');
  const outputs = networks.get('encoder')?.outputs;
  if (outputs === undefined) {
    return {
      regions: regions ?? (assumed.regions = defaults.regions),
      codeSize: codeSize ?? (assumed.codeSize = defaults.codeSize),
    };
  }
  // δ knows the product of the two.
  const all =
    regions ?? (assumed.regions = outputs % defaults.regions === 0 ? defaults.regions : 2);
  const each = codeSize ?? outputs / all;
  if (all * each !== outputs || !Number.isInteger(each)) {
    throw new Error(
      `model: ${PUBLISHED_NETWORKS.encoder} must read a code for each region; got ${outputs} outputs for ${all} regions${codeSize === undefined ? '' : ` of ${codeSize} components`}`
    );
  }
  return {regions: all, codeSize: each};
}

/** Names and shapes of one network. */
class Names {
  private readonly arrays: Arrays;
  private readonly prefix: string;

  constructor(arrays: Arrays, prefix: string) {
    this.arrays = arrays;
    this.prefix = prefix;
  }

  has(name: string): boolean {
    return this.arrays.has(this.prefix + name);
  }

  /** One length of an array's shape. @throws Error if there is no such array, or it has too few axes. */
  length(name: string, axis: number): number {
    const length = this.arrays.get(this.prefix + name)?.shape[axis];
    if (length === undefined) {
      throw new Error(
        `model: the file must hold ${this.prefix}${name} with ${axis + 1} axes or more, from which the model is read`
      );
    }
    return length;
  }

  /** One more than the largest number in the place of `#`. */
  count(pattern: string): number {
    const [head, tail] = pattern.split('#') as [string, string];
    let count = 0;
    for (const name of this.arrays.keys()) {
      if (!name.startsWith(this.prefix + head) || !name.endsWith(tail)) continue;
      const digits = name.slice(this.prefix.length + head.length, name.length - tail.length);
      if (/^\d{1,3}$/.test(digits)) count = Math.max(count, Number(digits) + 1);
    }
    return count;
  }
}

const READERS: Readonly<Record<NetworkName, (names: Names) => Facts>> = {
  mask: names => {
    const last = names.length('out.mods.9.weight', 0);
    return {
      width: names.length('cnn.0.mods.7.weight', 0),
      // With two regions one sigmoid tells both.
      regions: last === 1 ? 2 : last,
      // cnn.0 is the entry.
      maskResidualBlocks: Math.max(0, names.count('cnn.#.blocs.0.weight') - 1),
    };
  },
  generator: names => ({
    regions: names.count('net.#.convOut.weight_orig'),
    size: sizeOf(names.count('net.0.convB.#.weight_orig')),
    width: names.length('net.0.convOut.weight_orig', 1) - 1,
    codeSize: names.length('net.0.dense.weight', 1),
    attention: names.has('net.0.selfAtt.gamma'),
    normalization: names.has('net.0.normOut.running_mean') ? 'batch' : 'instance',
  }),
  // Its first block stands apart from the others, the last of which keeps the size.
  discriminator: names => ({
    size: sizeOf(names.count('blocs.#.1.weight_orig')),
    width: names.length('bloc0.0.weight_orig', 0),
    attention: names.has('selfAtt.gamma'),
  }),
  encoder: names => ({
    size: sizeOf(names.count('net.blocs.#.3.weight_orig') - 1),
    width: names.length('net.blocs.0.0.weight_orig', 0),
    outputs: names.length('net.dense.weight', 0),
  }),
};

function sizeOf(blocks: number): number {
  return 4 * 2 ** Math.max(0, blocks);
}
