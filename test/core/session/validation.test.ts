import {expect} from '@open-wc/testing';
import {History} from '../../../core/session/history.js';
import {Session} from '../../../core/session/session.js';
import {Validation} from '../../../core/session/validation.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle} from '../../fixtures/idle.js';

async function opened(wanted = true) {
  const engine = new FakeEngine();
  const session = new Session(engine);
  session.validation.wanted.value = wanted;
  await session.open({preset: 'discs-2', weights: 'none', seed: 1});
  const train = async (count: number): Promise<void> => {
    session.training.step(count);
    await idle(engine);
  };
  return {engine, session, train, looks: () => session.history.looks};
}

describe('Validation', () => {
  it('scores held-out images at the start, and at the earliest fifty iterations later', async () => {
    const {engine, train, looks} = await opened();
    expect(engine.count('evaluate')).to.equal(0);
    await train(120);
    expect(looks().iterations[0]).to.equal(0);
    looks().iterations.forEach((each, i, all) => {
      if (i > 0) expect(each - all[i - 1]!).to.be.at.least(50);
    });
    expect(looks().objectIou).to.deep.equal(looks().iterations.map(() => 0.8));
    expect(engine.bodies('evaluate')[0]).to.deep.equal({model: 1, split: 'val', count: 50});
  });

  it('looks every fifty iterations, and rests nine times as long as a look took', async () => {
    const engine = new FakeEngine();
    const session = new Session(engine);
    await session.open({preset: 'discs-2', weights: 'none', seed: 1});
    const info = session.model.value!;
    const history = new History();
    let time = 0;
    let stepMs = 0;
    const now = () => (time += stepMs);
    const validation = new Validation(engine, history, now);
    validation.wanted.value = true;
    const {signal} = new AbortController();
    const look = (iteration: number) => validation.look(info, iteration, signal);
    await look(0);
    await look(49);
    await look(50);
    expect(history.looks.iterations).to.deep.equal([0, 50]);
    // A look of 10 ms: so far the time goes on whenever it is asked for.
    stepMs = 10;
    await look(100);
    stepMs = 0;
    await look(150);
    time += 89;
    await look(160);
    expect(history.looks.iterations).to.deep.equal([0, 50, 100]);
    time += 1;
    await look(170);
    expect(history.looks.iterations).to.deep.equal([0, 50, 100, 170]);
  });

  it('scores nothing where nobody wants to see it', async () => {
    const {engine, train} = await opened(false);
    await train(60);
    expect(engine.count('evaluate')).to.equal(0);
  });

  it('is no reason not to train where it fails', async () => {
    const {engine, session, train, looks} = await opened();
    engine.failNext('evaluate', 'out of memory');
    await train(3);
    expect(session.iteration.value).to.equal(3);
    expect(session.failure.value).to.equal(undefined);
    expect(looks().iterations).to.not.include(0);
  });

  it('forgets with the history what is trained anew', async () => {
    const {session, train, looks} = await opened();
    await train(60);
    await session.goTo(0);
    await train(1);
    expect(looks().iterations.every(each => each <= 1)).to.equal(true);
    await session.reset(2);
    expect(looks().iterations.every(each => each === 0)).to.equal(true);
  });
});
