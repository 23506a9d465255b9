import {expect} from '@open-wc/testing';

import {type Evaluation, Evaluator} from '../../../core/training/evaluation.js';

/** Masks that give each pixel wholly to one region. */
function hard(regions: number, pixels: readonly number[]): Float32Array {
  return Float32Array.from({length: regions * pixels.length}, (_, i) =>
    pixels[Math.floor(i / regions)] === i % regions ? 1 : 0
  );
}

/** Scores of images given as the region of each pixel, found and true. */
function evaluate(
  [trueRegions, regions]: [number, number],
  images: [found: number[], truth: number[]][]
): Evaluation {
  const evaluator = new Evaluator(trueRegions, regions);
  for (const [found, truth] of images) evaluator.add(hard(regions, found), Uint8Array.from(truth));
  return evaluator.result();
}

function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual).to.have.length(wanted.length);
  actual.forEach((value, i) => expect(value, `${i}`).to.be.closeTo(wanted[i]!, 1e-9));
}

describe('Evaluator.add(masks, labels), two regions', () => {
  it('counts the pixels in the right region', () => {
    // Object: 3 found, 3 true, 2 in both. Background: 5 found, 5 true, 4 in both.
    const result = evaluate(
      [2, 2],
      [
        [
          [1, 1, 1, 0, 0, 0, 0, 0],
          [1, 1, 0, 1, 0, 0, 0, 0],
        ],
      ]
    );
    expect(result.count).to.equal(1);
    expect(result.accuracy).to.be.closeTo(6 / 8, 1e-9);
    expectClose(result.iou, [4 / 6, 2 / 4]);
    expect(result.objectIou).to.be.closeTo(2 / 4, 1e-9);
    expectClose(result.areas, [5 / 8, 3 / 8]);
  });

  it('takes the better assignment image by image', () => {
    const truth = [1, 1, 0, 0];
    const result = evaluate(
      [2, 2],
      [
        [[1, 1, 0, 0], truth],
        [[0, 0, 1, 1], truth],
      ]
    );
    expect(result).to.deep.include({accuracy: 1, iou: [1, 1], objectIou: 1, count: 2});
    // Areas are the model's, whatever its regions are taken for.
    expectClose(result.areas, [0.5, 0.5]);
  });

  it('takes the better assignment for accuracy and for IoU separately', () => {
    // One object pixel of six, and the model finds it among three of region 1.
    // As it is: accuracy 4/6, object IoU 1/3. Exchanged: accuracy 2/6, object IoU 0/4.
    const one = evaluate(
      [2, 2],
      [
        [
          [1, 1, 1, 0, 0, 0],
          [1, 0, 0, 0, 0, 0],
        ],
      ]
    );
    expect(one.accuracy).to.be.closeTo(4 / 6, 1e-9);
    expect(one.objectIou).to.be.closeTo(1 / 3, 1e-9);
    // As it is: accuracy 5/8, object IoU 0/3. Exchanged: accuracy 3/8, object IoU 2/7.
    const both = evaluate(
      [2, 2],
      [
        [
          [1, 0, 0, 0, 0, 0, 0, 0],
          [0, 1, 1, 0, 0, 0, 0, 0],
        ],
      ]
    );
    expect(both.accuracy).to.be.closeTo(5 / 8, 1e-9);
    expect(both.objectIou).to.be.closeTo(2 / 7, 1e-9);
    expectClose(both.iou, [1 / 6, 2 / 7]);
  });

  it('hardens masks to the region with the most, ties to the first', () => {
    const evaluator = new Evaluator(2, 2);
    const masks = Float32Array.of(0.5, 0.5, 0.4, 0.6, 0.9, 0.1, 0.49, 0.51);
    evaluator.add(masks, Uint8Array.of(0, 1, 0, 1));
    const {accuracy, areas} = evaluator.result();
    expect(accuracy).to.equal(1);
    expect(areas[0]!).to.be.closeTo((0.5 + 0.4 + 0.9 + 0.49) / 4, 1e-6);
  });

  it('leaves a region that an image does not have out of the mean of that region', () => {
    const result = evaluate(
      [2, 2],
      [
        [
          [1, 1, 0, 0],
          [1, 0, 0, 0],
        ],
        [
          [0, 0, 0, 0],
          [1, 1, 1, 1],
        ],
      ]
    );
    // The second image has no background: its object, found whole, counts; nothing else.
    expectClose(result.iou, [2 / 3, (1 / 2 + 1) / 2]);
    expect(result.objectIou).to.be.closeTo((1 / 2 + 1) / 2, 1e-9);
    expect(result.accuracy).to.be.closeTo((3 / 4 + 1) / 2, 1e-9);
  });
});

