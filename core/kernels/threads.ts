/**
 * Helper threads for our own WebAssembly: each has its own instance on tfjs's memory, which must be
 * shared for it (`shared-memory.ts`), and takes slices of a kernel's work as they come free.
 *
 * A slice is claimed by whoever has nothing to do, the calling thread among them. So a helper whose
 * core is busy with something else delays nothing: it finds nothing left to claim.
 */

/** Functions of our WebAssembly in the order of its exports. */
type Functions = ((...numbers: number[]) => unknown)[];

/** Places in the words that the threads share. */
type Word = 'left' | 'done' | 'total' | 'kernel' | 'failed';
const WORDS: Readonly<Record<Word, number>> = {left: 0, done: 1, total: 2, kernel: 3, failed: 4};

/** Arguments that a kernel may have, and slices that its work may have. */
const MOST_ARGUMENTS = 24;
export const MOST_SLICES = 64;

/** What a helper begins with. */
interface Start {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  board: SharedArrayBuffer;
  words: typeof WORDS;
  width: number;
}

/** Helpers start within this time, or there are none: their script may be forbidden in silence. */
const START_LIMIT_MS = 5000;

export class Threads {
  /** Threads that work together, the calling one among them. */
  readonly count: number;
  private readonly kernels: Functions;
  private readonly names: string[];
  private readonly helpers: Helper[];
  private readonly words: Int32Array;
  private readonly slices: Float64Array;

  private constructor(exports: WebAssembly.Exports, helpers: Helper[], board: SharedArrayBuffer) {
    this.count = helpers.length + 1;
    this.names = Object.keys(exports);
    this.kernels = Object.values(exports) as Functions;
    this.helpers = helpers;
    this.words = new Int32Array(board, 0, 8);
    this.slices = new Float64Array(board, 64);
  }

  /**
   * Starts `count − 1` helpers.
   *
   * @param exports Of the caller's own instance of `module` on `memory`.
   * @returns Nothing where helpers can't be had: the page forbids them, or can't wait for them.
   */
  static async start(
    exports: WebAssembly.Exports,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    count: number
  ): Promise<Threads | undefined> {
    if (count < 2 || !canWait()) return undefined;
    const board = new SharedArrayBuffer(64 + MOST_SLICES * MOST_ARGUMENTS * 8);
    const start: Start = {module, memory, board, words: WORDS, width: MOST_ARGUMENTS};
    const helpers: Helper[] = [];
    try {
      while (helpers.length < count - 1) helpers.push(startHelper());
      await Promise.all(helpers.map(helper => helper.begin(start)));
    } catch {
      helpers.forEach(helper => helper.end());
      return undefined;
    }
    return new Threads(exports, helpers, board);
  }

  /**
   * Runs a kernel on slices of its work, which write to different places, and returns when all have
   * been done. No result may depend on which thread computes it, or when.
   *
   * @param slices The kernel's arguments for each slice.
   */
  run(name: string, slices: readonly (readonly number[])[]): void {
    slices.forEach((numbers, index) => this.slices.set(numbers, index * MOST_ARGUMENTS));
    const {words} = this;
    words[WORDS.kernel] = this.names.indexOf(name);
    words[WORDS.total] = slices.length;
    words[WORDS.done] = 0;
    Atomics.store(words, WORDS.left, slices.length);
    Atomics.notify(words, WORDS.left);
    claim(this.kernels, words, this.slices, WORDS, MOST_ARGUMENTS);
    for (;;) {
      const done = Atomics.load(words, WORDS.done);
      if (done === slices.length) break;
      Atomics.wait(words, WORDS.done, done);
    }
    if (words[WORDS.failed]) {
      throw new Error(`wasm: ${name} must stay within its memory; a thread of it did not`);
    }
  }

  dispose(): void {
    this.helpers.forEach(helper => helper.end());
  }
}

/** Whether this thread may wait for others: not the page's own, and not without isolation. */
export function canWait(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/** Does slices until none is left. Known to the helpers by its text, so it names nothing outside of it. */
function claim(
  kernels: Functions,
  words: Int32Array,
  slices: Float64Array,
  at: typeof WORDS,
  width: number
): void {
  for (;;) {
    const left = Atomics.load(words, at.left);
    if (left === 0) return;
    if (Atomics.compareExchange(words, at.left, left, left - 1) !== left) continue;
    const from = (left - 1) * width;
    try {
      kernels[words[at.kernel]!]!(...slices.subarray(from, from + width));
    } catch {
      words[at.failed] = 1;
    }
    if (Atomics.add(words, at.done, 1) + 1 === words[at.total]) Atomics.notify(words, at.done);
  }
}

/** What a helper does all its life. Known to it by its text, as `claim` is. */
function serve(
  {module, memory, board, words: at, width}: Start,
  claimSlices: typeof claim,
  ready: () => void
): void {
  const instance = new WebAssembly.Instance(module, {env: {memory}});
  const kernels = Object.values(instance.exports) as Functions;
  const words = new Int32Array(board, 0, 8);
  const slices = new Float64Array(board, 64);
  ready();
  for (;;) {
    // Within a network the next kernel is near, and to be woken takes longer than to look around.
    for (let looks = 0; looks < 2000 && Atomics.load(words, at.left) === 0; looks++);
    Atomics.wait(words, at.left, 0);
    claimSlices(kernels, words, slices, at, width);
  }
}

/** A thread of the browser's or of Node's. */
interface Helper {
  /** Resolves when it is ready for work. */
  begin: (start: Start) => Promise<void>;
  end: () => void;
}

/** The part of `node:worker_threads` that is used. */
interface NodeThreads {
  Worker: typeof import('node:worker_threads').Worker;
}

/** Only Node has this. */
function nodeThreads(): NodeThreads | undefined {
  const {process} = globalThis as {process?: Partial<NodeJS.Process>};
  return process?.getBuiltinModule?.('node:worker_threads');
}

function startHelper(): Helper {
  const node = nodeThreads();
  return node ? startInNode(node) : startInBrowser();
}

function startInNode({Worker}: NodeThreads): Helper {
  const worker = new Worker(
    `const {parentPort} = require('node:worker_threads');
    parentPort.once('message', start => (${serve})(start, ${claim}, () => parentPort.postMessage(0)));`,
    // The flags of this process may be for a module, which the program is not.
    {eval: true, execArgv: []}
  );
  return {
    begin: start =>
      new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', () => {
          // A program ends when its own work has ended.
          worker.unref();
          resolve();
        });
        worker.postMessage(start);
      }),
    end: () => void worker.terminate(),
  };
}

function startInBrowser(): Helper {
  const program = `onmessage = ({data}) => (${serve})(data, ${claim}, () => postMessage(0));`;
  const url = URL.createObjectURL(new Blob([program], {type: 'text/javascript'}));
  const worker = new Worker(url);
  return {
    begin: start =>
      new Promise<void>((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error('no answer')), START_LIMIT_MS);
        worker.onerror = event => {
          event.preventDefault();
          reject(new Error(event.message));
        };
        worker.onmessage = () => {
          clearTimeout(limit);
          resolve();
        };
        worker.postMessage(start);
      }).finally(() => URL.revokeObjectURL(url)),
    end: () => worker.terminate(),
  };
}
