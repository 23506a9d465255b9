/**
 * The two updates of an iteration, as the paper's Algorithm 1 and the loop of `train.py` tell them.
 *
 * Each is a generator that stops after every phase. The phases between sample and gradients only
 * look: they compute in the open, from the same weights and spectral vectors, what the gradients
 * compute anyway. `look: false` leaves them out and gives the same numbers.
 */

import * as tf from '@tensorflow/tfjs-core';

import type {NetworkName, TrainingConfig} from '../model/config.js';
import {drawRegions, regionPrefix, score, segment} from '../model/redo.js';
import type {ModelState} from '../model/state.js';
import type {Moments} from '../nn/conditional-norm.js';
import type {Adam} from './adam.js';
import type {Batches} from './batches.js';
import {discriminatorPass, gradientNorms, type Gradients, generatorPass} from './gradients.js';
import {Held, readNumbers} from './held.js';
import type {Lesson, Lessons} from './lessons.js';
import {
  adversarialLoss,
  type Batch,
  composeAll,
  hingeLoss,
  recoveryLoss,
  redraw,
  regionAreas,
} from './losses.js';
import type {IterationValues, Phase} from './report.js';
import {balanceRegions} from './start.js';

/** What an update works on and with; it owns none of it. */
export interface Workplace {
  state: ModelState;
  training: TrainingConfig;
  batches: Pick<Batches, 'batch' | 'images'>;
  optimizers: Record<NetworkName, Adam>;
  /** Labelled images that f is taught by too. */
  lessons?: Lessons;
  /** Iterations completed before this one. */
  iteration: number;
  /** Whether to run the phases that only look. */
  look: boolean;
  /** Filled in as the numbers become known. */
  values: IterationValues;
}

/** Names each phase as it ends. Ending it early (`return()`) frees what it holds. */
export type Update = AsyncGenerator<Phase, void>;

/** GeneratorUpdate: f, G and δ. */
export async function* generatorUpdate(at: Workplace): Update {
  const {state, training, values, look} = at;
  const {config} = state;
  const held = new Held();
  try {
    const batch = held.take(await at.batches.batch(at.iteration, 'generator'));
    const lesson = at.lessons && held.take(await lessonOf(at.lessons, at.iteration));
    advanceGenerators(state, batch);
    state.advance('discriminator');
    state.advance('encoder');
    yield 'sample';

    if (look) {
      const masks = held.keep(() =>
        segment(state.weights('mask'), batch.images, config, batch.noise)
      );
      values.areas = await readNumbers(() => regionAreas(masks));
      yield 'masks';
      const unused = held.take(passingMoments());
      const drawn = held.keep(() => {
        const weights = state.weights('generator');
        return drawRegions(weights, masks, batch.codes, batch.regions, config, unused);
      });
      yield 'redraw';
      const fakes = held.keep(() => composeAll(drawn, masks, batch));
      yield 'compose';
      const scores = held.keep(() => score(state.weights('discriminator'), fakes, config));
      [values.scoreRedrawn] = await readNumbers(() => tf.mean(scores));
      yield 'score';
      [values.recoveryLoss] = await readNumbers(() =>
        recoveryLoss(state.weights('encoder'), {drawn, fakes}, batch, config)
      );
      yield 'recover';
      [values.generatorLoss] = await readNumbers(() => adversarialLoss(scores));
      yield 'losses';
    }

    const moments = held.take(passingMoments());
    const pass = held.take(generatorPass(state, batch, training.lambdaZ, moments, lesson));
    if (look) await measureGradients(at, pass.gradients);
    yield 'gradients';

    applyGradients(at, pass.gradients);
    const {start} = training;
    if (start && at.iteration < start.balance) balanceRegions(state, batch.images, start.regions);
    handOver(moments, state);
    const [adversarial, recovery, ...others] = await readNumbers(() => tf.clone(pass.numbers));
    const areas = others.slice(0, config.regions);
    Object.assign(values, {generatorLoss: adversarial, recoveryLoss: recovery, areas});
    if (lesson) values.supervisedLoss = others[config.regions];
    yield 'update';
  } finally {
    held.dispose();
  }
}

