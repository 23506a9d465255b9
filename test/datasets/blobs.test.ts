import {expect} from '@open-wc/testing';
import {createBlobs, drawBlob, sampleBlob} from '../../datasets/blobs.js';
import type {Blob as PlainBlob} from '../../datasets/blobs.js';
import {Random} from '../../datasets/random.js';
import type {Canvas} from '../../datasets/synthetic.js';

type Range = [low: number, high: number];

const CIRCLE: PlainBlob = {
  background: [0.25, 0.5, 0.75],
  color: [1, 0.375, 0],
  x: 0.5,
  y: 0.5,
  radius: 0.25,
  waves: [],
};

function draw(blob: PlainBlob, size: number): Canvas {
  const canvas = {
    size,
    image: new Float32Array(size * size * 3).fill(NaN),
    labels: new Uint8Array(size * size).fill(255),
  };
  drawBlob(blob, canvas);
  return canvas;
}

/** Share of the pixels that are the object's. */
function share(labels: Uint8Array): number {
  return labels.reduce((sum, label) => sum + label, 0) / labels.length;
}

/** r(t) / r0 of the outline. */
function bulge({waves}: PlainBlob, angle: number): number {
  return waves.reduce(
    (sum, {crests, height, phase}) => sum + height * Math.cos(crests * angle + phase),
    1
  );
}

const ANGLES = Array.from({length: 720}, (_, i) => (2 * Math.PI * i) / 720);

/** Area inside the outline as a share of the image, by the rule of rectangles. */
function area(blob: PlainBlob): number {
  const squares = ANGLES.reduce(
    (sum, angle) => sum + (blob.radius * bulge(blob, angle)) ** 2 / 2,
    0
  );
  return (squares * 2 * Math.PI) / ANGLES.length;
}

/** Whether the whole outline is in the image. */
function isInside(blob: PlainBlob): boolean {
  return ANGLES.every(angle => {
    const radius = blob.radius * bulge(blob, angle);
    const x = blob.x + radius * Math.cos(angle);
    const y = blob.y + radius * Math.sin(angle);
    return Math.min(x, y) >= 0 && Math.max(x, y) <= 1;
  });
}

function sampleBlobs(count: number): PlainBlob[] {
  return Array.from({length: count}, (_, index) => sampleBlob(new Random('blobs', index)));
}

describe('drawBlob', () => {
  it('drawBlob(blob, canvas) paints the pixels whose centres are inside the outline', () => {
    const {labels} = draw(CIRCLE, 16);
    // A circle of radius 4 about the corner where the four middle pixels meet.
    const rows = Array.from({length: 16}, (_, row) => labels.subarray(row * 16, row * 16 + 16));
    expect(rows.slice(3, 9).map(row => row.join(''))).to.deep.equal([
      '0000000000000000',
      '0000001111000000',
      '0000011111100000',
      '0000111111110000',
      '0000111111110000',
      '0000111111110000',
    ]);
    expect([...labels].reverse()).to.deep.equal([...labels]);
  });

  it('drawBlob(blob, canvas) takes x to the right, y downwards, and angles from x to y', () => {
    const {labels} = draw({...CIRCLE, x: 0.25, y: 0.75, radius: 0.1}, 16);
    expect(labels[12 * 16 + 4]).to.equal(1);
    expect(labels[4 * 16 + 12]).to.equal(0);
    // A wave with three crests: at 0°, 120° and 240° from the right, clockwise on the screen.
    const star = draw({...CIRCLE, waves: [{crests: 3, height: 0.5, phase: 0}]}, 64).labels;
    const at = (radius: number, degrees: number) => {
      const angle = (degrees * Math.PI) / 180;
      const row = Math.floor(32 + 64 * radius * Math.sin(angle));
      return star[row * 64 + Math.floor(32 + 64 * radius * Math.cos(angle))];
    };
    expect([0, 120, 240].map(degrees => at(0.34, degrees))).to.deep.equal([1, 1, 1]);
    expect([60, 180, 300].map(degrees => at(0.16, degrees))).to.deep.equal([0, 0, 0]);
  });

  it('drawBlob(blob, canvas) colours the two regions, in [-1, 1]', () => {
    const {image, labels} = draw(CIRCLE, 32);
    const colors = [
      [-0.5, 0, 0.5],
      [1, -0.25, -1],
    ];
    expect([...image]).to.deep.equal([...labels].flatMap(label => colors[label]!));
  });

  it('drawBlob(blob, canvas) covers the area of the outline', () => {
    const blobs = sampleBlobs(300).filter(isInside);
    expect(blobs.length).to.be.greaterThan(200);
    for (const blob of blobs) {
      expect(share(draw(blob, 64).labels)).to.be.closeTo(area(blob), 0.005);
    }
  });
});

