/**
 * Seeded random numbers with a state that can be saved: the only source of randomness in the project.
 *
 * The generator is xoshiro128** (Blackman and Vigna, «Scrambled linear pseudorandom number
 * generators», 2021). Each of the four words of its state is a hash of its own of the keys: one
 * 32-bit hash for all four would give some of a million images the same stream.
 */
export class Random {
  private state: Uint32Array;

  /**
   * @param keys What the stream is named by, e.g. `(seed, 'batch', iteration)`. Streams of
   *     different keys are unrelated; equal keys give equal streams.
   */
  constructor(...keys: readonly (number | string)[]) {
    const name = keys.join('\u0000');
    this.state = Uint32Array.from({length: 4}, (_, word) => hash(name, word + 1));
  }

  /** The four words of state, to be saved. */
  save(): number[] {
    return [...this.state];
  }

  /** Continues from a saved state. */
  restore(state: readonly number[]): void {
    this.state = Uint32Array.from(state);
  }

  /** Uniform over the integers of [0, 2^32). */
  word(): number {
    const s = this.state;
    const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotate(s[3]!, 11);
    return result;
  }

  /** Uniform over [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.word() / 2 ** 32);
  }

  /** Uniform over the integers of [0, count). */
  integer(count: number): number {
    return Math.floor(this.uniform(0, count));
  }

  /** Standard normal, by Box and Muller's transform. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** `count` standard normal values. */
  normals(count: number): Float32Array {
    return Float32Array.from({length: count}, () => this.normal());
  }
}

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function hash(text: string, seed: number): number {
  let h = mix(Math.imul(seed, 0x9e3779b9));
  for (let i = 0; i < text.length; i++) {
    h = mix(h ^ text.charCodeAt(i));
  }
  return h;
}

/** Bijective scrambling of 32 bits (MurmurHash3's finalizer). */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
