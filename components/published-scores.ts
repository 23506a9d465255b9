/** Scores on real photographs that were published: what a run is to be judged beside. */

/** One row of a published table. */
export interface PublishedScore {
  method: string;
  dataset: string;
  /** As in the paper's splits; absent where the source does not say it in these words. */
  split?: 'train' | 'test';
  /** Mean, and deviation over five runs where it is stated; each in [0, 1]. */
  accuracy?: number;
  accuracyDeviation?: number;
  iou?: number;
  iouDeviation?: number;
  /** Where it was published. */
  source: string;
  url: string;
}

const REDO = {
  method: 'ReDO',
  source: 'Chen, Artières, Denoyer, NeurIPS 2019, Table 1',
  url: 'https://arxiv.org/abs/1905.13539',
} as const;

/** ReDO's own figures first. The later methods are not all judged at the same size or on the same split. */
export const PUBLISHED_SCORES: readonly PublishedScore[] = [
  {
    ...REDO,
    ...{dataset: 'LFW', split: 'test'},
    ...{accuracy: 0.917, accuracyDeviation: 0.002, iou: 0.781, iouDeviation: 0.005},
  },
  {
    ...REDO,
    ...{dataset: 'CUB', split: 'train'},
    ...{accuracy: 0.84, accuracyDeviation: 0.012, iou: 0.423, iouDeviation: 0.023},
  },
  {
    ...REDO,
    ...{dataset: 'CUB', split: 'test'},
    ...{accuracy: 0.845, accuracyDeviation: 0.012, iou: 0.426, iouDeviation: 0.025},
  },
  {
    ...REDO,
    ...{dataset: 'Flowers', split: 'train'},
    ...{accuracy: 0.886, accuracyDeviation: 0.008, iou: 0.78, iouDeviation: 0.012},
  },
  {
    ...REDO,
    ...{dataset: 'Flowers', split: 'test'},
    ...{accuracy: 0.879, accuracyDeviation: 0.008, iou: 0.764, iouDeviation: 0.012},
  },
  {
    method: 'ReDO',
    dataset: 'LFW and Flowers',
    split: 'test',
    accuracy: 0.856,
    iou: 0.691,
    source: 'README of the published code',
    url: 'https://github.com/mickaelChen/ReDO',
  },
  {
    method: 'IEM + SegNet',
    dataset: 'CUB',
    accuracy: 0.893,
    iou: 0.551,
    source: 'Savarese et al., CVPR 2021',
    url: 'https://arxiv.org/abs/2012.07287',
  },
  {
    method: 'Melas-Kyriazi et al.',
    dataset: 'CUB',
    accuracy: 0.921,
    iou: 0.664,
    source: 'Melas-Kyriazi et al., ICLR 2022',
    url: 'https://arxiv.org/abs/2105.08127',
  },
];
