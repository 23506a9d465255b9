import {expect} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import {codeAt, coordinatesOf} from '../../../core/session/code-plane.js';
import {SURVEY_COLUMNS, surveyGrid} from '../../../core/session/latent.js';
import {Session} from '../../../core/session/session.js';
import type {Resource} from '../../../core/graph/resource.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle, until} from '../../fixtures/idle.js';
import {sceneContrast, sceneMasks} from '../../fixtures/scene.js';

async function opened(engine = new FakeEngine({size: 16, codeSize: 4, iteration: 400})) {
  const session = new Session(engine);
  await session.open({preset: 'discs-3', weights: 'none', seed: 1});
  return {engine, session, latent: session.latent};
}

const watch = (...nodes: Resource<unknown>[]) =>
  effect(() => nodes.forEach(node => void node.state.value));

/** Codes that were surveyed since a number of requests. */
const surveyed = (engine: FakeEngine, since = 0) =>
  engine
    .bodies('survey')
    .slice(since)
    .flatMap(each => [...each.codes]);

describe('session.latent', () => {
  it('asks for nothing while nobody watches', async () => {
    const {engine} = await opened();
    await idle(engine);
    expect(engine.begun.map(each => each.kind)).to.deep.equal(['open']);
  });

  it('plane holds the components that were not chosen, and stays while the code moves on it', async () => {
    const {session, latent} = await opened();
    latent.choice.value = {kind: 'dimensions', x: 3, y: 1};
    session.codes.set(0, Float32Array.of(0.5, 1, 2, 3));
    const plane = latent.plane.value!;
    expect([...plane.origin]).to.deep.equal([0.5, 0, 2, 0]);
    expect(coordinatesOf(plane, session.codes.all[0]!.value)).to.deep.equal([3, 1]);
    session.codes.set(0, codeAt(plane, [-1, 2]));
    expect([...session.codes.all[0]!.value]).to.deep.equal([0.5, 2, 2, -1]);
    expect(latent.plane.value).to.equal(plane);
    session.codes.setValue(0, 2, 0);
    expect([...latent.plane.value!.origin]).to.deep.equal([0.5, 0, 0, 0]);
  });

  it('plane is that of the region in hand, and takes what a smaller model has', async () => {
    const engine = new FakeEngine({size: 16, codeSize: 2});
    const {session, latent} = await opened(engine);
    session.region.value = 2;
    const code = session.codes.all[2]!.value;
    expect(coordinatesOf(latent.plane.value!, code)).to.deep.equal([...code]);
    latent.choice.value = {kind: 'dimensions', x: 5, y: 1};
    const {x, y} = latent.plane.value!;
    expect([[...x], [...y]]).to.deep.equal([
      [0, 1],
      [1, 0],
    ]);
  });

  it('survey draws the region on a grid of the plane, a few codes a request', async () => {
    const {engine, session, latent} = await opened();
    session.region.value = 1;
    watch(latent.survey);
    await idle(engine);
    const {region, pictures, plane} = latent.survey.state.value.value!;
    expect(region).to.equal(1);
    expect(pictures).to.have.length(SURVEY_COLUMNS ** 2);
    const bodies = engine.bodies('survey');
    expect(bodies.map(each => each.codes.length)).to.deep.equal([8, 8, 8, 8, 8, 8, 1]);
    expect(bodies.every(each => each.region === 1 && each.side === 16)).to.equal(true);
    const codes = surveyGrid().map(at => codeAt(plane, at));
    expect(surveyed(engine)).to.deep.equal(codes);
    expect([...codes[0]!.slice(0, 2)]).to.deep.equal([-2.5, 2.5]);
    expect([...codes[24]!.slice(0, 2)]).to.deep.equal([0, 0]);
  });

  it('survey asks for fewer codes at a time, and for smaller pictures, where images are large', async () => {
    const {engine, session, latent} = await opened(new FakeEngine({size: 128, codeSize: 2}));
    watch(latent.survey);
    await until(() => engine.count('survey') === 2);
    const bodies = engine.bodies('survey');
    expect(bodies.map(({codes, side}) => [codes.length, side])).to.deep.equal([
      [2, 64],
      [2, 64],
    ]);
    await session.dispose();
  });

  it('survey is asked for anew for another plane, region or masks, not for a code on the plane', async () => {
    const {engine, session, latent} = await opened();
    watch(latent.survey, session.views.segmentation);
    await idle(engine);
    const asked = async (change: () => void) => {
      const before = engine.count('survey');
      change();
      await idle(engine);
      return engine.count('survey') - before;
    };
    expect(await asked(() => session.codes.setValue(0, 1, 2))).to.equal(0);
    expect(await asked(() => session.codes.setValue(1, 3, 2))).to.equal(0);
    expect(await asked(() => session.codes.setValue(0, 3, 2))).to.equal(7);
    expect(await asked(() => (latent.choice.value = {kind: 'dimensions', x: 0, y: 3}))).to.equal(7);
    expect(await asked(() => (session.region.value = 1))).to.equal(7);
    const {masks} = session.views.segmentation.state.value.value!;
    expect(await asked(() => session.maskEdits.commit({...masks}))).to.equal(7);
    expect(engine.bodies('survey').at(-1)!.masks).to.deep.equal(masks);
    expect(await asked(() => session.training.step(1))).to.equal(7);
  });

  it('survey has one request in flight at most, and what is out of date is left', async () => {
    const {engine, session, latent} = await opened();
    watch(latent.survey);
    const release = engine.hold('survey');
    await until(() => engine.count('survey') === 1);
    for (let i = 0; i < 10; i++) {
      session.codes.setValue(0, 3, i / 10);
      await until(() => engine.unanswered <= 1);
    }
    release();
    await idle(engine);
    const ends = surveyed(engine).map(code => code[3]!);
    expect(ends.slice(-49).every(value => Math.abs(value - 0.9) < 1e-6)).to.equal(true);
    expect(latent.survey.state.value.value!.plane.origin[3]).to.be.closeTo(0.9, 1e-6);
  });

  it('survey gives way to the redraw of its region', async () => {
    const {engine, session, latent} = await opened();
    watch(session.views.redraws.value[0]!);
    await idle(engine);
    const release = engine.hold('redraw');
    session.codes.setValue(0, 0, 1);
    watch(latent.survey);
    await until(() => engine.count('redraw') === 2);
    await idle(engine, 1);
    expect(engine.count('survey')).to.equal(0);
    release();
    await idle(engine);
    expect(engine.count('survey')).to.equal(7);
  });

  it('survey waits for the end of training', async () => {
    const {engine, session, latent} = await opened();
    watch(latent.survey);
    await idle(engine);
    session.training.play();
    await until(() => session.history.length > 20);
    expect(engine.count('survey')).to.equal(7);
    session.training.pause();
    await idle(engine);
    expect(engine.count('survey')).to.equal(14);
  });

  it('directions are found once for all codes, and span the plane when they are chosen', async () => {
    const {engine, session, latent} = await opened();
    latent.choice.value = {kind: 'principal'};
    watch(latent.survey);
    await idle(engine);
    expect(engine.count('covariance')).to.equal(1);
    const {vectors, shares} = latent.directions.state.value.value!;
    expect(vectors).to.have.length(4);
    expect(shares.reduce((sum, share) => sum + share)).to.be.closeTo(1, 1e-6);
    // The frozen texture depends on three components, and hardly on the last.
    expect(Math.abs(vectors[3]![3]!)).to.be.above(0.99);
    const plane = latent.plane.value!;
    expect([plane.x, plane.y]).to.deep.equal(vectors.slice(0, 2));
    session.codes.set(0, codeAt(plane, [1, -1]));
    await idle(engine);
    expect(latent.plane.value).to.equal(plane);
    expect([engine.count('covariance'), engine.count('survey')]).to.deep.equal([1, 7]);
    session.region.value = 1;
    expect(latent.plane.value).to.equal(undefined);
    await idle(engine);
    expect([engine.count('covariance'), engine.count('survey')]).to.deep.equal([2, 14]);
  });

  it('effects are the change from one standard deviation below the code to one above', async () => {
    const {engine, session, latent} = await opened();
    const code = Float32Array.of(0.1, -0.4, 0.7, 1);
    session.codes.set(0, code);
    watch(latent.effects);
    await idle(engine);
    const {values, region} = latent.effects.state.value.value!;
    expect(region).to.equal(0);
    const masks = sceneMasks(0, 16, 3, 1 - 0.97 * Math.exp(-10));
    values.forEach((value, d) => {
      const moved = (by: number) => code.map((each, i) => (i === d ? each + by : each));
      expect(value).to.be.closeTo(sceneContrast(masks, 0, moved(-1), moved(1)), 1e-6);
    });
    expect(values[0]).to.be.above(0.1);
    expect(values[3]).to.equal(0);
    session.codes.setValue(0, 2, 0);
    await idle(engine);
    expect(engine.count('contrast')).to.equal(2);
  });

  it('effects of a long code are asked for in pieces', async () => {
    const {engine, latent} = await opened(new FakeEngine({size: 16, codeSize: 19}));
    watch(latent.effects);
    await idle(engine);
    expect(engine.bodies('contrast').map(each => each.codes.length)).to.deep.equal([8, 8, 3]);
    expect(latent.effects.state.value.value!.values).to.have.length(19);
  });

  it('state an error, and load again', async () => {
    const {engine, latent} = await opened();
    engine.failNext('survey', 'lost');
    watch(latent.survey);
    await idle(engine);
    expect(latent.survey.state.value).to.deep.include({pending: false, value: undefined});
    expect(latent.survey.state.value.error!.message).to.equal('lost');
    latent.survey.reload();
    await idle(engine);
    expect(latent.survey.state.value.error).to.equal(undefined);
    expect(latent.survey.state.value.value!.pictures).to.have.length(49);
  });

  it('end with the session', async () => {
    const {engine, session, latent} = await opened();
    watch(latent.survey, latent.effects);
    await until(() => engine.count('survey') === 2);
    await session.dispose();
    await idle(engine);
    const {length} = engine.begun;
    expect(engine.count('survey')).to.be.below(7);
    await idle(engine);
    expect(engine.begun).to.have.length(length);
  });
});
