/** Scores of masks against the truth (METHOD «Evaluation»; `evaluate` in `train.py`). */

/** Mean scores of a model's masks over labelled images, each image under its best permutation of regions. */
export interface Evaluation {
  /** Number of images. */
  count: number;
  /** Share of pixels in the right region, in [0, 1]. */
  accuracy: number;
  /** Intersection over union of each true region, background first, in [0, 1]. */
  iou: number[];
  /** Mean over images of the mean IoU of the regions that the image has, the background left out. */
  objectIou: number;
  /** Mean of each mask over all images, in the model's order of regions. */
  areas: number[];
}

/**
 * Gathers the scores of one image after the other.
 *
 * The masks are hardened to the region with the most of each pixel. As the published code does for
 * two regions, accuracy takes the assignment of regions that is best for accuracy, and IoU the one
 * that is best for the IoU of the objects, image by image. A region that an image does not have
 * counts in no mean of it.
 */
export class Evaluator {
  private readonly trueRegions: number;
  private readonly regions: number;
  private count = 0;
  private accuracy = 0;
  private objectIou = 0;
  private readonly iou: {sum: number; count: number}[];
  private readonly areas: number[];
  private readonly assignments: number[][];

  /**
   * @param trueRegions Number of true regions, the background included.
   * @param regions Number of the model's regions, at least as many.
   */
  constructor(trueRegions: number, regions: number) {
    if (regions < trueRegions) {
      throw new RangeError(
        `evaluation: the model must have at least as many regions as the truth; got ${regions} for ${trueRegions}`
      );
    }
    this.trueRegions = trueRegions;
    this.regions = regions;
    this.iou = Array.from({length: trueRegions}, () => ({sum: 0, count: 0}));
    this.areas = new Array<number>(regions).fill(0);
    this.assignments = arrangements(regions, trueRegions);
  }

  /**
   * @param masks `[pixels, regions]`, each in [0, 1].
   * @param labels True regions `[pixels]`.
   */
  add(masks: Float32Array, labels: Uint8Array): void {
    const {regions, trueRegions} = this;
    const overlap = new Uint32Array(regions * trueRegions);
    for (let p = 0; p < labels.length; p++) {
      let best = 0;
      for (let k = 0; k < regions; k++) {
        const value = masks[p * regions + k]!;
        this.areas[k]! += value / labels.length;
        if (value > masks[p * regions + best]!) best = k;
      }
      overlap[best * trueRegions + labels[p]!]!++;
    }
    const at = (k: number, t: number): number => overlap[k * trueRegions + t]!;
    const found = Array.from({length: regions}, (_, k) => sum(range(trueRegions), t => at(k, t)));
    const real = Array.from({length: trueRegions}, (_, t) => sum(range(regions), k => at(k, t)));

    this.count++;
    this.accuracy += Math.max(
      ...this.assignments.map(k => sum(range(trueRegions), t => at(k[t]!, t)) / labels.length)
    );
    let best: {iou: (number | undefined)[]; objects: number} | undefined;
    for (const k of this.assignments) {
      const iou = real.map((pixels, t) => {
        const both = at(k[t]!, t);
        return pixels ? both / (pixels + found[k[t]!]! - both) : undefined;
      });
      const present = iou.slice(1).filter(value => value !== undefined);
      const objects = present.length ? sum(present, value => value) / present.length : 0;
      if (!best || objects > best.objects) best = {iou, objects};
    }
    this.objectIou += best!.objects;
    best!.iou.forEach((value, t) => {
      if (value === undefined) return;
      this.iou[t]!.sum += value;
      this.iou[t]!.count++;
    });
  }

  result(): Evaluation {
    const {count} = this;
    return {
      count,
      accuracy: this.accuracy / count,
      iou: this.iou.map(mean => mean.sum / mean.count),
      objectIou: this.objectIou / count,
      areas: this.areas.map(area => area / count),
    };
  }
}

/** Every way to give each of `places` places a different one of `items` items. */
function arrangements(items: number, places: number): number[][] {
  if (places === 0) return [[]];
  return arrangements(items, places - 1).flatMap(head =>
    range(items)
      .filter(item => !head.includes(item))
      .map(item => [...head, item])
  );
}

function range(count: number): number[] {
  return Array.from({length: count}, (_, i) => i);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
