import {expect} from '@open-wc/testing';

import {
  checkModelConfig,
  checkTrainingConfig,
  depth,
  isSplitDue,
  regionsInPlay,
  type ModelConfig,
  type TrainingConfig,
} from '../../../core/model/config.js';
import {findPreset, PRESETS} from '../../../core/model/presets.js';
import {DATASET_NAMES} from '../../../datasets/catalog.js';
import {TINY, TRAINING} from '../../support/models.js';

describe('depth(size)', () => {
  it('is the L of 4 · 2^L', () => {
    expect([16, 32, 64, 128, 256].map(depth)).to.deep.equal([2, 3, 4, 5, 6]);
  });

  for (const size of [0, 4, 8, 24, 100, 512, -16, 16.5, NaN, Infinity]) {
    it(`refuses ${size}`, () => {
      expect(() => depth(size)).to.throw(
        RangeError,
        `size must be 16, 32, 64, 128 or 256 (4 · 2^L); got ${size}`
      );
    });
  }
});

describe('checkModelConfig(config)', () => {
  const cases: [Partial<Record<keyof ModelConfig, unknown>>, message: string][] = [
    [{size: 20}, 'size must be 16, 32, 64, 128 or 256 (4 · 2^L); got 20'],
    [{regions: 1}, 'regions must be a whole number of at least 2; got 1'],
    [{regions: 2.5}, 'regions must be a whole number of at least 2; got 2.5'],
    [{codeSize: 0}, 'codeSize must be a whole number of at least 1; got 0'],
    [{maskResidualBlocks: -1}, 'maskResidualBlocks must be a whole number of at least 0; got -1'],
    [
      {widths: {...TINY.widths, mask: 3}},
      'widths.mask must be a whole number of at least 4; got 3',
    ],
    [
      {widths: {...TINY.widths, encoder: NaN}},
      'widths.encoder must be a whole number of at least 1; got NaN',
    ],
    [
      {
        widths: {...TINY.widths, discriminator: 1},
        attention: {generator: false, discriminator: true},
      },
      'widths.discriminator with attention must be a whole number of at least 2; got 1',
    ],
    [{temperature: 0}, 'temperature must be greater than 0; got 0'],
    [{temperature: NaN}, 'temperature must be greater than 0; got NaN'],
    [{normalization: 'layer'}, 'normalization must be instance or batch; got layer'],
  ];
  for (const [change, message] of cases) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      const config = {...TINY, ...change} as ModelConfig;
      expect(() => checkModelConfig(config)).to.throw(RangeError, message);
    });
  }
});

describe('checkTrainingConfig(training)', () => {
  const cases: [Partial<Record<keyof TrainingConfig, unknown>>, message: string][] = [
    [{variant: 'other'}, 'variant must be published or paper; got other'],
    [{batchSize: 0}, 'batchSize must be a whole number of at least 1; got 0'],
    [{lambdaZ: -1}, 'lambdaZ must be a number of at least 0; got -1'],
    [{epsilon: NaN}, 'epsilon must be a number of at least 0; got NaN'],
    [{maskWeightDecay: Infinity}, 'maskWeightDecay must be a number of at least 0; got Infinity'],
    [{initGain: undefined}, 'initGain must be a number of at least 0; got undefined'],
    [{beta1: 1}, 'beta1 must be a number from 0 to less than 1; got 1'],
    [{beta2: -0.1}, 'beta2 must be a number from 0 to less than 1; got -0.1'],
    [
      {learningRates: {...TRAINING.learningRates, mask: -1}},
      'learningRates.mask must be a number of at least 0; got -1',
    ],
    [
      {learningRates: {mask: 1, generator: 1, discriminator: 1}},
      'learningRates.encoder must be a number of at least 0; got undefined',
    ],
    [
      {decay: {fromIteration: -1, toIteration: 5, factor: 0.5}},
      'decay.fromIteration must be a whole number of at least 0; got -1',
    ],
    [
      {decay: {fromIteration: 5, toIteration: 5, factor: 0.5}},
      'decay.toIteration must be a whole number of at least 6; got 5',
    ],
    [
      {decay: {fromIteration: 0, toIteration: 5, factor: 2}},
      'decay.factor must be from 0 to 1; got 2',
    ],
    [
      {start: {regions: 1, warmUp: 0, balance: 0}},
      'start.regions must be a whole number of at least 2; got 1',
    ],
    [
      {start: {regions: 2, warmUp: 0.5, balance: 0}},
      'start.warmUp must be a whole number of at least 0; got 0.5',
    ],
    [
      {start: {regions: 2, warmUp: 0, balance: -1}},
      'start.balance must be a whole number of at least 0; got -1',
    ],
    [
      {maskNoise: {fromIteration: 5, toIteration: 5, temperature: 1}},
      'maskNoise.toIteration must be a whole number of at least 6; got 5',
    ],
    [
      {maskNoise: {fromIteration: 0, toIteration: 5, temperature: 0}},
      'maskNoise.temperature must be greater than 0 and at most 1; got 0',
    ],
    [
      {splits: {fromIteration: -1, toIteration: 5, every: 1}},
      'splits.fromIteration must be a whole number of at least 0; got -1',
    ],
    [
      {splits: {fromIteration: 0, toIteration: 5, every: 0}},
      'splits.every must be a whole number of at least 1; got 0',
    ],
  ];
  for (const [change, message] of cases) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      const training = {...TRAINING, ...change} as TrainingConfig;
      expect(() => checkTrainingConfig(training)).to.throw(RangeError, message);
    });
  }
});

