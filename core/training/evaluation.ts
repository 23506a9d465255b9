/** Scores of masks against the truth (METHOD «Evaluation»; `evaluate` in `train.py`). */

/** Scores of the masks of one image, under the permutation of regions that is best for each. */
export interface ImageScores {
  /** Share of pixels in the right region, in [0, 1]. */
  accuracy: number;
  /** Mean IoU of the regions that the image has, the background left out; 0 where it has none. */
  objectIou: number;
}

/** Scores under one assignment of regions for all images, the one with the greatest mean object IoU. */
export interface AssignedScores {
  /** The model's region for each true region, background first. */
  assignment: readonly number[];
  /** As in `Evaluation`. */
  accuracy: number;
  iou: number[];
  objectIou: number;
  /** Share of all pixels that are of true region t and found in the model's region k: `[t][k]`. */
  confusion: number[][];
}

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
  /** The images one by one. */
  images: ImageScores[];
  /** Index of each image within its split; absent where they are the first ones, all with truth. */
  indices?: readonly number[];
  /** The stricter score: regions may not change their meaning from image to image. */
  assigned: AssignedScores;
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
  private readonly images: ImageScores[] = [];
  private readonly iou: Means;
  private readonly areas: number[];
  private readonly confusion: number[][];
  /** The sums of each assignment, as if it held for all images. */
  private readonly assigned: {
    assignment: number[];
    accuracy: number;
    objectIou: number;
    iou: Means;
  }[];

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
    this.iou = new Means(trueRegions);
    this.areas = new Array<number>(regions).fill(0);
    this.confusion = range(trueRegions).map(() => new Array<number>(regions).fill(0));
    this.assigned = arrangements(regions, trueRegions).map(assignment => ({
      assignment,
      accuracy: 0,
      objectIou: 0,
      iou: new Means(trueRegions),
    }));
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
    const found = range(regions).map(k => sum(range(trueRegions), t => at(k, t)));
    const real = range(trueRegions).map(t => sum(range(regions), k => at(k, t)));
    this.confusion.forEach((row, t) =>
      row.forEach((_, k) => (row[k]! += at(k, t) / labels.length))
    );

    let accuracy = 0;
    let best: {iou: (number | undefined)[]; objects: number} | undefined;
    for (const sums of this.assigned) {
      const {assignment} = sums;
      const right = sum(range(trueRegions), t => at(assignment[t]!, t)) / labels.length;
      accuracy = Math.max(accuracy, right);
      const iou = real.map((pixels, t) => {
        const both = at(assignment[t]!, t);
        return pixels ? both / (pixels + found[assignment[t]!]! - both) : undefined;
      });
      const present = iou.slice(1).filter(value => value !== undefined);
      const objects = present.length ? sum(present, value => value) / present.length : 0;
      sums.accuracy += right;
      sums.objectIou += objects;
      sums.iou.add(iou);
      if (!best || objects > best.objects) best = {iou, objects};
    }
    this.images.push({accuracy, objectIou: best!.objects});
    this.iou.add(best!.iou);
  }

  result(): Evaluation {
    const {images} = this;
    const count = images.length;
    const {assignment, accuracy, objectIou, iou} = this.assigned.reduce((best, each) =>
      each.objectIou > best.objectIou ? each : best
    );
    return {
      count,
      accuracy: sum(images, each => each.accuracy) / count,
      iou: this.iou.values(),
      objectIou: sum(images, each => each.objectIou) / count,
      areas: this.areas.map(area => area / count),
      images: [...images],
      assigned: {
        assignment,
        accuracy: accuracy / count,
        iou: iou.values(),
        objectIou: objectIou / count,
        confusion: this.confusion.map(row => row.map(share => share / count)),
      },
    };
  }
}

/** Means of several quantities, each over the times that it was there. */
class Means {
  private readonly sums: {sum: number; count: number}[];

  constructor(quantities: number) {
    this.sums = range(quantities).map(() => ({sum: 0, count: 0}));
  }

  add(values: readonly (number | undefined)[]): void {
    values.forEach((value, i) => {
      if (value === undefined) return;
      this.sums[i]!.sum += value;
      this.sums[i]!.count++;
    });
  }

  values(): number[] {
    return this.sums.map(({sum, count}) => sum / count);
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
