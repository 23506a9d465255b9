/** The pictures of a view as they change, as an animation. */

import {encode} from 'modern-gif';
import {backgroundOf, drawnNodes} from './composed-tree.js';

/** Most frames of an animation: half a minute of ten a second. */
export const MAX_FRAMES = 300;

/** Milliseconds between frames. */
export const FRAME_MS = 100;

/** Width that small pictures are enlarged to, in pixels. */
const MIN_WIDTH = 480;

/** Looks at the canvases of a view at each frame's time, and keeps a frame where they have changed. */
export class GifRecorder {
  private readonly view: HTMLElement;
  private readonly onFrame: (frames: number) => void;
  private readonly frames: {pixels: ImageData; shownMs: number}[] = [];
  private readonly timer: ReturnType<typeof setInterval>;

  /** @param onFrame Told the number of frames, whenever there is another. */
  constructor(view: HTMLElement, onFrame: (frames: number) => void) {
    this.view = view;
    this.onFrame = onFrame;
    this.take();
    this.timer = setInterval(() => this.take(), FRAME_MS);
  }

  /** Ends the recording and throws it away. */
  cancel(): void {
    clearInterval(this.timer);
    this.frames.length = 0;
  }

  /**
   * Ends the recording.
   *
   * @returns The animation, which starts again at its end.
   * @throws Error if the view has no pictures.
   */
  async finish(): Promise<Blob> {
    clearInterval(this.timer);
    const [first] = this.frames;
    if (!first) throw new Error('animation: the view must have pictures to record; it has none');
    const {width, height} = first.pixels;
    const frames = this.frames.map(({pixels, shownMs}) => ({
      data: pixels.data.buffer,
      delay: shownMs,
    }));
    const file = await encode({width, height, frames, maxColors: 255});
    return new Blob([file], {type: 'image/gif'});
  }

  private take(): void {
    const last = this.frames.at(-1);
    const pixels = picturesOf(this.view, last?.pixels);
    if (last && pixels && isEqual(pixels, last.pixels)) {
      last.shownMs += FRAME_MS;
      return;
    }
    if (!pixels || this.frames.length >= MAX_FRAMES) return;
    this.frames.push({pixels, shownMs: FRAME_MS});
    this.onFrame(this.frames.length);
  }
}

/** The canvases of a view where they are on the page, and nothing else of it. @param like Of the size of this. */
function picturesOf(view: HTMLElement, like?: ImageData): ImageData | undefined {
  const canvases = [...drawnNodes(view)].filter(node => node instanceof HTMLCanvasElement);
  if (canvases.length === 0) return undefined;
  const rects = canvases.map(canvas => canvas.getBoundingClientRect());
  const left = Math.min(...rects.map(rect => rect.left));
  const top = Math.min(...rects.map(rect => rect.top));
  const right = Math.max(...rects.map(rect => rect.right));
  const bottom = Math.max(...rects.map(rect => rect.bottom));
  const scale = Math.max(1, Math.ceil(MIN_WIDTH / (right - left)));
  const width = like?.width ?? Math.round((right - left) * scale);
  const height = like?.height ?? Math.round((bottom - top) * scale);
  const frame = new OffscreenCanvas(width, height);
  const context = frame.getContext('2d', {willReadFrequently: true})!;
  context.fillStyle = backgroundOf(view);
  context.fillRect(0, 0, width, height);
  context.scale(width / (right - left), height / (bottom - top));
  context.imageSmoothingEnabled = false;
  canvases.forEach((canvas, i) => {
    if (canvas.width === 0 || canvas.height === 0) return;
    const rect = rects[i]!;
    context.drawImage(canvas, rect.left - left, rect.top - top, rect.width, rect.height);
  });
  return context.getImageData(0, 0, width, height);
}

function isEqual(a: ImageData, b: ImageData): boolean {
  const [left, right] = [new Uint32Array(a.data.buffer), new Uint32Array(b.data.buffer)];
  return left.length === right.length && left.every((pixel, i) => pixel === right[i]);
}
