/** Trainings that are kept in the browser, to go on with exactly. */

import {batch, signal, type ReadonlySignal} from '@preact/signals-core';
import type {ModelStore, KeptModel, StoreSpace} from './model-store.js';
import type {Session} from './session.js';

/** What went wrong; what was kept before is as it was. */
export interface ModelShelfIssue {
  /** `full`: there is no room. `forbidden`: the browser refuses. */
  kind: 'full' | 'forbidden';
  message: string;
  /** Tries again. */
  retry: () => void;
}

/** The shelf over a store. Commands that fail do not throw: they say so in `issue`. */
export class ModelShelf {
  private readonly store: ModelStore;
  private readonly state = {
    models: signal<readonly KeptModel[]>([]),
    space: signal<StoreSpace | undefined>(undefined),
    issue: signal<ModelShelfIssue | undefined>(undefined),
    working: signal(0),
  };

  constructor(store: ModelStore) {
    this.store = store;
    void this.attempt(async () => {});
  }

  /** What is kept, oldest first. */
  get models(): ReadonlySignal<readonly KeptModel[]> {
    return this.state.models;
  }

  /** Undefined where the browser does not say. */
  get space(): ReadonlySignal<StoreSpace | undefined> {
    return this.state.space;
  }

  get issue(): ReadonlySignal<ModelShelfIssue | undefined> {
    return this.state.issue;
  }

  /** Number of commands at work. */
  get working(): ReadonlySignal<number> {
    return this.state.working;
  }

  /** Keeps the whole training of a session. @returns Whether it is kept. */
  keep(session: Session, name: string): Promise<boolean> {
    return this.attempt(async () => {
      const info = session.model.peek();
      if (!info) throw new Error('models: a model must be open to be kept; got none');
      // A phase that is under way is ended by the snapshot.
      const file = await session.snapshot();
      const {config, dataset} = info;
      const newest = Math.max(0, ...this.state.models.peek().map(({id}) => id));
      await this.store.put(
        {
          id: Math.max(Date.now(), newest + 1),
          name,
          dataset: dataset.name,
          size: config.size,
          regions: config.regions,
          iteration: session.iteration.peek(),
          sizeBytes: file.byteLength,
        },
        file
      );
    });
  }

  rename(kept: KeptModel, name: string): Promise<boolean> {
    return this.attempt(() => this.store.put({...kept, name}));
  }

  remove(id: number): Promise<boolean> {
    return this.attempt(() => this.store.remove(id));
  }

  /** The file of a training; undefined, and said why in `issue`, if it can't be had. */
  async read(id: number): Promise<ArrayBuffer | undefined> {
    let file: ArrayBuffer | undefined;
    await this.attempt(async () => void (file = await this.store.read(id)));
    return file;
  }

  /** Does something and takes stock. */
  private async attempt(work: () => Promise<void>): Promise<boolean> {
    this.state.working.value++;
    try {
      await work();
      const [models, space] = await Promise.all([this.store.list(), this.store.space()]);
      batch(() => {
        this.state.models.value = models;
        this.state.space.value = space;
        this.state.issue.value = undefined;
      });
      return true;
    } catch (error) {
      const {name, message} = error as Error;
      const kind = name === 'QuotaExceededError' ? 'full' : 'forbidden';
      this.state.issue.value = {kind, message, retry: () => void this.attempt(work)};
      return false;
    } finally {
      this.state.working.value--;
    }
  }
}

const shelves = new WeakMap<ModelStore, ModelShelf>();

/** The shelf over a store: one for all who ask. */
export function modelShelfOf(store: ModelStore): ModelShelf {
  let shelf = shelves.get(store);
  if (!shelf) shelves.set(store, (shelf = new ModelShelf(store)));
  return shelf;
}
