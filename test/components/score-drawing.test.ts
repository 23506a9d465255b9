import {expect} from '@open-wc/testing';
import {
  density,
  drawScores,
  scoreRange,
  scoresHeight,
  type ScoreLane,
} from '../../components/score-drawing.js';

const SVG = 'http://www.w3.org/2000/svg';

const LANES: ScoreLane[] = [
  {name: 'real', label: 'real', colour: 'grey', scores: Float32Array.of(0, 1, 2), needle: 1.5},
  {name: 'region 0', label: 'redrawn', colour: 'red', scores: Float32Array.of(-2, -1)},
];

function drawn(lanes: readonly ScoreLane[] = LANES, svg = document.createElementNS(SVG, 'svg')) {
  drawScores(svg, lanes, 400);
  return svg;
}

const xOf = (line: Element | null) => Number(line!.getAttribute('x1'));

describe('density(scores, range)', () => {
  it('is largest where most scores are, and 1 there', () => {
    const points = density(Float32Array.of(0.9, 1, 1.1, -1), [-2, 2]);
    const [at] = points.find(([, share]) => share === 1)!;
    expect(at).to.be.closeTo(1, 0.2);
    expect(points[0]![0]).to.equal(-2);
    expect(points.at(-1)![0]).to.equal(2);
    expect(points.every(([, share]) => share >= 0 && share <= 1)).to.equal(true);
  });

  it('is a narrow peak where all scores are equal, and nothing without scores', () => {
    const points = density(Float32Array.of(0, 0, 0), [-1, 1]);
    expect(points.filter(([, share]) => share > 0.5).length).to.be.within(1, 5);
    expect(density(new Float32Array(), [-1, 1])).to.be.empty;
  });
});

describe('scoreRange(lanes)', () => {
  it('holds all scores and needles, with space', () => {
    const [low, high] = scoreRange(LANES);
    expect(low).to.be.closeTo(-2.4, 1e-6);
    expect(high).to.be.closeTo(2.4, 1e-6);
    const far = scoreRange([{...LANES[0]!, needle: 12}]);
    expect(far[1]).to.be.above(12);
  });

  it('is a range without scores too, and where they are no numbers', () => {
    expect(scoreRange([])).to.deep.equal([-0.5, 0.5]);
    const scores = Float32Array.of(NaN, 3);
    expect(scoreRange([{...LANES[1]!, scores}])).to.deep.equal([2.5, 3.5]);
  });
});

describe('drawScores(svg, lanes, width)', () => {
  it('draws a lane a kind: curve, a tick a score, the mean, and the needle', () => {
    const svg = drawn();
    expect(Number(svg.getAttribute('height'))).to.equal(scoresHeight(2));
    const [real, redrawn] = [...svg.querySelectorAll('g.lane')];
    expect(real!.querySelector('path.rug')!.getAttribute('d')!.match(/M/g)).to.have.length(3);
    expect(redrawn!.querySelector('path.rug')!.getAttribute('d')!.match(/M/g)).to.have.length(2);
    const [low, high] = scoreRange(LANES);
    const place = (score: number) => 10 + (380 * (score - low)) / (high - low);
    expect(xOf(real!.querySelector('line.mean'))).to.be.closeTo(place(1), 0.01);
    expect(xOf(real!.querySelector('line.needle'))).to.be.closeTo(place(1.5), 0.01);
    expect(real!.querySelector('text.needle')!.textContent).to.equal('1.50');
    expect(redrawn!.querySelector('.needle')).to.equal(null);
    expect(redrawn!.querySelector('text.label')!.textContent).to.equal('redrawn');
    const margins = [...svg.querySelectorAll('line.margin')].map(xOf);
    expect(margins).to.have.length(2);
    expect(margins[0]).to.be.closeTo(place(-1), 0.01);
  });

  it('updates in place', () => {
    const svg = drawn();
    const nodes = [...svg.querySelectorAll('g.lane, path, line.needle, line.mean')];
    drawn([{...LANES[0]!, needle: 0.5}, LANES[1]!], svg);
    const kept = [...svg.querySelectorAll('g.lane, path, line.needle, line.mean')];
    expect(kept).to.have.members(nodes);
  });

  it('leaves out what is not known', () => {
    const svg = drawn(LANES.map(lane => ({...lane, scores: new Float32Array(), needle: NaN})));
    expect(svg.querySelectorAll('line.mean, .needle')).to.have.length(0);
    expect(svg.querySelectorAll('g.lane')).to.have.length(2);
  });
});
