/** The pictures of a view as one, moment by moment. */

import {backgroundOf, drawnNodes} from './composed-tree.js';

/** Milliseconds between frames. */
export const FRAME_MS = 100;

/** Width that small pictures are enlarged to, in pixels. */
const MIN_WIDTH = 480;

/** Frames that have their size: a recording keeps that of its beginning. */
const sized = new WeakSet<OffscreenCanvas | HTMLCanvasElement>();

/**
 * Draws the canvases of a view where they are on the page, and nothing else of it.
 *
 * @param frame Gets its size the first time, and keeps it.
 * @returns The frame's context; undefined where the view has no canvas.
 */
export function drawPictures(
  view: HTMLElement,
  frame: OffscreenCanvas | HTMLCanvasElement
): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | undefined {
  const canvases = [...drawnNodes(view)].filter(node => node instanceof HTMLCanvasElement);
  if (canvases.length === 0) return undefined;
  const rects = canvases.map(canvas => canvas.getBoundingClientRect());
  const left = Math.min(...rects.map(rect => rect.left));
  const top = Math.min(...rects.map(rect => rect.top));
  const width = Math.max(...rects.map(rect => rect.right)) - left;
  const height = Math.max(...rects.map(rect => rect.bottom)) - top;
  if (!sized.has(frame)) {
    const scale = Math.max(1, Math.ceil(MIN_WIDTH / width));
    frame.width = Math.round(width * scale);
    frame.height = Math.round(height * scale);
    sized.add(frame);
  }
  const context = frame.getContext('2d', {willReadFrequently: true}) as
    CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  context.resetTransform();
  context.fillStyle = backgroundOf(view);
  context.fillRect(0, 0, frame.width, frame.height);
  context.scale(frame.width / width, frame.height / height);
  context.imageSmoothingEnabled = false;
  canvases.forEach((canvas, i) => {
    if (canvas.width === 0 || canvas.height === 0) return;
    const rect = rects[i]!;
    context.drawImage(canvas, rect.left - left, rect.top - top, rect.width, rect.height);
  });
  return context;
}
