/** Runs the benchmark on one backend, in Node or in a page. */

import {type BackendOptions, startBackend} from '../core/engine/backend.js';
import {matMulRate, race, type Timing} from './contenders.js';
import {type RowName, ROWS} from './rows.js';

/** Everything measured on one backend, as plain data. */
export interface BackendResult {
  backend: string;
  device: string;
  /** Of our kernels and of `onnxruntime-web`; stock tfjs has one. */
  threads: number;
  /** GFLOP/s of `tf.matMul`, 1024×1024, in the same run. */
  matMulRate: number;
  rows: {name: string; multiplyAdds: number; timings: Timing[]}[];
}

export interface MeasureOptions {
  quick: boolean;
  wanted: readonly RowName[];
  progress: (what: string) => void;
}

/** No contender's samples take much longer than this together. */
const LIMIT_MS = 30_000;

export async function measure(
  options: BackendOptions,
  {quick, wanted, progress}: MeasureOptions
): Promise<BackendResult> {
  const {name: backend, device, threads} = await startBackend(options);
  const samples = quick ? 1 : 9;
  progress(`${backend}: tf.matMul`);
  const rate = await matMulRate(samples);
  const rows: BackendResult['rows'] = [];
  for (const name of wanted) {
    const row = await ROWS[name]({backend, quick, threads});
    progress(`${backend}: ${row.name}`);
    const timings = await race(row, samples, LIMIT_MS);
    await row.dispose();
    rows.push({name: row.name, multiplyAdds: row.multiplyAdds, timings});
  }
  return {backend, device, threads, matMulRate: rate, rows};
}
