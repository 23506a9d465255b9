/** Where trainings are kept: in the browser's database, whole files beside what is told of them. */

/** What is told of a training that is kept. */
export interface KeptModel {
  /** When it was kept, in milliseconds since 1970, made unique. */
  readonly id: number;
  readonly name: string;
  readonly dataset: string;
  /** Height and width of the images, in pixels. */
  readonly size: number;
  readonly regions: number;
  readonly iteration: number;
  readonly sizeBytes: number;
}

export interface StoreSpace {
  usedBytes: number;
  /** Bytes that this site may still store. */
  freeBytes: number;
}

/** Every method rejects where the browser refuses; what was kept before is then as it was. */
export interface ModelStore {
  list(): Promise<KeptModel[]>;
  /** Keeps a file and what is told of it: both or neither. Without a file the one that is kept under this id stays. */
  put(kept: KeptModel, file?: ArrayBuffer): Promise<void>;
  /** @throws Error if nothing is kept under this id. */
  read(id: number): Promise<ArrayBuffer>;
  remove(id: number): Promise<void>;
  /** Undefined where the browser does not say. */
  space(): Promise<StoreSpace | undefined>;
}

const NAME = 'redo-viewer/models';
const FACTS = 'facts';
const FILES = 'files';

/** The browser's database. A transaction is whole or nothing, so a full disk loses nothing. */
export class DatabaseStore implements ModelStore {
  private readonly name: string;
  private opened?: Promise<IDBDatabase>;

  constructor(name = NAME) {
    this.name = name;
  }

  list(): Promise<KeptModel[]> {
    return this.run<KeptModel[]>('readonly', [FACTS], transaction =>
      transaction.objectStore(FACTS).getAll()
    );
  }

  async put(kept: KeptModel, file?: ArrayBuffer): Promise<void> {
    await this.run('readwrite', [FACTS, FILES], transaction => {
      // As a blob it need not pass through memory when the list is read.
      if (file) transaction.objectStore(FILES).put(new Blob([file]), kept.id);
      return transaction.objectStore(FACTS).put(kept);
    });
  }

  async read(id: number): Promise<ArrayBuffer> {
    const file = await this.run<Blob | undefined>('readonly', [FILES], transaction =>
      transaction.objectStore(FILES).get(id)
    );
    if (!file)
      throw new Error('models: the file must be kept; it is gone, perhaps from another page');
    return file.arrayBuffer();
  }

  async remove(id: number): Promise<void> {
    await this.run('readwrite', [FACTS, FILES], transaction => {
      transaction.objectStore(FILES).delete(id);
      return transaction.objectStore(FACTS).delete(id);
    });
  }

  async space(): Promise<StoreSpace | undefined> {
    // Absent where the page is not a secure one.
    const storage = (navigator as Partial<Navigator>).storage;
    const {usage, quota} = (await storage?.estimate()) ?? {};
    if (usage === undefined || quota === undefined) return undefined;
    return {usedBytes: usage, freeBytes: Math.max(0, quota - usage)};
  }

  /** Lets go of the database. */
  async close(): Promise<void> {
    (await this.opened)?.close();
    this.opened = undefined;
  }

  /** Resolves when the transaction is on the disk. */
  private async run<T>(
    mode: IDBTransactionMode,
    stores: string[],
    work: (
      transaction: IDBTransaction
    ) => IDBRequest<T> | IDBRequest<IDBValidKey> | IDBRequest<undefined>
  ): Promise<T> {
    const database = await this.open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(stores, mode, {durability: 'strict'});
      const fail = (): void =>
        reject(transaction.error ?? new Error('models: the browser gave up'));
      transaction.onabort = fail;
      transaction.onerror = fail;
      try {
        const request = work(transaction);
        transaction.oncomplete = () => resolve(request.result as T);
      } catch (error) {
        // What was asked for before must not be done without it.
        transaction.abort();
        reject(error);
      }
    });
  }

  private open(): Promise<IDBDatabase> {
    this.opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(this.name, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(FACTS, {keyPath: 'id'});
        request.result.createObjectStore(FILES);
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('models: the browser gave up'));
    }).catch((error: unknown) => {
      // Storage that was forbidden may be allowed by the next time.
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }
}
