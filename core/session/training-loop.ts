/** Asks the engine for iterations: so many, one phase, or on and on. */

import {batch, effect, signal, untracked, type ReadonlySignal} from '@preact/signals-core';
import {nextTurn} from '../graph/turn.js';
import type {EngineClient, ModelId} from '../engine/protocol.js';
import type {IterationReport, PhaseReport, Side} from '../training/report.js';

/**
 * A request asks for no more iterations than about this long takes, so that a pause need not abort
 * anything: what was begun is waited for, and its numbers are not lost.
 */
const REQUEST_MS = 200;

/** Nobody sees more than one refresh a frame: of fast iterations a frame's worth is asked for. */
const FRAME_MS = 1000 / 60;

/** What the loop needs of its surroundings. */
export interface TrainingHost {
  engine: EngineClient;
  /** The open model's handle; undefined while there is none. */
  model: ReadonlySignal<ModelId | undefined>;
  /** Whether anything may be computed; the loop waits while not. */
  awake: ReadonlySignal<boolean>;
  /** Told before requests are made. */
  onStart: () => void;
  /** Told between iterations, before the next begins, which waits for it. Does not throw. */
  onRest: (model: ModelId, signal: AbortSignal) => Promise<void>;
  /** Takes the numbers of iterations. */
  onReports: (reports: readonly IterationReport[]) => void;
  /** Told that the weights have changed and that it is time to show it. */
  onRefresh: () => void;
  onError: (reason: unknown, retry: () => void) => void;
}

/** Training of one viewer. At most one request is under way. */
export class TrainingLoop {
  /** While playing: iterations between two looks at what is visible, at least 1; more where more fit in a frame. */
  readonly stepsPerFrame = signal(1);
  /**
   * While playing: the rest after each phase, in milliseconds. 0 runs whole iterations, as fast as
   * they go; Infinity runs one phase and ends playing.
   */
  readonly phaseRestMs = signal(0);
  /** Restricts iterations to the updates of one side; undefined for both. */
  readonly side = signal<Side | undefined>(undefined);

  private readonly state = {
    playing: signal(false),
    remaining: signal(0),
    running: signal(false),
    phase: signal<PhaseReport | undefined>(undefined),
  };
  private readonly host: TrainingHost;
  private readonly stopFollowing: () => void;
  /** Time of the phases so far of the iteration under way. */
  private phasesMs = 0;
  /** Iterations since the last refresh. */
  private sinceRefresh = 0;
  /** Time of the last iteration; at first so long that one is asked for. */
  private iterationMs = REQUEST_MS;
  private controller = new AbortController();

  constructor(host: TrainingHost) {
    this.host = host;
    this.stopFollowing = effect(() => {
      if (host.awake.value) untracked(() => void this.drive());
    });
  }

  /** Whether training goes on until paused. */
  get playing(): ReadonlySignal<boolean> {
    return this.state.playing;
  }

  /** Iterations that are still to be run of those asked for by `step`. */
  get remaining(): ReadonlySignal<number> {
    return this.state.remaining;
  }

  /** Whether a request is under way. */
  get running(): ReadonlySignal<boolean> {
    return this.state.running;
  }

  /** The last phase that ran by itself; undefined once whole iterations followed. */
  get phase(): ReadonlySignal<PhaseReport | undefined> {
    return this.state.phase;
  }

  /** Runs `count` more iterations. */
  step(count: number): void {
    if (!Number.isInteger(count) || count < 1) {
      throw new RangeError(`step: count must be a whole number of at least 1; got ${count}`);
    }
    this.state.remaining.value += count;
    void this.drive();
  }

  /** Runs the next phase of the iteration under way, or the first of a new one. */
  async stepPhase(): Promise<void> {
    if (this.state.running.peek()) return;
    await this.exclusively(
      (model, signal) => this.runPhase(model, signal),
      () => void this.stepPhase()
    );
  }

  play(): void {
    this.state.playing.value = true;
    void this.drive();
  }

  /** Stops after the iterations under way. */
  pause(): void {
    batch(() => {
      this.state.playing.value = false;
      this.state.remaining.value = 0;
    });
  }

  /** Pauses; resolves when nothing is under way. */
  halt(): Promise<void> {
    this.pause();
    const {running} = this.state;
    return new Promise(resolve => {
      const stop = effect(() => {
        if (running.value) return;
        resolve();
        // Not within its own first run.
        queueMicrotask(() => stop());
      });
    });
  }

  /** Stops now and forgets the iteration under way: for another model or other weights. */
  stop(): void {
    this.controller.abort();
    this.controller = new AbortController();
    this.phasesMs = 0;
    this.sinceRefresh = 0;
    batch(() => {
      this.pause();
      this.state.phase.value = undefined;
    });
  }

