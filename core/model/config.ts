/** What a model is made of and how it is trained: plain data, checked at the border. */

/** The four networks: f, the generators G_k, D and δ of the paper. */
export type NetworkName = 'mask' | 'generator' | 'discriminator' | 'encoder';

/** Shape of the four networks. */
export interface ModelConfig {
  /** Height and width of the images, in pixels: 4 · 2^L from 16 to 256. */
  size: number;
  /** Number of regions n, the background included, at least 2. */
  regions: number;
  /** Length nz of a region's code z_k. */
  codeSize: number;
  /** Base number of channels of each network. The published code's `nfM`, `nfX`, `nfD`, `nfZ`. */
  widths: Record<NetworkName, number>;
  /** Residual blocks in f. */
  maskResidualBlocks: number;
  /** Self-attention in the generators and in the discriminator. */
  attention: {generator: boolean; discriminator: boolean};
  /** Conditional normalisation in the generators: over one image (published code) or over the batch (paper). */
  normalization: 'instance' | 'batch';
  /** Temperature T of the masks' sigmoid or softmax. */
  temperature: number;
}

/** How the networks are trained. */
export interface TrainingConfig {
  /** `published`: every region redrawn each iteration, δ reads the wholly generated image. `paper`: Algorithm 1. */
  variant: 'published' | 'paper';
  /** Images a batch. */
  batchSize: number;
  /** Weight λ_z of the recovery of the codes. */
  lambdaZ: number;
  learningRates: Record<NetworkName, number>;
  /** Lowers all learning rates in a straight line to `factor` times theirs; constant if absent. */
  decay?: Span & {factor: number};
  /** A slower start than the paper's and the published code's, which have none; see `Start`. */
  start?: Start;
  /**
   * Gumbel noise on f's logits, which makes the masks of a training random draws of one region a pixel: grows
   * from nothing to all, while the temperature of the relaxed draw goes from 1 to `temperature`, in (0, 1]. None
   * if absent, as in the paper and the published code; see `drawMaskNoise`.
   */
  maskNoise?: Span & {temperature: number};
  /**
   * Every so many iterations, from the first to the last named, a region that owns next to nothing is given half
   * of the largest object; never if absent. For three regions and more; see `splitLargestObject`.
   */
  splits?: Span & {every: number};
  /** Adam's decay rates of the two moments, and its ε. */
  beta1: number;
  beta2: number;
  epsilon: number;
  /** L2 penalty on f, added to its gradient. */
  maskWeightDecay: number;
  /** Gain of the orthogonal initialisation. */
  initGain: number;
}

/**
 * How a training starts where the region that happens to be painted best would otherwise take the whole image
 * before the generators have learnt anything.
 */
export interface Start {
  /** Regions that it starts with, at least 2; the others are empty until a split gives them something. */
  regions: number;
  /** Iterations in which f's learning rate grows in a straight line from 0 to its own. */
  warmUp: number;
  /** Iterations in which those regions are kept in balance; see `balanceRegions`. */
  balance: number;
}

/** What changes in a straight line from an iteration to another; both count iterations completed before. */
export interface Span {
  fromIteration: number;
  toIteration: number;
}

/** Share in [0, 1] of the way that is behind at an iteration. */
export function passedShare({fromIteration, toIteration}: Span, iteration: number): number {
  const passed = (iteration - fromIteration) / (toIteration - fromIteration);
  return Math.min(1, Math.max(0, passed));
}

/** How many regions are redrawn at an iteration, the first ones: those it started with, until splits may come. */
export function regionsInPlay(
  {start, splits}: Pick<TrainingConfig, 'start' | 'splits'>,
  {regions}: Pick<ModelConfig, 'regions'>,
  iteration: number
): number {
  return start && splits && iteration < splits.fromIteration ? start.regions : regions;
}

/** Whether an iteration is one before which a region may be split. */
export function isSplitDue({splits}: Pick<TrainingConfig, 'splits'>, iteration: number): boolean {
  if (!splits) return false;
  const {fromIteration, toIteration, every} = splits;
  const passed = iteration - fromIteration;
  return passed >= 0 && iteration <= toIteration && passed % every === 0;
}

/** What may be changed while a model trains; what is absent stays. */
export interface Tuning {
  lambdaZ?: number;
  learningRates?: Partial<Record<NetworkName, number>>;
}

/**
 * A training with some of its numbers changed.
 *
 * @throws RangeError naming the field and what it must be.
 */
export function tuned(training: TrainingConfig, {lambdaZ, learningRates}: Tuning): TrainingConfig {
  const result = {
    ...training,
    lambdaZ: lambdaZ ?? training.lambdaZ,
    learningRates: {...training.learningRates, ...learningRates},
  };
  checkTrainingConfig(result);
  return result;
}

