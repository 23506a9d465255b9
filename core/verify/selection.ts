/** Which of a number of changes, together, undo a difference. */

/** Share of the squared difference that a change must take away to be counted in. */
const LEAST_GAIN = 0.01;

/**
 * Chooses changes, the one that takes away most first, until none takes away a hundredth of what is
 * left.
 *
 * @param difference What is to be undone.
 * @param effects What each change adds to it; effects of several are taken to add up.
 * @returns The indices of the chosen changes, and what they leave.
 */
export function selectEffects(
  difference: Float32Array,
  effects: readonly Float32Array[]
): {chosen: number[]; rest: Float32Array} {
  const rest = difference.slice();
  const sizes = effects.map(effect => dot(effect, effect));
  const chosen: number[] = [];
  for (;;) {
    const left = dot(rest, rest);
    let best = -1;
    let most = LEAST_GAIN * left;
    effects.forEach((effect, i) => {
      if (chosen.includes(i)) return;
      const gain = -2 * dot(rest, effect) - sizes[i]!;
      if (gain > most) [best, most] = [i, gain];
    });
    if (best < 0) return {chosen, rest};
    chosen.push(best);
    effects[best]!.forEach((value, i) => (rest[i]! += value));
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
