/**
 * A program of `cli/`, run as a person runs it, but bundled once for all runs of a test file; by
 * `npm test`, all programs together for all files.
 */

import {type ChildProcess, spawn, spawnSync, type SpawnOptions} from 'node:child_process';
import {readFileSync, rmSync} from 'node:fs';
import {basename, join, resolve} from 'node:path';

import {bundle} from '../../cli/bundle.mjs';

const root = resolve(import.meta.dirname, '../..');

/** Folder of the programs that `npm test` has bundled. */
const together = process.env.TEST_PROGRAMS;

/** Sources of all programs, by the names of the scripts that run them. */
export const PROGRAMS: ReadonlyMap<string, string> = new Map(
  Object.entries(
    (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {scripts: object}).scripts
  ).flatMap(([name, script]) => {
    const [, source] = /node cli\/run\.mjs (\S+)/.exec(script as string) ?? [];
    return source ? [[name, source] as const] : [];
  })
);

/** Bundles all programs. @returns The folder, for the environment of the tests as `TEST_PROGRAMS`. */
export function bundlePrograms(): Promise<string> {
  return bundle(
    [...PROGRAMS.values()].map(source => resolve(root, source)),
    `test-${process.pid}`
  );
}

export interface Ended {
  status: number | null;
  out: string;
  err: string;
}

export class Program {
  private readonly folder: string;
  private readonly bundled: string;

  private constructor(folder: string, source: string) {
    this.folder = folder;
    this.bundled = join(folder, `${basename(source, '.ts')}.js`);
  }

  /** @param source Path from the root, e.g. `cli/train.ts`. */
  static async of(source: string): Promise<Program> {
    const folder =
      together ??
      (await bundle([resolve(root, source)], `test-${basename(source)}-${process.pid}`));
    return new Program(folder, source);
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
    if (this.folder !== together) rmSync(this.folder, {recursive: true, force: true});
  }
}