/** A model, its training and the data set it is meant for. */
export interface Preset {
  name: string;
  /** One line for people. */
  summary: string;
  /** Name of a data set. */
  dataset: string;
  model: ModelConfig;
  training: TrainingConfig;
}

/**
 * L of `size = 4 · 2^L`: the number of blocks by which a generator goes up and an encoder down.
 *
 * @throws RangeError if there is no such L from 2 to 6.
 */
export function depth(size: number): number {
  const blocks = Math.log2(size / 4);
  if (!Number.isInteger(blocks) || blocks < 2 || blocks > 6) {
    throw new RangeError(`size must be 16, 32, 64, 128 or 256 (4 · 2^L); got ${size}`);
  }
  return blocks;
}

/**
 * Looks a configuration over before anything is built of it.
 *
 * @throws RangeError naming the field and what it must be.
 */
export function checkModelConfig(config: ModelConfig): void {
  depth(config.size);
  atLeast('regions', config.regions, 2, 16);
  atLeast('codeSize', config.codeSize, 1, 4096);
  atLeast('maskResidualBlocks', config.maskResidualBlocks, 0, 64);
  // f's first layer has a quarter of its width.
  atLeast('widths.mask', config.widths.mask, 4, MAX_WIDTH);
  for (const network of ['generator', 'discriminator', 'encoder'] as const) {
    atLeast(`widths.${network}`, config.widths[network], 1, MAX_WIDTH);
  }
  if (config.attention.discriminator) {
    atLeast('widths.discriminator with attention', config.widths.discriminator, 2);
  }
  if (!(config.temperature > 0)) {
    throw new RangeError(`temperature must be greater than 0; got ${config.temperature}`);
  }
  if (!['instance', 'batch'].includes(config.normalization)) {
    throw new RangeError(`normalization must be instance or batch; got ${config.normalization}`);
  }
}

/**
 * @param regions Of the model that is trained, where it is known.
 * @throws RangeError naming the field and what it must be.
 */
export function checkTrainingConfig(training: TrainingConfig, regions = Infinity): void {
  if (!['published', 'paper'].includes(training.variant)) {
    throw new RangeError(`variant must be published or paper; got ${training.variant}`);
  }
  atLeast('batchSize', training.batchSize, 1);
  if (training.decay) {
    const {factor} = training.decay;
    checkSpan('decay', training.decay);
    if (!(factor >= 0 && factor <= 1)) {
      throw new RangeError(`decay.factor must be from 0 to 1; got ${factor}`);
    }
  }
  if (training.maskNoise) {
    const {temperature} = training.maskNoise;
    checkSpan('maskNoise', training.maskNoise);
    if (!(temperature > 0 && temperature <= 1)) {
      throw new RangeError(
        `maskNoise.temperature must be greater than 0 and at most 1; got ${temperature}`
      );
    }
  }
  if (training.splits) {
    checkSpan('splits', training.splits);
    atLeast('splits.every', training.splits.every, 1);
    if (regions < 3) {
      throw new RangeError(`splits must be left out for fewer than 3 regions; got ${regions}`);
    }
  }
  if (training.start) {
    const {start, splits} = training;
    atLeast('start.regions', start.regions, 2, regions);
    if (!splits && start.regions < regions && regions < Infinity) {
      throw new RangeError(
        `start.regions must be all ${regions} where there are no splits, or they stay empty; got ${start.regions}`
      );
    }
    atLeast('start.warmUp', start.warmUp, 0);
    atLeast('start.balance', start.balance, 0);
  }
  const {lambdaZ, beta1, beta2, epsilon, maskWeightDecay, initGain, learningRates} = training;
  const {mask, generator, discriminator, encoder} = learningRates;
  const numbers = {
    ...{lambdaZ, epsilon, maskWeightDecay, initGain},
    'learningRates.mask': mask,
    'learningRates.generator': generator,
    'learningRates.discriminator': discriminator,
    'learningRates.encoder': encoder,
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`${name} must be a number of at least 0; got ${value}`);
    }
  }
  for (const [name, value] of Object.entries({beta1, beta2})) {
    if (!(value >= 0 && value < 1)) {
      throw new RangeError(`${name} must be a number from 0 to less than 1; got ${value}`);
    }
  }
}

function checkSpan(name: string, {fromIteration, toIteration}: Span): void {
  atLeast(`${name}.fromIteration`, fromIteration, 0);
  atLeast(`${name}.toIteration`, toIteration, fromIteration + 1);
}

/** What a file or a person may ask for before it is surely a mistake that would only fill the memory. */
const MAX_WIDTH = 1024;

function atLeast(name: string, value: number, least: number, most = Infinity): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${name} must be a whole number of at least ${least}; got ${value}`);
  }
  if (value > most) throw new RangeError(`${name} must be at most ${most}; got ${value}`);
}
