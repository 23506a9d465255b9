/** Brings the newest weights of a run into a viewer. */

import {effect, signal, untracked} from '@preact/signals-core';
import {
  checkpointFile,
  type RunCheckpoint,
  type RunFollower,
} from '../core/session/run-follower.js';
import type {ModelFile} from '../core/session/open-model.js';
import type {Session} from '../core/session/session.js';
import {experimentsStrings} from './experiments-strings.js';

/** What opens models: `<redo-viewer>`. */
export interface ModelHost {
  readonly session: Session | undefined;
  openFile(file: ModelFile): Promise<void>;
}

/**
 * The first checkpoint of a run is opened as a file; those after it take its place in the model that
 * is open by then, so that image, codes and the user's images stay as they are. One is opened at a
 * time; of those that come meanwhile only the newest counts.
 */
export class RunViewer {
  /** What is shown, or why not. */
  readonly note = signal('');

  private readonly host: () => ModelHost | undefined;
  private stop?: () => void;
  /** The model that the run's first checkpoint was opened as. */
  private model?: number;
  private newest?: RunCheckpoint;
  private opening?: Promise<void>;

  constructor(host: () => ModelHost | undefined) {
    this.host = host;
  }

  /** Shows the checkpoints of a run as they come, in the place of another run's. */
  follow(follower: RunFollower): void {
    this.leave();
    this.model = undefined;
    this.note.value = '';
    this.stop = effect(() => {
      const checkpoint = follower.checkpoint.value;
      // A viewer that has not been seen yet has no session: its coming is waited for.
      const session = this.host()?.session;
      if (!checkpoint || !session || !follower.wantsCheckpoints.value) return;
      untracked(() => {
        this.newest = checkpoint;
        this.opening ??= this.open().finally(() => (this.opening = undefined));
      });
    });
  }

  leave(): void {
    this.stop?.();
    this.newest = undefined;
  }

  private async open(): Promise<void> {
    const {run} = experimentsStrings;
    for (;;) {
      const {newest} = this;
      const host = this.host();
      const session = host?.session;
      this.newest = undefined;
      if (!newest || !host || !session) return;
      this.note.value = run.showing(newest.name);
      if (this.model !== undefined && session.model.peek()?.model === this.model) {
        await session.restore(newest.bytes, newest.name);
      } else {
        await host.openFile(checkpointFile(newest));
        this.model = session.failure.peek() ? undefined : session.model.peek()?.model;
      }
      const failure = session.failure.peek();
      this.note.value = failure ? run.notShown(failure.error.message) : run.shown(newest.name);
    }
  }
}
