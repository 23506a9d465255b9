/** What painting is made of, for the elements that share it. */

import type {Masks} from '../core/engine/protocol.js';
import type {MaskTool} from '../core/session/mask-stroke.js';

/** Sizes that a brush can have, in pixels of the masks. */
export const BRUSH_SIZES = {min: 1, max: 32} as const;

/** Details of the events of `<redo-mask-editor>` and `<redo-paint-tools>`. */
export interface PaintEvents {
  'mask-edit': {masks: Masks; ended: boolean};
  'mask-undo': undefined;
  'mask-redo': undefined;
  'mask-restore': undefined;
  'mask-swap': {other: number};
  'tool-pick': {tool: MaskTool};
  'brush-change': {brushSize: number; hardness: number};
}
