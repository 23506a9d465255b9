import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {selectEffects} from '../../../core/verify/selection.js';

const vector = (...values: number[]): Float32Array => Float32Array.from(values);

describe('selectEffects(difference, effects)', () => {
  it('chooses those that together undo the difference, the largest first', () => {
    const effects = [vector(0, -1, 0), vector(5, 5, 5), vector(-3, 0, 0), vector(0, 0, 2)];
    const {chosen, rest} = selectEffects(vector(3, 1, 0), effects);
    assert.deepEqual(chosen, [2, 0]);
    assert.deepEqual([...rest], [0, 0, 0]);
  });

  it('takes each whole or not at all, and none that makes it worse', () => {
    const {chosen, rest} = selectEffects(vector(1, 1), [vector(-3, 0), vector(0, -1.5)]);
    assert.deepEqual(chosen, [1]);
    assert.deepEqual([...rest], [1, -0.5]);
  });

  it('leaves a difference that no change undoes', () => {
    const {chosen, rest} = selectEffects(vector(1, 0), [vector(0, 1), vector(-0.001, 0)]);
    assert.deepEqual(chosen, []);
    assert.deepEqual([...rest], [1, 0]);
  });
});
