import {expect} from '@open-wc/testing';
import {Session} from '../../../core/session/session.js';
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
  it('scores held-out images at the start and every fifty iterations, while training', async () => {
    const {engine, train, looks} = await opened();
    expect(engine.count('evaluate')).to.equal(0);
    await train(120);
    const [first, ...later] = looks().iterations;
    expect(first).to.equal(0);
    expect(later).to.not.be.empty;
    later.forEach((each, i) => expect(each - looks().iterations[i]!).to.be.at.least(50));
    expect(looks().objectIou).to.deep.equal(looks().iterations.map(() => 0.8));
    expect(engine.bodies('evaluate')[0]).to.deep.equal({model: 1, split: 'val', count: 50});
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
