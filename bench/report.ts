/** The results of the benchmark as a table for people, and what is under way. */

import type {BackendResult} from './measure.js';
import type {ProgramShare} from './profile.js';

/** Columns for the names of contenders. */
const LABEL = 16;

/** One line a contender; ratios are to the stock implementation of the same run. */
export function table({backend, device, threads, matMulRate, rows}: BackendResult): string {
  const lines = [
    `${backend}: ${device}${backend === 'wasm' ? `, threads: ${threads}` : ''}; ` +
      `tf.matMul 1024×1024 runs at ${matMulRate.toFixed(1)} GFLOP/s`,
  ];
  for (const {name, multiplyAdds, timings} of rows) {
    lines.push('', `${name} (${((2 * multiplyAdds) / 1e9).toFixed(2)} GFLOP as published)`);
    const stock = timings.find(timing => timing.name === 'stock');
    const stockMs = stock && 'medianMs' in stock ? stock.medianMs : undefined;
    for (const timing of timings) {
      const label = `  ${timing.name.padEnd(LABEL)}`;
      if (!('medianMs' in timing)) {
        lines.push(`${label}left out: ${timing.reason}`);
        continue;
      }
      const {medianMs, samplesMs} = timing;
      const rate = (2 * multiplyAdds) / medianMs / 1e6;
      const ratio = stockMs === undefined ? '' : `${(stockMs / medianMs).toFixed(2)}× stock`;
      lines.push(
        `${label}${medianMs.toFixed(1).padStart(9)} ms ${ratio.padStart(13)} ` +
          `${rate.toFixed(2).padStart(8)} GFLOP/s ${((100 * rate) / matMulRate).toFixed(0).padStart(5)} % of matMul` +
          `   median of ${samplesMs.length}, ${Math.min(...samplesMs).toFixed(1)} to ${Math.max(...samplesMs).toFixed(1)} ms`
      );
    }
  }
  return lines.join('\n');
}

/** Programs that this share of the time is spent in are shown. */
const SHOWN = 0.97;

/** The programs of a row, the longest first. */
export function profileTable(name: string, shares: readonly ProgramShare[]): string {
  const total = (of: (share: ProgramShare) => number): number =>
    shares.reduce((sum, share) => sum + of(share), 0);
  const tookMs = total(share => share.tookMs);
  const lines = [
    name,
    `  ${tookMs.toFixed(1).padStart(9)} ms in ${total(share => share.launches)} launches ` +
      `of ${total(share => share.shaders)} shaders`,
  ];
  let shownMs = 0;
  for (const {program, shaders, launches, tookMs: ownMs} of shares) {
    if (shownMs > SHOWN * tookMs) break;
    shownMs += ownMs;
    lines.push(
      `  ${ownMs.toFixed(1).padStart(9)} ms ${String(launches).padStart(5)} × ` +
        `${String(shaders).padStart(3)} shaders  ${program}`
    );
  }
  return lines.join('\n');
}

/** Shows what is under way on a terminal, in one line that is written over. */
export function showProgress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
}
