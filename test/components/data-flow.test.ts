import {expect} from '@open-wc/testing';
import {
  FLOW_PLACES,
  flowLights,
  flowWays,
  recoveryError,
  type FlowPlace,
} from '../../components/data-flow.js';
import {layoutFlow, type Box} from '../../components/data-flow-layout.js';
import {PHASES, type Phase, type Side} from '../../core/training/report.js';
import {phaseReport, sceneFlow} from '../fixtures/flow.js';

const WAYS = flowWays('published');

const lights = (side: Side, phase: Phase) => flowLights(phaseReport(side, phase), WAYS);

describe('flowWays(variant)', () => {
  it('lets δ read the redraws in the published code, and the composition in the paper', () => {
    const intoDelta = (variant: 'published' | 'paper') =>
      flowWays(variant).filter(({to}) => to === 'delta');
    expect(intoDelta('published').map(({from}) => from)).to.deep.equal(['drawn']);
    expect(intoDelta('paper').map(({from}) => from)).to.deep.equal(['composition']);
  });

  it('leads on from every place but the last ones', () => {
    const ends = FLOW_PLACES.filter(place => !WAYS.some(({from}) => from === place));
    expect(ends).to.deep.equal(['score', 'recovered']);
  });
});

describe('flowLights(phase, ways)', () => {
  it('lights nothing between iterations', () => {
    const {places, forward, backward} = flowLights(undefined, WAYS);
    expect([places.size, forward.size, backward.size]).to.deep.equal([0, 0, 0]);
  });

  for (const side of ['generator', 'discriminator'] as const) {
    it(`lights a place in every phase of the ${side}`, () => {
      for (const phase of PHASES[side]) {
        expect(lights(side, phase).places.size, phase).to.be.above(0);
      }
    });
  }

  it('lights the ways into what a phase computes', () => {
    const {places, forward} = lights('generator', 'compose');
    expect([...places]).to.deep.equal(['composition']);
    expect([...forward]).to.have.members([
      'drawn-composition',
      'mask-composition',
      'image-composition',
    ]);
  });

  it('leads the real image to D on the discriminator’s side alone', () => {
    expect([...lights('generator', 'score').forward]).to.not.include('image-D');
    expect([...lights('discriminator', 'score').forward]).to.include('image-D');
  });

  it('infers the masks for the discriminator within its redraw', () => {
    expect([...lights('discriminator', 'redraw').places]).to.include('f');
    expect([...lights('generator', 'redraw').places]).to.not.include('f');
  });

  it('lets the generator’s gradients flow back to f, G and δ, and past the image and the code', () => {
    const {backward, forward, places} = lights('generator', 'gradients');
    expect(forward.size).to.equal(0);
    expect([...places]).to.have.members(['f', 'G', 'delta']);
    expect([...backward.keys()]).to.have.members([
      'f-masks',
      'masks-mask',
      'mask-G',
      'G-drawn',
      'drawn-composition',
      'mask-composition',
      'composition-D',
      'D-score',
      'drawn-delta',
      'delta-recovered',
    ]);
  });

  it('gives each way the norm of all trained networks behind it', () => {
    const {backward} = lights('generator', 'gradients');
    expect(backward.get('f-masks')).to.equal(0.03);
    expect(backward.get('G-drawn')).to.be.closeTo(Math.sqrt(0.03 ** 2 + 0.4 ** 2), 1e-12);
    expect(backward.get('delta-recovered')).to.be.closeTo(
      Math.sqrt(0.03 ** 2 + 0.4 ** 2 + 0.0004 ** 2),
      1e-12
    );
  });

  it('lets the discriminator’s gradient flow back to D alone', () => {
    const {backward} = lights('discriminator', 'gradients');
    expect([...backward]).to.deep.equal([['D-score', 5]]);
  });
});

describe('recoveryError(flow)', () => {
  it('is the mean square over components', () => {
    const code = Float32Array.of(1, 2);
    const recovered = Float32Array.of(1, 4);
    expect(recoveryError(sceneFlow({code, recovered}))).to.equal(2);
    expect(recoveryError(sceneFlow({recovered: undefined}))).to.equal(undefined);
  });
});

describe('layoutFlow(width, ways)', () => {
  const overlap = (a: Box, b: Box) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  for (const width of [288, 328, 500, 699, 700, 900, 1200, 1560]) {
    const layout = layoutFlow(width, WAYS);

    it(`keeps places apart and inside at ${width} px`, () => {
      expect(layout.vertical).to.equal(width < 700);
      const boxes = FLOW_PLACES.map(place => [place, layout.places[place].box] as const);
      for (const [i, [place, box]] of boxes.entries()) {
        const {body} = layout.places[place];
        expect(body.x, place).to.be.at.least(-0.01);
        expect(body.x + body.width, place).to.be.at.most(width + 0.01);
        expect(box.y + box.height, place).to.be.at.most(layout.height + 0.01);
        for (const [other, its] of boxes.slice(i + 1)) {
          expect(overlap(box, its), `${place} and ${other}`).to.equal(false);
        }
      }
    });

    it(`leads every way from its place to the next at ${width} px`, () => {
      for (const {name, from, to} of WAYS) {
        const numbers = layout.paths[name]!.match(/-?[\d.]+/g)!.map(Number);
        const near = (place: FlowPlace, x: number, y: number) => {
          const {box, body} = layout.places[place];
          const left = Math.min(box.x, body.x) - 4;
          const right = Math.max(box.x + box.width, body.x + body.width) + 4;
          expect(x, name).to.be.within(left, right);
          expect(y, name).to.be.within(Math.min(box.y, body.y) - 4, box.y + box.height + 4);
        };
        near(from, numbers[0]!, numbers[1]!);
        near(to, numbers.at(-2)!, numbers.at(-1)!);
      }
    });
  }
});
