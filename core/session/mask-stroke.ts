/** One stroke of the brush or the eraser, from where it is put down to where it is lifted. */

import type {Masks} from '../engine/protocol.js';
import {
  coverSegment,
  emptyCoverage,
  eraseRegion,
  paintRegion,
  type Brush,
  type Coverage,
  type Point,
} from './mask-edits.js';

/** A way to edit a mask. */
export type MaskTool = 'brush' | 'eraser' | 'fill';

/** A stroke over masks; these stay as they are, and `masks` are those with the stroke so far. */
export class MaskStroke {
  /** The masks with the stroke so far; the ones that it began with while it changes nothing. */
  masks: Masks;
  /** The masks that it began with. */
  readonly base: Masks;
  readonly region: number;
  readonly tool: Exclude<MaskTool, 'fill'>;

  private readonly brush: Brush;
  private readonly coverage: Coverage;
  private last?: Point;

  constructor(base: Masks, region: number, tool: Exclude<MaskTool, 'fill'>, brush: Brush) {
    this.base = base;
    this.masks = base;
    this.region = region;
    this.tool = tool;
    this.brush = brush;
    this.coverage = emptyCoverage(base);
  }

  /** Draws on through points in their order. @returns Whether the masks are others than before. */
  follow(points: readonly Point[]): boolean {
    let grew = false;
    for (const point of points) {
      grew = coverSegment(this.coverage, this.last ?? point, point, this.brush) || grew;
      this.last = point;
    }
    if (!grew) return false;
    const before = this.masks;
    const apply = this.tool === 'eraser' ? eraseRegion : paintRegion;
    this.masks = apply(this.base, this.region, this.coverage);
    return this.masks !== before;
  }
}
