/** Follows the folder of a training that runs elsewhere, while it grows. */

import {batch, signal, type ReadonlySignal} from '@preact/signals-core';
import type {History} from './history.js';
import type {ModelFile} from './open-model.js';
import {LOG, type Probe, RunLog} from './run-log.js';
import type {RunSource} from './run-source.js';

/** Milliseconds between two looks into the folder. */
const EVERY_MS = 2000;

/** Most failures one after the other before it is given up: a folder of a network may be away for a while. */
const PATIENCE = 5;

const STATE = 'state.json';

/** What a run's `state.json` says, as far as it is used here; absent where it is not told. */
export interface RunFacts {
  config?: {preset?: string; dataset?: string; seed?: number};
  seed?: number;
  restarts?: number;
  iteration?: number;
  checkpoint?: string;
  best?: {iteration: number; objectIou: number; file: string};
}

/** A checkpoint of the run, read whole. */
export interface RunCheckpoint {
  name: string;
  bytes: ArrayBuffer;
}

export interface FollowOptions {
  /** Milliseconds between two looks. */
  everyMs?: number;
  /** Whether checkpoints are read as they appear. */
  checkpoints?: boolean;
}

/**
 * `log.jsonl` is read on from where it was left, `state.json`, which is small, whole, and a checkpoint
 * once. One look is under way at a time.
 */
export class RunFollower {
  readonly name: string;
  private readonly source: RunSource;
  private readonly everyMs: number;
  private readonly log = new RunLog();
  private readonly state = {
    facts: signal<RunFacts>({}),
    checkpoint: signal<RunCheckpoint | undefined>(undefined),
    error: signal<Error | undefined>(undefined),
    /** Why the newest checkpoint is not there. */
    trouble: signal<string | undefined>(undefined),
    grownAt: signal<number | undefined>(undefined),
    following: signal(false),
  };
  /** Whether checkpoints are read as they appear. */
  readonly wantsCheckpoints: ReturnType<typeof signal<boolean>>;
  private controller = new AbortController();
  private failures = 0;
  /** Looks in which the checkpoint that the state names was not there. */
  private missed = 0;

  constructor(source: RunSource, {everyMs = EVERY_MS, checkpoints = true}: FollowOptions = {}) {
    this.source = source;
    this.name = source.name;
    this.everyMs = everyMs;
    this.wantsCheckpoints = signal<boolean>(checkpoints);
  }

  /** The course of the training, and what it saw on validation images. */
  get history(): History {
    return this.log.history;
  }

  get facts(): ReadonlySignal<RunFacts> {
    return this.state.facts;
  }

  /** Tries that collapsed. Read beside the history's `revision`. */
  get collapses(): readonly {iteration: number; reason: string}[] {
    return this.log.collapses;
  }

  /** Pictures on the way. Read beside the history's `revision`. */
  get probes(): readonly Probe[] {
    return this.log.probes;
  }

  /** The PNG of a picture; undefined if it is not there any more. @throws Error as of `RunSource.read`. */
  readonly readProbe = async ({file}: Probe, signal: AbortSignal): Promise<Blob | undefined> => {
    const bytes = await this.source.read(file, 0, signal);
    return bytes && new Blob([bytes], {type: 'image/png'});
  };

  /** Lines of the log that can't be read. Read beside the history's `revision`. */
  get unreadable(): number {
    return this.log.unreadable;
  }

  /** The newest checkpoint. */
  get checkpoint(): ReadonlySignal<RunCheckpoint | undefined> {
    return this.state.checkpoint;
  }

  /** Why it is not followed any more, or not at the moment. */
  get error(): ReadonlySignal<Error | undefined> {
    return this.state.error;
  }

  get trouble(): ReadonlySignal<string | undefined> {
    return this.state.trouble;
  }

  /** When the log was last seen to grow, as `Date.now()` tells it. */
  get grownAt(): ReadonlySignal<number | undefined> {
    return this.state.grownAt;
  }

  /** Whether it is looked into the folder from time to time. */
  get following(): ReadonlySignal<boolean> {
    return this.state.following;
  }

  /** Follows until `stop`, or until the folder can't be read. */
  async follow(): Promise<void> {
    if (this.state.following.peek()) return;
    this.controller = new AbortController();
    const {signal} = this.controller;
    this.failures = 0;
    this.state.following.value = true;
    try {
      while (!signal.aborted) {
        await this.look(signal);
        await pause(this.everyMs, signal);
      }
    } catch {
      // What went wrong is in `error`; an abort is no error.
    } finally {
      this.state.following.value = false;
    }
  }

  stop(): void {
    this.controller.abort();
  }

  /** One look. @throws Error where it is of no use to look again. */
  private async look(signal: AbortSignal): Promise<void> {
    try {
      const grown = await this.log.readOn(this.source, signal);
      const facts = await this.readFacts(signal);
      if (grown === undefined && !facts) throw new NoRun(this.name);
      batch(() => {
        if (grown) this.state.grownAt.value = Date.now();
        if (facts) this.state.facts.value = facts;
        this.state.error.value = undefined;
      });
      await this.readCheckpoint(signal);
      this.failures = 0;
    } catch (reason) {
      signal.throwIfAborted();
      this.state.error.value = reason as Error;
      const isHopeless = reason instanceof NoRun && this.history.length === 0;
      if (isHopeless || ++this.failures === PATIENCE) throw reason;
    }
  }

  private async readFacts(signal: AbortSignal): Promise<RunFacts | undefined> {
    const bytes = await this.source.read(STATE, 0, signal);
    if (!bytes) return undefined;
    try {
      const facts = JSON.parse(new TextDecoder().decode(bytes)) as RunFacts | null;
      return facts ?? undefined;
    } catch {
      // One that is just being copied is read at the next look.
      return undefined;
    }
  }

  private async readCheckpoint(signal: AbortSignal): Promise<void> {
    const {checkpoint: name} = this.state.facts.peek();
    if (!this.wantsCheckpoints.peek() || name === undefined) return;
    if (name === this.state.checkpoint.peek()?.name) return;
    const bytes = await this.source.read(name, 0, signal);
    signal.throwIfAborted();
    if (!bytes) {
      // It may have been replaced since the state was read: then the next state names another.
      this.missed++;
      if (this.missed > 1) {
        this.state.trouble.value = `${name} is named by ${STATE}, and is not there`;
      }
      return;
    }
    this.missed = 0;
    batch(() => {
      this.state.trouble.value = undefined;
      this.state.checkpoint.value = {name, bytes: bytes.buffer};
    });
  }
}

/** A checkpoint as a file to be opened. */
export function checkpointFile({name, bytes}: RunCheckpoint): ModelFile {
  return {name, arrayBuffer: async () => bytes.slice(0)};
}

class NoRun extends Error {
  constructor(name: string) {
    super(
      `run: ${name} must be the folder of a run, with ${LOG} and ${STATE}; got neither. Choose what was given to train --run`
    );
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, {once: true});
    if (signal.aborted) stop();
  });
}
