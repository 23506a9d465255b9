import {effect, untracked} from '@preact/signals-core';
import type {ReactiveController, ReactiveControllerHost} from 'lit';

/**
 * Renders an element again when a signal that its rendering read changes.
 *
 * While paused, or out of the document, it subscribes to nothing: nodes of the graph that nobody
 * else watches come to rest.
 */
export class Watcher implements ReactiveController {
  private readonly host: ReactiveControllerHost;
  private stop?: () => void;
  private paused = false;

  constructor(host: ReactiveControllerHost) {
    this.host = host;
    host.addController(this);
  }

  /** Evaluates what is to be rendered, and remembers what it read. Called once, in `render()`. */
  track<T>(read: () => T): T {
    const {stop} = this;
    if (this.paused) {
      this.stop = undefined;
      stop?.();
      return untracked(read);
    }
    let result: {value: T} | undefined;
    this.stop = effect(() => {
      if (result) this.host.requestUpdate();
      else result = {value: read()};
    });
    // After the new subscriptions, so that what is read again is not left in between.
    stop?.();
    return result!.value;
  }

  /** Stops following signals; what they say meanwhile is rendered when it ends. */
  setPaused(paused: boolean): void {
    if (this.paused === paused) return;
    this.paused = paused;
    this.host.requestUpdate();
  }

  hostConnected(): void {
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    this.stop?.();
    this.stop = undefined;
  }
}
