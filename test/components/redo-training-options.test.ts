import {expect, fixture, html} from '@open-wc/testing';
import type {RedoTrainingOptions} from '../../components/redo-training-options.js';
import '../../components/redo-training-options.js';
import {findPreset} from '../../core/model/presets.js';
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
    await expect(el).to.be.accessible();
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
