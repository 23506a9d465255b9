import {effect, type ReadonlySignal} from '@preact/signals-core';

/** Calls frame by frame until it is told to stop, or nobody can see what comes of it. */
export class PathPlayer {
  private readonly onStop: () => void;
  private frame?: number;
  private stopWatching?: () => void;

  /** @param onStop Told when it stops, whatever the reason. */
  constructor(onStop: () => void) {
    this.onStop = onStop;
  }

  get playing(): boolean {
    return this.frame !== undefined;
  }

  /**
   * @param seen Whether the picture can be seen.
   * @param advance Takes the milliseconds since the last frame; false ends it.
   */
  start(seen: ReadonlySignal<boolean>, advance: (elapsedMs: number) => boolean): void {
    this.stop();
    if (!seen.peek()) return;
    let last: number | undefined;
    const step = (now: number): void => {
      const goesOn = advance(last === undefined ? 0 : now - last);
      last = now;
      if (goesOn && this.playing) this.frame = requestAnimationFrame(step);
      else this.stop();
    };
    this.frame = requestAnimationFrame(step);
    this.stopWatching = effect(() => {
      if (!seen.value) this.stop();
    });
  }

  stop(): void {
    if (this.frame === undefined) return;
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
    this.stopWatching?.();
    this.onStop();
  }
}