/** DiscriminatorUpdate: D, on real images and on images that the networks redraw as they are now. */
export async function* discriminatorUpdate(at: Workplace): Update {
  const {state, training, values, look} = at;
  const {config} = state;
  const held = new Held();
  try {
    const use = training.variant === 'published' ? 'generator' : 'discriminator';
    const batch = held.take(await at.batches.batch(at.iteration, use));
    const real = held.take(await at.batches.images(at.iteration, 'real'));
    advanceGenerators(state, batch);
    yield 'sample';

    const moments = held.take(passingMoments());
    const fakes = held.keep(() => {
      const weights = {mask: state.weights('mask'), generator: state.weights('generator')};
      return redraw(weights, batch, config, moments).fakes;
    });
    handOver(moments, state);
    if (look) {
      yield 'redraw';
      yield 'compose';
    }

    // D sees the real images first, and each of its forward passes makes a power iteration.
    state.advance('discriminator');
    const onReal = held.take(state.copyVectors('discriminator'));
    state.advance('discriminator');
    const vectors = {real: onReal, fakes: state.vectors('discriminator')};
    if (look) {
      const scores = held.keep(() => ({
        real: score(state.weights('discriminator', {}, vectors.real), real, config),
        fakes: score(state.weights('discriminator', {}, vectors.fakes), fakes, config),
      }));
      [values.scoreReal] = await readNumbers(() => tf.mean(scores.real));
      [values.scoreRedrawn] = await readNumbers(() => tf.mean(scores.fakes));
      yield 'score';
      [values.discriminatorLoss] = await readNumbers(() => hingeLoss(scores.real, scores.fakes));
      yield 'losses';
    }

    const pass = held.take(discriminatorPass(state, real, fakes, vectors));
    if (look) await measureGradients(at, pass.gradients);
    yield 'gradients';

    applyGradients(at, pass.gradients);
    const [discriminatorLoss, scoreReal, scoreRedrawn] = await readNumbers(() =>
      tf.clone(pass.numbers)
    );
    Object.assign(values, {discriminatorLoss, scoreReal, scoreRedrawn});
    yield 'update';
  } finally {
    held.dispose();
  }
}

async function lessonOf({batches, weight}: Lessons, iteration: number): Promise<Lesson> {
  return {...(await batches.batch(iteration)), weight};
}

type PassingMoments = Extract<Moments, {use: 'batch'}>;

/** The power iterations of a forward pass of the generators that a batch redraws. */
function advanceGenerators(state: ModelState, {regions}: Batch): void {
  for (const k of regions) state.advance('generator', regionPrefix(k));
}

/** Batch normalisation over the batch at hand; instance normalisation, which has no moments, looks past it. */
function passingMoments(): PassingMoments {
  return {use: 'batch', updated: {}};
}

/** Gives the moments that a forward pass left to the state, which owns them from here on. */
function handOver(moments: PassingMoments, state: ModelState): void {
  state.replaceParameters('generator', moments.updated);
  moments.updated = {};
}

/** Adds the norms of one side's gradients to the other's. */
async function measureGradients({values}: Workplace, gradients: Gradients): Promise<void> {
  const norms = await readNumbers(() => gradientNorms(gradients));
  const own = Object.keys(gradients).map((network, i) => [network, norms[i]!] as const);
  values.gradientNorms = {...values.gradientNorms, ...Object.fromEntries(own)};
}

function applyGradients({state, optimizers, iteration}: Workplace, gradients: Gradients): void {
  for (const [network, own] of Object.entries(gradients)) {
    optimizers[network as NetworkName].apply(state, own, iteration);
  }
}
