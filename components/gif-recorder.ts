/** The pictures of a view as they change, as an animation. */

import {encode} from 'modern-gif';
import {drawPictures, FRAME_MS} from './view-frames.js';

/** Most frames of an animation: half a minute of ten a second. */
export const MAX_FRAMES = 300;

/** Looks at the canvases of a view at each frame's time, and keeps a frame where they have changed. */
export class GifRecorder {
  private readonly view: HTMLElement;
  private readonly onFrame: (frames: number) => void;
  private readonly frames: {pixels: ImageData; shownMs: number}[] = [];
  private readonly canvas = new OffscreenCanvas(0, 0);
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
    const {canvas} = this;
    const pixels = drawPictures(this.view, canvas)?.getImageData(0, 0, canvas.width, canvas.height);
    if (last && pixels && isEqual(pixels, last.pixels)) {
      last.shownMs += FRAME_MS;
      return;
    }
    if (!pixels || this.frames.length >= MAX_FRAMES) return;
    this.frames.push({pixels, shownMs: FRAME_MS});
    this.onFrame(this.frames.length);
  }
}

function isEqual(a: ImageData, b: ImageData): boolean {
  const [left, right] = [new Uint32Array(a.data.buffer), new Uint32Array(b.data.buffer)];
  return left.length === right.length && left.every((pixel, i) => pixel === right[i]);
}