describe('checkTrainingConfig(training, regions)', () => {
  it('refuses a split of two regions', () => {
    const training = {...TRAINING, splits: {fromIteration: 0, toIteration: 5, every: 5}};
    checkTrainingConfig(training, 3);
    expect(() => checkTrainingConfig(training, 2)).to.throw(
      RangeError,
      'splits must be left out for fewer than 3 regions; got 2'
    );
  });
});

describe('checkTrainingConfig(training, regions), with a start', () => {
  const start = {regions: 2, warmUp: 0, balance: 0};
  const splits = {fromIteration: 1, toIteration: 5, every: 5};

  it('refuses more regions than there are', () => {
    checkTrainingConfig({...TRAINING, start}, 2);
    expect(() => checkTrainingConfig({...TRAINING, start: {...start, regions: 3}}, 2)).to.throw(
      RangeError,
      'start.regions must be at most 2; got 3'
    );
  });

  it('refuses regions that would stay empty', () => {
    checkTrainingConfig({...TRAINING, start, splits}, 3);
    expect(() => checkTrainingConfig({...TRAINING, start}, 3)).to.throw(
      RangeError,
      'start.regions must be all 3 where there are no splits, or they stay empty; got 2'
    );
  });
});

describe('regionsInPlay(training, config, iteration)', () => {
  it('are those of the start until splits may come', () => {
    const start = {regions: 2, warmUp: 0, balance: 0};
    const splits = {fromIteration: 4, toIteration: 5, every: 5};
    const at = (iteration: number) => regionsInPlay({start, splits}, {regions: 3}, iteration);
    expect([0, 3, 4, 9].map(at)).to.deep.equal([2, 2, 3, 3]);
    expect(regionsInPlay({}, {regions: 3}, 0)).to.equal(3);
    expect(regionsInPlay({start: {...start, regions: 3}}, {regions: 3}, 0)).to.equal(3);
  });
});

describe('isSplitDue(training, iteration)', () => {
  it('is from the first iteration to the last, every so many', () => {
    const training = {splits: {fromIteration: 4, toIteration: 10, every: 3}};
    const due = Array.from({length: 15}, (_, i) => i).filter(i => isSplitDue(training, i));
    expect(due).to.deep.equal([4, 7, 10]);
    expect(isSplitDue({}, 4)).to.equal(false);
  });
});

describe('PRESETS', () => {
  for (const {name, dataset, model, training} of PRESETS) {
    it(`are sound, and their data sets known: ${name}`, () => {
      checkModelConfig(model);
      checkTrainingConfig(training, model.regions);
      expect(DATASET_NAMES).to.include(dataset);
    });
  }
});

describe('findPreset(name)', () => {
  it('finds a preset by its name', () => {
    expect(findPreset('published-128').model.size).to.equal(128);
  });

  it('names the known ones', () => {
    expect(() => findPreset('tiny')).to.throw(
      /^preset: must be one of blobs-32, digits-64, .*published-128.*; got tiny$/
    );
  });
});
