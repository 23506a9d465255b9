/**
 * The folder of one training run, which can be killed at any moment.
 *
 * `state.json` is the run: it is replaced as a whole, and names the checkpoint that it belongs to and
 * how much of the log. What is newer than it never happened, and is removed when the run goes on.
 */

import {
  appendFile,
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
} from 'node:fs/promises';
import {join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';

import type {ModelConfig} from '../core/model/config.js';
import {readCheckpoint} from '../core/training/checkpoint.js';
import type {IterationReport} from '../core/training/report.js';
import {UsageError} from './options.js';

/** What decides the numbers of a run. */
export interface RunConfig {
  preset: string;
  dataset: string;
  model: object;
  training: object;
  seed: number;
  /** The labelled images that f is taught by; absent for none. */
  supervision?: object;
}

export interface RunState {
  config: RunConfig;
  /** Seed of the present try; another than the config's after a restart. */
  seed: number;
  /** Tries that collapsed. */
  restarts: number;
  iteration: number;
  /** File of the whole state; absent at iteration 0. */
  checkpoint?: string;
  /** The best on validation images so far. */
  best?: {iteration: number; objectIou: number; file: string};
  /** Bytes of the log that belong to this state. */
  logBytes: number;
}

const STATE = 'state.json';
const LOG = 'log.jsonl';

export class RunFolder {
  readonly path: string;
  private current: RunState;

  private constructor(path: string, state: RunState) {
    this.path = path;
    this.current = state;
  }

  /**
   * Opens the folder of a run, or makes it.
   *
   * @throws UsageError if it holds a run of another configuration, or something that is no run.
   */
  static async open(path: string, config: RunConfig): Promise<RunFolder> {
    await mkdir(path, {recursive: true});
    const names = await readdir(path);
    const fresh: RunState = {config, seed: config.seed, restarts: 0, iteration: 0, logBytes: 0};
    if (names.includes(STATE)) {
      const state = parse(path, await readFile(join(path, STATE), 'utf8'));
      const [kept, given] = [state.config, config].map(each => JSON.stringify(each, null, 1));
      if (kept !== given) {
        throw new UsageError(
          `run: ${path} must hold a run of this configuration; it was begun with ${kept}, and ${given} was given. Give the same, or another folder`
        );
      }
      const run = new RunFolder(path, state);
      await run.dropNewer();
      return run;
    }
    if (names.some(name => !isOurs(name))) {
      throw new UsageError(
        `run: ${path} must be empty, new, or the folder of a run; got ${names.slice(0, 3).join(', ')}`
      );
    }
    const run = new RunFolder(path, fresh);
    await run.dropNewer();
    return run;
  }

  get state(): Readonly<RunState> {
    return this.current;
  }

  /**
   * Begins a new run where another one is, with its log and its best weights, or at a checkpoint alone.
   *
   * @param source The other run's folder, which stays as it is, or a file of a whole state.
   * @throws UsageError if there is none, or it is of another model; nothing is written then.
   */
  async takeOver(source: string, model: ModelConfig): Promise<void> {
    const other = await stat(source).catch(() => {
      throw new UsageError(
        `--from must be a run's folder or a checkpoint; got ${source}, which is not there`
      );
    });
    const state = other.isDirectory()
      ? parse(source, await readFile(join(source, STATE), 'utf8'))
      : undefined;
    if (state && state.checkpoint === undefined) {
      throw new UsageError(
        `--from must be a run that has a checkpoint; ${source} is at its beginning`
      );
    }
    const data = await bytesOf(state ? join(source, state.checkpoint!) : source);
    const checkpoint = readCheckpoint(data);
    const {config, iteration} = checkpoint.info;
    if (!checkpoint.hasOptimizers) {
      throw new UsageError(
        `--from must be a whole state, as --out writes it; ${source} has weights alone`
      );
    }
    if (!isDeepStrictEqual(config, model)) {
      const [kept, given] = [config, model].map(each => JSON.stringify(each, null, 1));
      throw new UsageError(
        `--from must be of the model that is given; ${source} has ${kept}, and ${given} is given`
      );
    }
    if (state) {
      const {seed, restarts, best, logBytes} = state;
      const log = await readFile(join(source, LOG));
      await appendFile(join(this.path, LOG), log.subarray(0, logBytes));
      if (best) await copyFile(join(source, best.file), join(this.path, best.file));
      this.current = {...this.current, seed, restarts, logBytes, ...(best && {best})};
    }
    await this.commit(iteration, data);
  }

  /** Whether nothing was kept yet. */
  get isNew(): boolean {
    return this.current.checkpoint === undefined;
  }

  /** The whole state that the run is at; undefined at its beginning. */
  async checkpoint(): Promise<ArrayBuffer | undefined> {
    const {checkpoint} = this.current;
    return checkpoint === undefined ? undefined : this.read(checkpoint);
  }

  /** The weights that were best on validation images. */
  async best(): Promise<ArrayBuffer | undefined> {
    const {best} = this.current;
    return best && this.read(best.file);
  }

  /** The iterations of the present try, as the log tells them. */
  async reports(): Promise<IterationReport[]> {
    const text = await readFile(join(this.path, LOG), 'utf8');
    const entries = text
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as IterationReport | {event: string});
    const start = entries.findLastIndex(each => 'event' in each && each.event === 'collapse') + 1;
    return entries.slice(start).filter(each => !('event' in each)) as IterationReport[];
  }

  /** Adds a line to the log: an iteration, a look at validation images, an event. */
  async log(entry: object): Promise<void> {
    const line = `${JSON.stringify(entry)}\n`;
    await appendFile(join(this.path, LOG), line);
    this.current.logBytes += Buffer.byteLength(line);
  }

  /** Notes the best weights so far, to be kept from the next `commit` on. */
  async keepBest(iteration: number, objectIou: number, model: ArrayBuffer): Promise<void> {
    const file = `best-${this.current.restarts}-${iteration}.safetensors`;
    await writeWhole(join(this.path, file), new Uint8Array(model));
    this.current.best = {iteration, objectIou, file};
  }

  /** Keeps a picture of what the weights do, and says so in the log. */
  async keepProbe(iteration: number, picture: Uint8Array): Promise<void> {
    const file = `probe-${this.current.restarts}-${iteration}.png`;
    await writeWhole(join(this.path, file), picture);
    await this.log({event: 'probe', iteration, file});
  }

  /** Makes the state of now the one that the run goes on from. */
  async commit(iteration: number, checkpoint: ArrayBuffer): Promise<void> {
    const file = `checkpoint-${this.current.restarts}-${iteration}.safetensors`;
    await writeWhole(join(this.path, file), new Uint8Array(checkpoint));
    await this.replaceState({...this.current, iteration, checkpoint: file});
  }

  /** Begins again with another seed. */
  async restart(seed: number): Promise<void> {
    const {config, restarts, logBytes} = this.current;
    await this.replaceState({config, seed, restarts: restarts + 1, iteration: 0, logBytes});
  }

  private async replaceState(state: RunState): Promise<void> {
    const text = `${JSON.stringify(state, null, 1)}\n`;
    await writeWhole(join(this.path, STATE), new TextEncoder().encode(text));
    this.current = state;
    await this.dropNewer();
  }

  /** Removes what the state does not name: files of a moment that was not committed, and older ones. */
  private async dropNewer(): Promise<void> {
    const {checkpoint, best, logBytes} = this.current;
    for (const name of await readdir(this.path)) {
      const kept = [STATE, LOG, checkpoint, best?.file].includes(name) || this.isPastProbe(name);
      if (!kept && isOurs(name)) await rm(join(this.path, name));
    }
    const log = join(this.path, LOG);
    await appendFile(log, '');
    await truncate(log, logBytes);
  }

  private isPastProbe(name: string): boolean {
    const [, restarts, iteration] = /^probe-(\d+)-(\d+)\.png$/.exec(name) ?? [];
    const {current} = this;
    if (Number(restarts) !== current.restarts) return Number(restarts) < current.restarts;
    return Number(iteration) <= current.iteration;
  }

  private read(name: string): Promise<ArrayBuffer> {
    return bytesOf(join(this.path, name));
  }
}

async function bytesOf(path: string): Promise<ArrayBuffer> {
  const {buffer, byteOffset, length} = await readFile(path);
  return buffer.slice(byteOffset, byteOffset + length);
}

/** Writes a file whole or not at all, also when the machine goes down. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(`${path}.part`, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}

function isOurs(name: string): boolean {
  const written = /^((checkpoint|best)-\d+-\d+\.safetensors|probe-\d+-\d+\.png)$|\.part$/;
  return name === STATE || name === LOG || written.test(name);
}

function parse(path: string, text: string): RunState {
  try {
    const state = JSON.parse(text) as RunState;
    if (!Number.isSafeInteger(state.iteration) || !Number.isSafeInteger(state.logBytes)) {
      throw new TypeError('iteration and logBytes must be whole numbers');
    }
    return state;
  } catch (cause) {
    throw new UsageError(`run: ${join(path, STATE)} must be a run's state; ${String(cause)}`);
  }
}
