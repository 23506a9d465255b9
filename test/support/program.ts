/** A program of `cli/`, run as a person runs it, but bundled once for all runs of a test file. */

import {type ChildProcess, spawn, spawnSync, type SpawnOptions} from 'node:child_process';
import {rmSync} from 'node:fs';
import {basename, dirname, resolve} from 'node:path';

import {bundle} from '../../cli/bundle.mjs';

const root = resolve(import.meta.dirname, '../..');

export interface Ended {
  status: number | null;
  out: string;
  err: string;
}

export class Program {
  private readonly bundled: string;

  private constructor(bundled: string) {
    this.bundled = bundled;
  }

  /** @param source Path from the root, e.g. `cli/train.ts`. */
  static async of(source: string): Promise<Program> {
    return new Program(
      await bundle(resolve(root, source), `test-${basename(source)}-${process.pid}`)
    );
  }

  /** Runs it to its end. */
  run(...options: string[]): Ended {
    const args = ['cli/run.mjs', this.bundled, ...options];
    const {status, stdout, stderr} = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
    });
    return {status, out: stdout, err: stderr};
  }

  start(options: readonly string[], how: SpawnOptions = {stdio: 'ignore'}): ChildProcess {
    return spawn(process.execPath, ['cli/run.mjs', this.bundled, ...options], {cwd: root, ...how});
  }

  dispose(): void {
    rmSync(dirname(this.bundled), {recursive: true, force: true});
  }
}
