import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {parseScores, scoresOf} from '../../../core/session/image-scores.js';

const HEAD = 'model,image,accuracy,object_iou';

describe('parseScores(text)', () => {
  it('reads the first model of what evaluate writes', () => {
    const text = `${HEAD}\n"a, ""b""",3,0.5,0.25\n"a, ""b""",4,1,1e-3\n"c",3,0,0\n`;
    assert.deepEqual(parseScores(text), [
      {image: 3, accuracy: 0.5, objectIou: 0.25},
      {image: 4, accuracy: 1, objectIou: 0.001},
    ]);
  });

  it('names the line that is no row', () => {
    assert.throws(() => parseScores('a,b\n1,2'), /must begin with model,image,accuracy,object_iou/);
    assert.throws(() => parseScores(`${HEAD}\n"a",1,0.5,0.5\n"a",2,x,1`), /line 3 must have/);
    assert.throws(() => parseScores(`${HEAD}\n"a",1,1.5,0.5`), /two numbers from 0 to 1/);
  });
});

describe('scoresOf(evaluation)', () => {
  it('names images by their index in the split', () => {
    const images = [{accuracy: 1, objectIou: 0.5}];
    assert.deepEqual(scoresOf({images, indices: [7]}), [{image: 7, accuracy: 1, objectIou: 0.5}]);
    assert.equal(scoresOf({images})[0]!.image, 0);
  });
});
