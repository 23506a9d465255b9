/** Work that runs one piece at a time: in order for each owner, by turns among owners. */
export class FairQueue<Owner> {
  /** Owners with work waiting, the next one first. */
  private readonly waiting = new Map<Owner, (() => Promise<void>)[]>();
  private running = false;

  /** Whether work waits behind that which runs. */
  get isAwaited(): boolean {
    return this.waiting.size > 0;
  }

  /**
   * Runs `work` when its turn comes.
   *
   * @param signal Aborted before the turn comes: the work never runs. Aborted in between: the
   *     promise rejects at once, and the work's own result is dropped.
   */
  run<T>(owner: Owner, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      signal?.throwIfAborted();
      const abort = (): void => reject(signal!.reason);
      signal?.addEventListener('abort', abort, {once: true});
      const piece = async (): Promise<void> => {
        if (signal?.aborted) return;
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        } finally {
          signal?.removeEventListener('abort', abort);
        }
      };
      const pieces = this.waiting.get(owner);
      if (pieces) pieces.push(piece);
      else this.waiting.set(owner, [piece]);
      void this.drain();
    });
  }

  private async drain(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (
      let next = this.waiting.entries().next();
      !next.done;
      next = this.waiting.entries().next()
    ) {
      const [owner, pieces] = next.value;
      // To the back of the line, if anything of this owner's is left.
      this.waiting.delete(owner);
      const piece = pieces.shift()!;
      if (pieces.length) this.waiting.set(owner, pieces);
      await piece();
    }
    this.running = false;
  }
}
