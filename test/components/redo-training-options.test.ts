import {expect, fixture, html} from '@open-wc/testing';
import type {RedoTrainingOptions} from '../../components/redo-training-options.js';
import '../../components/redo-training-options.js';
import {findPreset} from '../../core/model/presets.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';

const {training} = findPreset('blobs-32');

async function options() {
  const el = await fixture<RedoTrainingOptions>(
    html`<redo-training-options .training=${training}></redo-training-options>`
  );
  const input = (name: string) => find<HTMLInputElement>(el, `input[name="${name}"]`);
  return {el, input, events: record('training-tune')};
}

describe('redo-training-options', () => {
  it('is accessible', async () => {
    const {el} = await options();
    await expectAccessible(el);
  });

  it('shows λ and the four rates of a training, and nothing without one', async () => {
    const {el, input} = await options();
    expect(input('lambdaZ').value).to.equal('1');
    expect(input('discriminator').value).to.equal('0.001');
    el.training = {...training, lambdaZ: 5};
    await el.updateComplete;
    expect(input('lambdaZ').value).to.equal('5');
    el.training = undefined;
    await el.updateComplete;
    expect(findAll(el, 'input')).to.be.empty;
  });

  it('tells of a start, noise and splits that a training has', async () => {
    const {el} = await options();
    expect(el.shadowRoot!.textContent).not.to.contain('Noise');
    el.training = {
      ...training,
      start: {regions: 2, warmUp: 500, balance: 1000},
      maskNoise: {fromIteration: 1000, toIteration: 2000, temperature: 0.5},
      splits: {fromIteration: 2000, toIteration: 6000, every: 500},
    };
    await el.updateComplete;
    expect(findAll(el, 'p').map(each => each.textContent)).to.deep.equal([
      'They count from the next iteration.',
      'Training starts with 2 regions: f’s learning rate grows from 0 until iteration 500, and until 1,000 no region can take another’s place.',
      'Noise on the masks grows from iteration 1,000 to 2,000: each pixel is drawn for one region, as often as its mask says.',
      'From iteration 2,000 to 6,000, a region that has next to nothing is given half of the largest object.',
    ]);
    await expectAccessible(el);
  });

  it('fires training-tune with the number that was changed, and no other', async () => {
    const {input, events} = await options();
    enter(input('lambdaZ'), '2.5', 'change');
    enter(input('mask'), '1e-5', 'change');
    expect(events.map(({detail}) => detail)).to.deep.equal([
      {tuning: {lambdaZ: 2.5}},
      {tuning: {learningRates: {mask: 1e-5}}},
    ]);
  });

  for (const wrong of ['-1', '', 'x']) {
    it(`takes back «${wrong}»`, async () => {
      const {input, events} = await options();
      enter(input('encoder'), wrong, 'change');
      expect(events).to.be.empty;
      expect(input('encoder').value).to.equal('0.0005');
    });
  }
});
