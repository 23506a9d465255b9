/**
 * Biases that no output depends on, because an instance norm subtracts them again.
 *
 * A constant added to a whole channel passes unchanged through additions and nearest upsampling, and
 * turned into other constants through 1×1 convolutions. If all that reads the channel in the end are
 * instance norms, which subtract each channel's mean, its gradient is zero in exact arithmetic and
 * what a program computes for it is left over from rounding.
 */

import {depth, type ModelConfig, type NetworkName} from '../model/config.js';
import {regionIndices, regionPrefix} from '../model/redo.js';

/**
 * Names of these biases by network.
 *
 * In f: `cnn.k.blocs.3`, whose output goes through «+ input» into a norm. In G_k: `convB` and the
 * shortcut `sc` of each block, whose sum is read by norms and by the next shortcut alone; unless
 * self-attention comes before the last block, whose softmax sees the constants of the blocks before.
 */
export function cancelledBiases(config: ModelConfig): Record<NetworkName, ReadonlySet<string>> {
  const mask = Array.from(
    {length: config.maskResidualBlocks},
    (_, block) => `cnn.${block + 1}.blocs.3.bias`
  );
  const blocks = depth(config.size);
  const first = config.attention.generator ? blocks - 1 : 0;
  const generator = regionIndices(config).flatMap(k =>
    Array.from({length: blocks - first}, (_, i) => first + i).flatMap(block => [
      `${regionPrefix(k)}convB.${block}.bias`,
      `${regionPrefix(k)}sc.${block}.1.bias`,
    ])
  );
  return {
    mask: new Set(mask),
    generator: new Set(generator),
    discriminator: new Set(),
    encoder: new Set(),
  };
}
