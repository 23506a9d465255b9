/**
 * What can be asked of the engine, as plain data that a worker's messages can carry.
 *
 * No tensor crosses this border. Arrays in results belong to the receiver.
 */

import type {Split} from '../../datasets/dataset.js';
import type {DatasetSource} from '../../datasets/source.js';
import type {ModelConfig, TrainingConfig, Tuning} from '../model/config.js';
import type {IterationReport, PhaseReport, Side} from '../training/report.js';
import type {Evaluation} from '../training/evaluation.js';
import type {ModelSource} from '../training/model-source.js';

export type {ModelSource};

/** Handle of an open model, unique in its engine. */
export type ModelId = number;

/** One image of the model's data set. */
export interface ImageRef {
  split: Split;
  index: number;
}

/** Drawable pixels, at hand to be read. */
export interface Picture {
  width: number;
  height: number;
  /** `[height, width, 4]`, RGBA, not premultiplied. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * What can be drawn: pixels, or a bitmap that has stayed on the GPU. A bitmap's pixels are those that
 * a canvas would hold, and it is its owner's to close.
 */
export type Drawable = Picture | ImageBitmap;

/** Masks M_k of one image. */
export interface Masks {
  width: number;
  height: number;
  regions: number;
  /** `[regions, height, width]`, each in [0, 1], summing to 1 over regions. */
  values: Float32Array<ArrayBuffer>;
}

/** The data set that a model was opened with. */
export interface DatasetInfo {
  name: string;
  regionNames: readonly string[];
  counts: Readonly<Record<Split, number>>;
  /** What was left out of the user's own images, in sentences for people. */
  notes?: readonly string[];
  /** The split that holds every image, where one does. */
  wholeSplit?: Split;
  /** Number of images a split that have true masks; absent where all have. */
  labelled?: Readonly<Record<Split, number>>;
}

/** Where the numbers are computed. */
export interface BackendInfo {
  name: 'cpu' | 'wasm' | 'webgl' | 'webgpu';
  /** The GPU as the driver names it, or the kind of processor code. */
  device: string;
  /** Threads at work; 1 where the page is not cross-origin isolated. */
  threads: number;
  /** Whether the engine lives in a worker or on the page's own thread. */
  place: 'worker' | 'main';
  /**
   * Milliseconds of the same convolutions on the backends that were tried, if the choice was left to
   * the engine; empty where there was no choice.
   */
  race?: Readonly<Partial<Record<BackendInfo['name'], number>>>;
}

export interface OpenRequest {
  /** Name of a preset; the source of the configuration unless `weights` brings its own. */
  preset: string;
  /** Overrides the preset's data set: a name, or where the user's own images are. */
  dataset?: string | DatasetSource;
  /** Override parts of the preset's configuration; not together with `weights`, which bring theirs. */
  overrides?: {model?: Partial<ModelConfig>; training?: Partial<TrainingConfig>};
  /**
   * A file to begin from: a checkpoint, published weights in safetensors or as `torch.save` writes
   * them, or one of these in a tar or gzip archive. Its weights and configuration, under this
   * request's seed, Adam from the start. New random weights if absent, and for networks that the
   * file lacks.
   */
  weights?: ArrayBuffer;
  /**
   * Goes on with the training in `weights` to the same numbers, where the file can: with its seed, its
   * images and its optimisers.
   */
  resume?: boolean;
  /** Seed of weights, batches, codes and generated images. */
  seed: number;
}

/** Labelled images that f is taught by, beside what it finds out by redrawing. */
export interface Supervision {
  /** Of the cross-entropy in the loss of f, above 0. */
  weight: number;
  /** Images with their own labels `[height, width]`, or the last `count` of a split that have true masks. */
  examples: readonly {image: ImageRef; labels: Uint8Array}[] | {split: Split; count: number};
}

export interface ModelInfo {
  model: ModelId;
  config: ModelConfig;
  training: TrainingConfig;
  dataset: DatasetInfo;
  backend: BackendInfo;
  /** Where the weights came from, if from a file. */
  source?: ModelSource;
  /** The labelled images that f is taught by; absent where there are none. */
  supervision?: {count: number; weight: number};
  /** Seed of batches. */
  seed: number;
  /** Iterations that the weights have behind them. */
  iteration: number;
  /** Counts the changes of the weights; results computed at different versions do not mix. */
  version: number;
}

export interface RedrawRequest {
  model: ModelId;
  image: ImageRef;
  /** Region k to redraw, from 0. */
  region: number;
  /** Code z_k `[codeSize]`. */
  code: Float32Array;
  /** Masks to use in the place of f's: the user's edits. */
  masks?: Masks;
}

export interface RedrawResult {
  /** V_k, transparent outside its mask. */
  region: Drawable;
  /** Î_k = M_k ⊙ V_k + (1 − M_k) ⊙ I. */
  composition: Drawable;
}

/** Many codes of one region. Requests that take them are aborted between batches of codes. */
export interface SurveyRequest {
  model: ModelId;
  image: ImageRef;
  /** Region k to draw, from 0. */
  region: number;
  /** At least one code z_k `[codeSize]`. */
  codes: readonly Float32Array[];
  /** Masks to use in the place of f's: the user's edits. */
  masks?: Masks;
}

/** What every code of a region makes of one image. */
export interface Compositions {
  /** Î_k of each code. */
  pictures: Picture[];
  /** D(Î_k) of each code, from pixels of full size. */
  scores: Float32Array<ArrayBuffer>;
}

/** What D says of images. */
export interface Scores {
  /** D(I) `[images]`. */
  real: Float32Array<ArrayBuffer>;
  /** D(Î_k) `[regions][images]`. */
  redrawn: Float32Array<ArrayBuffer>[];
}

/** What is said of images one by one, `[images]` each. */
export interface Assessments {
  /** D(I). */
  scores: Float32Array<ArrayBuffer>;
  /** Share of pixels in the right region under the best permutation; NaN without true masks. */
  accuracy: Float32Array<ArrayBuffer>;
  /** Mean IoU of the objects under the best permutation; NaN without true masks. */
  objectIou: Float32Array<ArrayBuffer>;
}

/** How D's score of one redraw depends on what it sees. */
export interface Saliency {
  width: number;
  height: number;
  /** D(Î_k). */
  score: number;
  /** ∂D(Î_k) / ∂Î_k `[height, width, 3]`, for colours in [-1, 1]. */
  pixels: Float32Array<ArrayBuffer>;
  /** dD(Î_k) / dM_k `[height, width]`, through the composition and through G_k: what f is taught. */
  mask: Float32Array<ArrayBuffer>;
}

/** The networks that can be looked into. */
export type InsideNetwork = 'mask' | 'generator' | 'discriminator';

/** One output of a network. */
export interface LayerInfo {
  /** Its path in the published state_dict, of a generator without the prefix of its region. */
  name: string;
  /** `[height, width, channels]`; 1 × 1 for a vector. */
  shape: readonly [height: number, width: number, channels: number];
  /** What bounds the output; absent if it is linear. */
  activation?: 'relu' | 'tanh' | 'mask';
  /** Whether it is a convolution or a dense layer, whose weights `spectrum` tells. */
  weighted: boolean;
}

export interface FeaturesRequest {
  model: ModelId;
  image: ImageRef;
  network: InsideNetwork;
  /** A layer's name, as `layers` tells it. */
  layer: string;
  /**
   * What the generator is asked to draw. D looks at the image where it is redrawn so, and at the image
   * as it is if this is absent; f never needs it.
   */
  redraw?: Pick<RedrawRequest, 'region' | 'code' | 'masks'>;
}

/** What a layer gives for one image. */
export interface Features {
  /** Number of channels. */
  channels: number;
  activation?: LayerInfo['activation'];
  /** Mean and standard deviation of each channel `[channels]`. */
  mean: Float32Array<ArrayBuffer>;
  spread: Float32Array<ArrayBuffer>;
  /**
   * Share of each channel's values that no gradient to speak of passes `[channels]`: 0 after a ReLU,
   * beyond ±0.99 after a tanh, within 0.01 of 0 or 1 in masks; in a linear layer, those that are 0.
   */
  dead: Float32Array<ArrayBuffer>;
  /**
   * The maps, averaged down so that they are at most 32 × 32, and less where there are so many that
   * they would be more than 2^18 numbers.
   */
  planes: {
    width: number;
    height: number;
    /** `[channels, height, width]`. */
    values: Float32Array<ArrayBuffer>;
  };
}

/** The weights of a layer, and their singular values as a matrix [out, in · kernel²]. */
export interface Spectrum {
  /** `[out, in, kernel, kernel]`, or `[out, in]`. */
  shape: readonly number[];
  mean: number;
  spread: number;
  /** Weights in equally wide bins between the least and the largest. */
  histogram: {from: number; to: number; counts: Uint32Array<ArrayBuffer>};
  /** Falling. All of them, or the largest alone where there would be more than 256. */
  singularValues: Float32Array<ArrayBuffer>;
  /** Number of singular values that there are: the smaller side of the matrix. */
  rank: number;
  /**
   * The σ that the weights are divided by, vᵀ W u, as the vectors of spectral normalisation have it;
   * absent if the layer is not normalised.
   */
  sigma?: number;
}

/** Each kind of request with what it takes and what it gives. */
export interface Requests {
  /** Builds the networks, loads weights and data set, warms up. */
  open: {request: OpenRequest; result: ModelInfo};
  /** Frees everything that a model holds. */
  close: {request: {model: ModelId}; result: void};
  /**
   * Goes on with another data set, at the model's size, in the place of the present one; the weights
   * and all of the training stay. If it can't be opened, the present one stays too.
   */
  dataset: {request: {model: ModelId; dataset: string | DatasetSource}; result: ModelInfo};
  /** Reads images and their true labels `[height, width]`. */
  samples: {
    request: {model: ModelId; images: readonly ImageRef[]};
    result: {picture: Picture; labels?: Uint8Array<ArrayBuffer>}[];
  };
  /** Images of a split, small: `side` is their height and width, a divisor of the model's size. */
  thumbnails: {
    request: {model: ModelId; split: Split; indices: readonly number[]; side: number};
    result: Picture[];
  };
  /** D's score of each image, and how good f's masks of it are. Aborted between batches of images. */
  assess: {
    request: {model: ModelId; split: Split; indices: readonly number[]};
    result: Assessments;
  };
  /** M = f(I). `areas[k]` is the mean of M_k; `score` is D(I). */
  segment: {
    request: {model: ModelId; image: ImageRef};
    result: {masks: Masks; areas: number[]; score: number};
  };
  /** Redraws one region. */
  redraw: {request: RedrawRequest; result: RedrawResult};
  /**
   * D(Î_k) of a region's newest redraw, by the weights of now; undefined where there is none. By
   * itself, because D takes longer than the redraw, and a hand that scrubs waits for the picture.
   */
  score: {request: {model: ModelId; region: number}; result: number | undefined};
  /**
   * V_k of each code, transparent outside its mask. `side` is the pictures' height and width, a
   * divisor of the model's, which it is if absent.
   */
  survey: {request: SurveyRequest & {side?: number}; result: Picture[]};
  /** Î_k of each code, and what D says of it. `side` as in `survey`. */
  compositions: {request: SurveyRequest & {side?: number}; result: Compositions};
  /**
   * D on images of a split, as they are and with each region in turn redrawn from a code of its
   * own: `codes[k][i]` for region k of image i. Aborted between batches of images.
   */
  scores: {
    request: {
      model: ModelId;
      split: Split;
      indices: readonly number[];
      codes: readonly (readonly Float32Array[])[];
    };
    result: Scores;
  };
  /** How D's score of a redraw depends on its pixels and on its mask. */
  saliency: {request: RedrawRequest; result: Saliency};
  /** The outputs of each network, in the order of its forward pass. */
  layers: {request: {model: ModelId}; result: Record<InsideNetwork, LayerInfo[]>};
  /** What one layer gives for one image. */
  features: {request: FeaturesRequest; result: Features};
  /** The weights of one layer; of the generators, that of `region`. */
  spectrum: {
    request: {model: ModelId; network: InsideNetwork; layer: string; region?: number};
    result: Spectrum;
  };
  /**
   * How far V_k(a) and V_k(b) are apart for each code a and the code b in the same place of
   * `others`: the mean of |V_k(a) − V_k(b)| over channels and pixels, weighted by the mask.
   * `[codes]`, each in [0, 2].
   */
  contrast: {
    request: SurveyRequest & {others: readonly Float32Array[]};
    result: Float32Array<ArrayBuffer>;
  };
  /**
   * Covariance of V_k between each two codes: the mean of (V_k(a) − V̄)(V_k(b) − V̄) over channels
   * and pixels, weighted by the mask; V̄ is the mean over the codes. `[codes, codes]`.
   */
  covariance: {request: SurveyRequest; result: Float32Array<ArrayBuffer>};
  /** Redraws all regions into Σ_k M_k ⊙ V_k, and reads the codes back: `recovered` is δ's ẑ `[regions][codeSize]`. */
  recover: {
    request: {model: ModelId; image: ImageRef; codes: readonly Float32Array[]; masks?: Masks};
    result: {generated: Drawable; recovered: Float32Array<ArrayBuffer>[]};
  };
  /**
   * What δ reads from images redrawn whole, many times: from codes z `[draws, regions, codeSize]`
   * to ẑ `[draws, regions, codeSize]`. Aborted between batches of draws.
   */
  recoveries: {
    request: {model: ModelId; image: ImageRef; codes: Float32Array; masks?: Masks};
    result: Float32Array<ArrayBuffer>;
  };
  /**
   * Runs the next phase of the iteration under way, or the first of a new one. `side` restricts a
   * new one to the update of one side.
   */
  phase: {request: {model: ModelId; side?: Side}; result: PhaseReport};
  /**
   * Runs whole iterations, first ending one that was begun by phases: `count` of them, or fewer, at
   * least one, where another request waits, so that a scrub waits for one iteration at most.
   * `side` restricts them to the updates of one side. An abort ends them after the iteration under way.
   */
  iterate: {request: {model: ModelId; count: number; side?: Side}; result: IterationReport[]};
  /** New random weights from `seed`, iteration 0. */
  reset: {request: {model: ModelId; seed: number}; result: ModelInfo};
  /**
   * Trains with other numbers from the next iteration on, until others are given or a checkpoint
   * brings its own; checkpoints state them. The weights stay as they are.
   */
  tune: {request: {model: ModelId; tuning: Tuning}; result: ModelInfo};
  /**
   * Teaches f by labelled images too, from the next iteration on, or by none if `supervision` is absent:
   * semi-supervised training. It outlives new weights, and ends with another data set; checkpoints do
   * not state it.
   */
  supervise: {request: {model: ModelId; supervision?: Supervision}; result: ModelInfo};
  /** Scores the masks of the first `count` labelled images of a split. */
  evaluate: {request: {model: ModelId; split: Split; count: number}; result: Evaluation};
  /**
   * The whole state as a checkpoint in safetensors form; an iteration that was begun by phases is
   * ended first. `compact`: weights alone, in half precision, to look at. `plain`: weights alone, in
   * single precision, a state_dict for PyTorch.
   */
  snapshot: {
    request: {model: ModelId; compact?: boolean; plain?: boolean};
    result: ArrayBuffer;
  };
  /**
   * Back to a checkpoint made by `snapshot`, with the settings of training that it states, or with the
   * model's own if `keepTraining`.
   */
  restore: {
    request: {model: ModelId; checkpoint: ArrayBuffer; keepTraining?: boolean};
    result: ModelInfo;
  };
  /** What the engine holds: tensors, their bytes, and bytes of GPU textures where there are any. */
  memory: {
    request: Record<string, never>;
    result: {tensors: number; bytes: number; gpuBytes?: number};
  };
}

export type Kind = keyof Requests;

/** Told while a request is at work; `done` never falls, and equals `total` at the end of a stage. */
export interface Progress {
  stage:
    'backend' | 'dataset' | 'weights' | 'compile' | 'warm-up' | 'train' | 'evaluate' | 'survey';
  done: number;
  total: number;
}

export interface RequestOptions {
  /** An aborted request rejects with the signal's reason; one that has not begun never runs. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/**
 * The engine as everyone sees it: the page through a worker, a Node script and a test directly.
 *
 * Requests run one at a time. Those of one model keep their order; several models take turns.
 */
export interface EngineClient {
  /** @throws Error with a sentence for people if the request can't be met; the engine stays usable. */
  request<K extends Kind>(
    kind: K,
    body: Requests[K]['request'],
    options?: RequestOptions
  ): Promise<Requests[K]['result']>;
  /** Frees everything and ends the worker, if there is one. */
  dispose(): void;
}