  dispose(): void {
    this.stopFollowing();
    this.stop();
  }

  /** Iterations to ask for next; 0 ends the drive. */
  private nextCount(): number {
    const {playing, remaining} = this.state;
    if (!this.host.awake.peek() || this.host.model.peek() === undefined) return 0;
    const wanted = playing.peek()
      ? Math.max(1, this.stepsPerFrame.peek() - this.sinceRefresh, this.perFrame())
      : remaining.peek();
    return Math.min(wanted, Math.max(1, Math.floor(REQUEST_MS / this.iterationMs)));
  }

  /** Iterations that fit in a frame. */
  private perFrame(): number {
    return Math.floor(FRAME_MS / this.iterationMs);
  }

  private async drive(): Promise<void> {
    if (this.state.running.peek() || this.nextCount() === 0) return;
    let resume = () => this.play();
    await this.exclusively(
      async (model, signal) => {
        await this.beforeIteration(model, signal);
        for (let count = this.nextCount(); count > 0; count = this.nextCount()) {
          if (!this.state.playing.peek()) {
            const remaining = this.state.remaining.peek();
            resume = () => this.step(remaining);
          } else if (this.phaseRestMs.peek() > 0) {
            await this.runPhase(model, signal);
            await this.rest(signal);
            signal.throwIfAborted();
            continue;
          }
          const side = this.side.peek();
          const reports = await this.host.engine.request('iterate', {model, count, side}, {signal});
          signal.throwIfAborted();
          this.land(reports);
          await this.host.onRest(model, signal);
          // Events and frames get their turn even where the engine answers at once.
          await nextTurn();
          signal.throwIfAborted();
        }
      },
      () => resume()
    );
  }

  /** Lets the host look at whole iterations. */
  private async beforeIteration(model: ModelId, signal: AbortSignal): Promise<void> {
    const isUnderWay = this.state.phase.peek()?.ended === false;
    if (!isUnderWay) await this.host.onRest(model, signal);
    signal.throwIfAborted();
  }

  private async runPhase(model: ModelId, signal: AbortSignal): Promise<void> {
    await this.beforeIteration(model, signal);
    const side = this.side.peek();
    const report = await this.host.engine.request('phase', {model, side}, {signal});
    signal.throwIfAborted();
    this.phasesMs += report.stepMs;
    batch(() => {
      this.state.phase.value = report;
      if (report.ended) {
        const {iteration, values} = report;
        this.host.onReports([{...values, iteration, stepMs: this.phasesMs}]);
        this.phasesMs = 0;
      }
      if (report.phase === 'update') this.host.onRefresh();
      if (this.phaseRestMs.peek() === Infinity) this.state.playing.value = false;
    });
  }

  /** Waits between two phases: until the time is over, or not meant to be waited for any more. */
  private async rest(signal: AbortSignal): Promise<void> {
    const restMs = this.phaseRestMs.peek();
    const {playing} = this.state;
    const {awake} = this.host;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop: (() => void) | undefined;
    await new Promise<void>(resolve => {
      timer = setTimeout(resolve, restMs);
      signal.addEventListener('abort', () => resolve(), {once: true});
      stop = effect(() => {
        const goesOn = playing.value && awake.value && this.phaseRestMs.value === restMs;
        if (!goesOn) resolve();
      });
    });
    clearTimeout(timer);
    stop?.();
  }

  private land(reports: readonly IterationReport[]): void {
    if (reports.length === 0) throw new Error('iterate: must report an iteration; got none');
    this.iterationMs = reports.at(-1)!.stepMs;
    this.phasesMs = 0;
    this.sinceRefresh += reports.length;
    batch(() => {
      this.state.phase.value = undefined;
      this.state.remaining.value = Math.max(0, this.state.remaining.peek() - reports.length);
      this.host.onReports(reports);
      if (!this.state.playing.peek() || this.sinceRefresh >= this.stepsPerFrame.peek()) {
        this.sinceRefresh = 0;
        this.host.onRefresh();
      }
    });
  }

  /** Runs `work` unless stopped; an error ends training and goes to the host. */
  private async exclusively(
    work: (model: ModelId, signal: AbortSignal) => Promise<void>,
    retry: () => void
  ): Promise<void> {
    const model = this.host.model.peek();
    const {signal} = this.controller;
    if (model === undefined) return;
    batch(() => {
      this.state.running.value = true;
      this.host.onStart();
    });
    try {
      await work(model, signal);
    } catch (reason) {
      if (!signal.aborted) {
        this.pause();
        this.host.onError(reason, retry);
      }
    } finally {
      this.state.running.value = false;
    }
    // What was asked for meanwhile.
    void this.drive();
  }
}