describe('sampleBlob', () => {
  const blobs = sampleBlobs(3_000);
  const expectFilled = (values: number[], low: number, high: number) => {
    const slack = (high - low) / 100;
    expect(Math.min(...values)).to.be.within(low, low + slack);
    expect(Math.max(...values)).to.be.within(high - slack, high);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    // Five standard errors of the mean of 3,000 uniform values.
    expect(mean).to.be.closeTo((low + high) / 2, (5 * (high - low)) / Math.sqrt(12 * 3_000));
  };

  it('sampleBlob(random) covers 15 to 40 % of the image', () => {
    // The sum over angles is exact for so few waves, but for rounding.
    const areas = blobs.map(blob => Math.min(0.4, Math.max(0.15, area(blob))));
    areas.forEach((value, i) => expect(value).to.be.closeTo(area(blobs[i]!), 1e-12));
    expectFilled(areas, 0.15, 0.4);
  });

  it('sampleBlob(random) places the centre within .35 to .65 of the image', () => {
    expectFilled(
      blobs.map(({x}) => x),
      0.35,
      0.65
    );
    expectFilled(
      blobs.map(({y}) => y),
      0.35,
      0.65
    );
  });

  it('sampleBlob(random) makes waves with 2, 3 and 4 crests, lower with more', () => {
    const heights = [0.25, 0.125, 0.25 / 3];
    [2, 3, 4].forEach((crests, i) => {
      const waves = blobs.map(blob => blob.waves[i]!);
      expect(waves.every(wave => wave.crests === crests)).to.equal(true);
      expectFilled(
        waves.map(({height}) => height),
        0,
        heights[i]!
      );
      expectFilled(
        waves.map(({phase}) => phase),
        0,
        2 * Math.PI
      );
    });
  });

  it('sampleBlob(random) takes the colours of object and background from ranges of their own', () => {
    const background: Range[] = [
      [0, 0.4],
      [0.2, 0.6],
      [0.4, 1],
    ];
    const object: Range[] = [
      [0.6, 1],
      [0.2, 0.7],
      [0, 0.4],
    ];
    for (const channel of [0, 1, 2] as const) {
      expectFilled(
        blobs.map(blob => blob.background[channel]),
        ...background[channel]!
      );
      expectFilled(
        blobs.map(blob => blob.color[channel]),
        ...object[channel]!
      );
    }
  });
});

describe('createBlobs', () => {
  it('createBlobs({size, seed}) shows the same objects at every size, covering a fair part', async () => {
    const indices = [...Array(30).keys()];
    const shares = [];
    for (const size of [16, 33, 128, 256]) {
      const dataset = createBlobs({size, seed: 2});
      expect(dataset.regionNames).to.deep.equal(['background', 'object']);
      const {labels} = await dataset.read('train', indices);
      const pixels = size * size;
      shares.push(indices.map(i => share(labels!.subarray(i * pixels, (i + 1) * pixels))));
    }
    const [, , , finest] = shares;
    for (const each of shares) {
      each.forEach((value, i) => {
        expect(value).to.be.within(0.12, 0.42);
        expect(value).to.be.closeTo(finest![i]!, 0.03);
      });
    }
  });

  it('createBlobs({size, seed}) refuses a size that is no integer from 16 to 256', () => {
    for (const size of [15, 257, 64.5, NaN]) {
      expect(() => createBlobs({size, seed: 0})).to.throw(
        RangeError,
        `createBlobs: size must be an integer from 16 to 256; got ${size}`
      );
    }
  });
});
