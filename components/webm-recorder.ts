/** The pictures of a view as they change, as a video. */

import {drawPictures, FRAME_MS} from './view-frames.js';

/** Longest video, in seconds. */
export const MAX_SECONDS = 120;

/** Bits a second: what keeps pixels of a hundred to a thousand square apart. */
const BITS_PER_SECOND = 8_000_000;

/** The first kind of WebM that this browser can write; undefined where it writes none. */
export function webmType(): string | undefined {
  if (typeof MediaRecorder === 'undefined') return undefined;
  return ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm'].find(type =>
    MediaRecorder.isTypeSupported(type)
  );
}

/** Draws the canvases of a view to a video as time goes, at most `MAX_SECONDS` of it. */
export class WebmRecorder {
  private readonly view: HTMLElement;
  private readonly onSecond: (seconds: number) => void;
  private readonly canvas = document.createElement('canvas');
  private readonly recorder: MediaRecorder;
  private readonly chunks: Blob[] = [];
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly startMs = performance.now();
  private failure?: Error;

  /**
   * @param onSecond Told how many seconds there are, whenever there is another.
   * @throws Error if the view has no pictures, or the browser writes no WebM.
   */
  constructor(view: HTMLElement, onSecond: (seconds: number) => void) {
    const mimeType = webmType();
    if (!mimeType) {
      throw new Error(
        'This browser can’t write WebM: record a GIF, or use Chrome, Edge or Firefox.'
      );
    }
    this.view = view;
    this.onSecond = onSecond;
    if (!drawPictures(view, this.canvas)) {
      throw new Error('video: the view must have pictures to record; it has none');
    }
    const stream = this.canvas.captureStream(1000 / FRAME_MS);
    this.recorder = new MediaRecorder(stream, {mimeType, videoBitsPerSecond: BITS_PER_SECOND});
    this.recorder.ondataavailable = ({data}) => this.chunks.push(data);
    this.recorder.onerror = event => (this.failure = event.error as Error);
    this.recorder.start();
    this.timer = setInterval(() => this.take(), FRAME_MS);
  }

  /** Ends the recording and throws it away. */
  cancel(): void {
    void this.end();
    this.chunks.length = 0;
  }

  /**
   * Ends the recording.
   *
   * @throws Error if the browser failed to encode it.
   */
  async finish(): Promise<Blob> {
    await this.end();
    if (this.failure) throw this.failure;
    return new Blob(this.chunks, {type: 'video/webm'});
  }

  private async end(): Promise<void> {
    clearInterval(this.timer);
    const {recorder} = this;
    if (recorder.state !== 'inactive') {
      const stopped = new Promise(resolve => recorder.addEventListener('stop', resolve));
      recorder.stop();
      await stopped;
    }
    for (const track of recorder.stream.getTracks()) track.stop();
  }

  private take(): void {
    const seconds = Math.floor((performance.now() - this.startMs) / 1000);
    if (seconds >= MAX_SECONDS) return void this.end();
    // Drawn also where nothing has changed: a video has a picture at every time.
    drawPictures(this.view, this.canvas);
    this.onSecond(seconds);
  }
}
