/**
 * An asynchronous node of the reactive graph: what a request that follows signals was answered last.
 *
 * Three rules hold whatever happens outside.
 * - One at a time: a node has at most one load in flight, and between two loads only the newest
 *   request waits. A hundred requests during a load cost one more load.
 * - Never backwards: answers land in the order of their requests. Whether an answer still lands
 *   when a newer request waits is for `supersedes` to say; see there.
 * - Only for an eye: nothing is computed unless somebody subscribes to `state`. When the last
 *   subscriber has left for a turn of the event loop, the load in flight is aborted; when one comes back, the node loads again
 *   only if the request has changed since the last answer.
 */

import {
  computed,
  effect,
  signal,
  untracked,
  type ReadonlySignal,
  type Signal,
} from '@preact/signals-core';
import {nextTurn} from './turn.js';

/** What is known of the answer. */
export interface ResourceState<T> {
  /** The last answer; it stays while a newer one is awaited or has failed. */
  readonly value: T | undefined;
  /** Whether a load is in flight or about to be. */
  readonly pending: boolean;
  /** Why the last load failed; stays until the next success. */
  readonly error: Error | undefined;
}

export interface ResourceOptions<R, T> {
  /**
   * The request as it should be now, tracked like a computed signal. Undefined where there is
   * nothing to ask: the node is empty then. The same object means the same request.
   */
  request: () => R | undefined;
  /**
   * Answers a request. Called outside tracking. What it lands on the way is a value too, while the
   * rest of the answer is pending.
   */
  load: (request: R, signal: AbortSignal, land: (part: T) => void) => Promise<T>;
  /**
   * Whether a newer request makes the answer to the one in flight useless. True (the default)
   * aborts it, and its answer never lands. False lets it finish and land before the newest is
   * loaded: right for scrubbing, where aborting at each move would leave nothing to be seen until
   * the hand rests.
   */
  supersedes?: (newer: R, older: R) => boolean;
  /** Told of an answer that has been replaced, dropped or never landed: to free what it holds. */
  release?: (value: T) => void;
}

/** An asynchronous node. */
export interface Resource<T> {
  readonly state: ReadonlySignal<ResourceState<T>>;
  /** Loads the present request again, e.g. after an error; waits for a subscriber if there is none. */
  reload(): void;
  /** Aborts the load in flight, drops the last answer, and never starts another. */
  dispose(): void;
}

/** Makes an asynchronous node; it is idle until its `state` has a subscriber. */
export function resource<R extends object, T>(options: ResourceOptions<R, T>): Resource<T> {
  return new AsyncNode(options);
}

interface Flight<R> {
  request: R;
  controller: AbortController;
}

const EMPTY: ResourceState<never> = {value: undefined, pending: false, error: undefined};

class AsyncNode<R extends object, T> implements Resource<T> {
  readonly state: Signal<ResourceState<T>>;

  private readonly options: ResourceOptions<R, T>;
  private readonly request: ReadonlySignal<R | undefined>;
  /** The request that `state` answers, be it with a value or an error. */
  private answered?: R;
  private waiting?: R;
  private flight?: Flight<R>;
  private stopFollowing?: () => void;
  private watched = false;
  private disposed = false;

  constructor(options: ResourceOptions<R, T>) {
    this.options = options;
    this.request = computed(options.request);
    this.state = signal<ResourceState<T>>(EMPTY, {
      watched: () => this.setWatched(true),
      unwatched: () => this.setWatched(false),
    });
  }

  reload(): void {
    this.answered = undefined;
    if (this.stopFollowing) this.ask(this.request.peek());
  }

  dispose(): void {
    this.disposed = true;
    this.unfollow();
    this.set(EMPTY);
  }

  private setWatched(watched: boolean): void {
    this.watched = watched;
    const settle = () => {
      if (this.watched && !this.disposed) this.follow();
      else this.unfollow();
    };
    // To start in the middle of the subscriber's run would change `state` under its hands. To stop
    // waits for a turn: an element that renders again leaves and comes back within microtasks.
    if (watched) queueMicrotask(settle);
    else void nextTurn().then(settle);
  }

  private follow(): void {
    this.stopFollowing ??= effect(() => {
      let request: R | undefined;
      try {
        request = this.request.value;
      } catch (reason) {
        this.drop();
        this.patch({pending: false, error: asError(reason)});
        return;
      }
      untracked(() => this.ask(request));
    });
  }

  private unfollow(): void {
    this.stopFollowing?.();
    this.stopFollowing = undefined;
    this.drop();
    this.patch({pending: false});
  }

  private ask(request: R | undefined): void {
    if (request === undefined) {
      this.drop();
      this.answered = undefined;
      this.set(EMPTY);
    } else if (this.flight) {
      this.queue(request, this.flight);
    } else if (request !== this.answered) {
      this.start(request);
    }
  }

  private queue(request: R, {request: older, controller}: Flight<R>): void {
    const {supersedes = () => true} = this.options;
    this.waiting = request === older && !controller.signal.aborted ? undefined : request;
    if (request !== older && supersedes(request, older)) controller.abort();
    this.patch({pending: true});
  }

  private start(request: R): void {
    this.flight = {request, controller: new AbortController()};
    this.patch({pending: true});
    void this.run(this.flight);
  }

  private async run({request, controller}: Flight<R>): Promise<void> {
    let outcome: Partial<ResourceState<T>>;
    const land = (value: T): void => {
      const isUnderWay = this.flight?.controller === controller && !controller.signal.aborted;
      if (isUnderWay) this.patch({value, error: undefined});
    };
    try {
      const value = await this.options.load(request, controller.signal, land);
      if (controller.signal.aborted) this.options.release?.(value);
      outcome = {value, error: undefined};
    } catch (reason) {
      outcome = {error: asError(reason)};
    }
    const next = this.waiting;
    this.flight = undefined;
    this.waiting = undefined;
    if (!controller.signal.aborted) {
      this.answered = request;
      this.patch({...outcome, pending: next !== undefined});
    }
    if (next && this.stopFollowing) this.start(next);
  }

  /** Lets go of the load in flight and of the request that waits behind it. */
  private drop(): void {
    this.waiting = undefined;
    this.flight?.controller.abort();
  }

  private patch(change: Partial<ResourceState<T>>): void {
    const state = this.state.peek();
    const next = {...state, ...change};
    const same =
      next.value === state.value && next.pending === state.pending && next.error === state.error;
    if (!same) this.set(next);
  }

  private set(next: ResourceState<T>): void {
    const {value} = this.state.peek();
    this.state.value = next;
    if (value !== undefined && value !== next.value) this.options.release?.(value);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
