/** Codes that were kept: in memory, and in the browser as far as it lets us. */

import {computed, signal, type ReadonlySignal} from '@preact/signals-core';
import type {ModelInfo} from '../engine/protocol.js';
import type {Session} from './session.js';
import {formatEntries, parseEntries, type CodeShape, type ShelfEntry} from './shelf-file.js';

/** Height and width of an entry's picture at most. */
const SIDE = 64;

/** What went wrong; whatever it is, the shelf in memory is whole. */
export interface ShelfIssue {
  /**
   * `full`: nothing more fits into the storage. `forbidden`: there is no storage for us. `spoilt`:
   * what is in it can't be read, and is left as it is. `picture`: a picture could not be drawn.
   */
  kind: 'full' | 'forbidden' | 'spoilt' | 'picture';
  message: string;
  /** Tries again; over a spoilt text it writes. */
  retry: () => void;
}

/** Gives the storage, or throws where it is forbidden to. */
export type StorageSource = () => Storage;

/**
 * A shelf of codes that fit the same models. Each change is saved at once, together with what another
 * page may have saved meanwhile; a shelf that can't be saved lives on in memory and says so.
 */
export class CodeShelf {
  private readonly key: string;
  private readonly shape: CodeShape;
  private readonly storage: StorageSource;
  private readonly state = {
    entries: signal<readonly ShelfEntry[]>([]),
    issue: signal<ShelfIssue | undefined>(undefined),
    removed: signal<readonly {entry: ShelfEntry; place: number}[]>([]),
  };
  /** Entries that this shelf has or had: another page's are those that it never saw. */
  private readonly known = new Set<number>();

  readonly canUndo = computed(() => this.state.removed.value.length > 0);

  constructor(key: string, shape: CodeShape, storage: StorageSource) {
    this.key = key;
    this.shape = shape;
    this.storage = storage;
    this.attempt(() => this.readable(this.storage(), false));
  }

  /** What is on the shelf, oldest first. */
  get entries(): ReadonlySignal<readonly ShelfEntry[]> {
    return this.state.entries;
  }

  /** Why the last change could not be saved, or drawn; gone when one can. */
  get issue(): ReadonlySignal<ShelfIssue | undefined> {
    return this.state.issue;
  }

  /** Puts a code on the shelf. @returns Its id. @throws RangeError if its length is another. */
  add({code, ...facts}: Omit<ShelfEntry, 'id'>): number {
    const {codeSize} = this.shape;
    if (code.length !== codeSize) {
      throw new RangeError(`shelf: a code must have ${codeSize} components; got ${code.length}`);
    }
    const newest = Math.max(0, ...this.known);
    const id = Math.max(Date.now() * SHARES + Math.floor(Math.random() * SHARES), newest + 1);
    this.known.add(id);
    this.set([...this.state.entries.peek(), {...facts, id, code: code.slice()}]);
    return id;
  }

  rename(id: number, name: string): void {
    this.patch(id, {name});
  }

  setPicture(id: number, picture: ShelfEntry['picture']): void {
    this.patch(id, {picture});
  }

  /** Takes an entry off the shelf; `undo` puts it back. */
  remove(id: number): void {
    const entries = this.state.entries.peek();
    const place = entries.findIndex(each => each.id === id);
    if (place < 0) return;
    const removed = {entry: entries[place]!, place};
    this.state.removed.value = [...this.state.removed.peek(), removed];
    this.set(entries.filter(each => each.id !== id));
  }

  /** Puts back what was taken off last, where it was. */
  undo(): void {
    const last = this.state.removed.peek().at(-1);
    if (!last) return;
    this.state.removed.value = this.state.removed.peek().slice(0, -1);
    const entries = [...this.state.entries.peek()];
    entries.splice(last.place, 0, last.entry);
    this.set(entries);
  }

  /** States what went wrong beside the shelf. */
  report(issue: ShelfIssue): void {
    this.state.issue.value = issue;
  }

  private patch(id: number, change: Partial<ShelfEntry>): void {
    const entries = this.state.entries.peek();
    if (!entries.some(each => each.id === id)) return;
    this.set(entries.map(each => (each.id === id ? {...each, ...change} : each)));
  }

  private set(entries: readonly ShelfEntry[]): void {
    this.state.entries.value = entries;
    this.save();
  }

  private save(replace = false): void {
    this.attempt(() => {
      const storage = this.storage();
      if (!this.readable(storage, replace)) return false;
      storage.setItem(this.key, formatEntries(this.state.entries.peek()));
      return true;
    });
  }

  /** Takes up what was saved and is new here. @returns Whether it may be written over. */
  private readable(storage: Storage, replace: boolean): boolean {
    const text = storage.getItem(this.key);
    if (text === null) return true;
    const {entries, problem} = parseEntries(text, this.shape);
    const unseen = entries.filter(({id}) => !this.known.has(id) && this.known.add(id));
    if (unseen.length > 0) {
      this.state.entries.value = [...this.state.entries.peek(), ...unseen];
    }
    if (problem === undefined || replace) return true;
    this.report({kind: 'spoilt', message: problem, retry: () => this.save(true)});
    return false;
  }

  private attempt(work: () => boolean): void {
    try {
      if (work()) this.state.issue.value = undefined;
    } catch (error) {
      const {name, message} = error as Error;
      const kind = QUOTA_ERRORS.includes(name) ? 'full' : 'forbidden';
      this.report({kind, message, retry: () => this.save()});
    }
  }
}

/** Parts of a millisecond: another page that adds in the same one takes another part. */
const SHARES = 4096;

/** What browsers call a full storage. */
const QUOTA_ERRORS = ['QuotaExceededError', 'NS_ERROR_DOM_QUOTA_REACHED'];

const shelves = new WeakMap<StorageSource, Map<string, CodeShelf>>();

/** The shelf of all models of the same data set, regions and code size: one for all who ask. */
export function shelfOf(
  {config: {regions, codeSize}, dataset}: Pick<ModelInfo, 'config' | 'dataset'>,
  storage: StorageSource
): CodeShelf {
  const key = `redo-viewer/codes/${dataset.name}/${regions}/${codeSize}`;
  const known = shelves.get(storage) ?? new Map<string, CodeShelf>();
  shelves.set(storage, known);
  const shelf = known.get(key) ?? new CodeShelf(key, {regions, codeSize}, storage);
  known.set(key, shelf);
  return shelf;
}

/** Puts the code in hand on a shelf at once, and its picture as soon as it is drawn. */
export async function snapCode(session: Session, shelf: CodeShelf, name: string): Promise<void> {
  const info = session.model.peek();
  if (!info) return;
  const {config, model} = info;
  const iteration = session.iteration.peek();
  const image = session.image.peek();
  const region = session.region.peek();
  const code = session.codes.all[region]!.peek();
  const id = shelf.add({name, region, code, image: image.index, model: {config, iteration}});
  const masks = session.maskEdits.present.peek();
  const side = Math.min(SIDE, config.size);
  const body = {model, image, region, masks, side, codes: [code]};
  const draw = async (): Promise<void> => {
    try {
      const {signal} = new AbortController();
      const [picture] = await session.background.request('survey', body, signal);
      shelf.setPicture(id, picture);
    } catch (error) {
      // A model that has been left draws no more.
      if (session.model.peek()?.model !== model) return;
      const {message} = error as Error;
      shelf.report({kind: 'picture', message, retry: () => void draw()});
    }
  };
  await draw();
}