describe('Evaluator.add(masks, labels), three regions', () => {
  const truth = [0, 0, 0, 0, 1, 1, 2, 2];

  it('finds each of the six permutations', () => {
    const permutations = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const permutation of permutations) {
      const result = evaluate([3, 3], [[truth.map(t => permutation[t]!), truth]]);
      expect(result).to.deep.include({accuracy: 1, iou: [1, 1, 1], objectIou: 1});
    }
  });

  it('counts each region by hand', () => {
    // Region 2 for the background: 3 of 4 found, of 4 in all; region 0 for the first object: 1 of 2,
    // of 2; region 1 for the second: 2 of 2, of 2.
    const result = evaluate([3, 3], [[[2, 2, 2, 0, 0, 2, 1, 1], truth]]);
    expect(result.accuracy).to.be.closeTo(6 / 8, 1e-9);
    expectClose(result.iou, [3 / 5, 1 / 3, 1]);
    expect(result.objectIou).to.be.closeTo((1 / 3 + 1) / 2, 1e-9);
  });

  it('means over the objects that an image has', () => {
    const result = evaluate(
      [3, 3],
      [
        [
          [0, 0, 0, 1],
          [0, 0, 1, 1],
        ],
      ]
    );
    expectClose(result.iou.slice(0, 2), [2 / 3, 1 / 2]);
    expect(result.objectIou).to.be.closeTo(1 / 2, 1e-9);
  });

  it('lets a model with more regions than the truth choose the best of them', () => {
    const result = evaluate(
      [2, 3],
      [
        [
          [0, 0, 2, 1],
          [0, 0, 1, 1],
        ],
      ]
    );
    expect(result.accuracy).to.be.closeTo(3 / 4, 1e-9);
    expectClose(result.iou, [1, 1 / 2]);
    expect(result.areas).to.have.length(3);
  });
});

describe('Evaluator.result().assigned', () => {
  const truth = [1, 1, 0, 0];

  it('keeps one assignment for all images, the one with the greatest mean object IoU', () => {
    const {assigned, images, objectIou} = evaluate(
      [2, 2],
      [
        [[1, 1, 0, 0], truth],
        [[0, 0, 1, 1], truth],
        [[0, 0, 1, 0], truth],
      ]
    );
    // Regions exchanged: object IoU 0, 1, 2/3; as they are: 1, 0, 0.
    expect(assigned.assignment).to.deep.equal([1, 0]);
    expect(assigned.objectIou).to.be.closeTo((0 + 1 + 2 / 3) / 3, 1e-9);
    expect(assigned.accuracy).to.be.closeTo((0 + 1 + 3 / 4) / 3, 1e-9);
    expectClose(assigned.iou, [(0 + 1 + 1 / 2) / 3, (0 + 1 + 2 / 3) / 3]);
    expect(objectIou).to.be.closeTo((1 + 1 + 2 / 3) / 3, 1e-9);
    expectClose(
      images.map(each => each.objectIou),
      [1, 1, 2 / 3]
    );
    expectClose(
      images.map(each => each.accuracy),
      [1, 1, 3 / 4]
    );
  });

  it('tells the share of all pixels that are of a true region and found in one of the model', () => {
    const {assigned} = evaluate(
      [2, 3],
      [
        [[1, 2, 0, 0], truth],
        [[1, 1, 0, 1], truth],
      ]
    );
    assigned.confusion.forEach((row, t) =>
      expectClose(
        row,
        [
          [3 / 8, 1 / 8, 0],
          [0, 3 / 8, 1 / 8],
        ][t]!
      )
    );
  });
});

describe('new Evaluator(trueRegions, regions)', () => {
  it('refuses a model with fewer regions than the truth', () => {
    expect(() => new Evaluator(3, 2)).to.throw(
      RangeError,
      'evaluation: the model must have at least as many regions as the truth; got 2 for 3'
    );
  });
});
