/** The codes z_k that a viewer draws with: one signal a region, so that one can change alone. */

import {batch, signal, type ReadonlySignal, type Signal} from '@preact/signals-core';
import {Random} from '../../datasets/random.js';

/** Where a slider of one component of a code ends, in standard deviations. */
export const CODE_LIMIT = 3;

/**
 * Codes of all regions. A code is never changed in place: a new array is a new code.
 *
 * Draw number d of region k is always the same code for the same seed; draw 0 is what the region
 * starts with and what `reset` goes back to.
 */
export class RegionCodes {
  private readonly list = signal<readonly Signal<Float32Array>[]>([]);
  private draws: number[] = [];
  private seed = 0;
  private codeSize = 0;

  /** One signal a region; another list only where the number of regions or their size changes. */
  get all(): readonly ReadonlySignal<Float32Array>[] {
    return this.list.value;
  }

  /** Starts again at draw 0 for every region, under a seed. */
  restart({regions, codeSize}: {regions: number; codeSize: number}, seed: number): void {
    const fits = this.codeSize === codeSize && this.draws.length === regions;
    this.seed = seed;
    this.codeSize = codeSize;
    this.draws = Array.from({length: regions}, () => 0);
    const codes = this.draws.map((_, region) => this.draw(region));
    batch(() => {
      if (fits) codes.forEach((code, region) => (this.at(region).value = code));
      else this.list.value = codes.map(code => signal(code));
    });
  }

  /** Sets a whole code. @throws RangeError if its length is not the model's code size. */
  set(region: number, code: Float32Array): void {
    if (code.length !== this.codeSize) {
      throw new RangeError(
        `code: length must be the model's code size ${this.codeSize}; got ${code.length}`
      );
    }
    this.at(region).value = code.slice();
  }

  /** Sets one component z_k[dimension]. */
  setValue(region: number, dimension: number, value: number): void {
    if (!(dimension >= 0 && dimension < this.codeSize) || !Number.isFinite(value)) {
      throw new RangeError(
        `code: must be a finite value of a dimension less than ${this.codeSize}; got ${value} of ${dimension}`
      );
    }
    const code = this.at(region).peek().slice();
    code[dimension] = value;
    this.at(region).value = code;
  }

  /** Goes to the next draw of a region. */
  resample(region: number): void {
    const code = this.at(region);
    this.draws[region]! += 1;
    code.value = this.draw(region);
  }

  /** Goes back to draw 0 of a region. */
  reset(region: number): void {
    const code = this.at(region);
    this.draws[region] = 0;
    code.value = this.draw(region);
  }

  private draw(region: number): Float32Array {
    return new Random(this.seed, 'code', region, this.draws[region]!).normals(this.codeSize);
  }

  private at(region: number): Signal<Float32Array> {
    const code = this.list.peek()[region];
    if (!code) {
      throw new RangeError(
        `region: must be at least 0 and less than ${this.draws.length}; got ${region}`
      );
    }
    return code;
  }
}
