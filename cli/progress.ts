/** One line of progress that is written over on a terminal, and now and then a new line elsewhere. */
export class ProgressLine {
  private readonly total: number;
  private readonly first: number;
  private readonly startMs = performance.now();
  private readonly isTerminal = process.stderr.isTTY ?? false;
  private shownMs = -Infinity;

  /** @param first What was done before this line began. */
  constructor(total: number, first = 0) {
    this.total = total;
    this.first = first;
  }

  /** @param note What to say beside the bar, e.g. losses. */
  show(done: number, note: string): void {
    const nowMs = performance.now();
    const last = done === this.total;
    if (!last && nowMs - this.shownMs < (this.isTerminal ? 200 : 30_000)) return;
    this.shownMs = nowMs;
    const stepMs = (nowMs - this.startMs) / Math.max(done - this.first, 1);
    const left = last
      ? `took ${clock(nowMs - this.startMs)}`
      : `${clock(stepMs * (this.total - done))} left`;
    const filled = Math.round((24 * done) / this.total);
    const bar = '█'.repeat(filled) + '░'.repeat(24 - filled);
    const line = `${bar} ${done}/${this.total}  ${stepMs.toFixed(0)} ms a step, ${left}  ${note}`;
    process.stderr.write(this.isTerminal ? `\r\u001b[K${line}${last ? '\n' : ''}` : `${line}\n`);
  }
}

/** `1:02:03` or `2:03`. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
