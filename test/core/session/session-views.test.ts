import {expect} from '@open-wc/testing';
import {STRIP_LENGTH} from '../../../core/session/session.js';
import {idle} from '../../fixtures/idle.js';
import {opened, OPEN, watch, watchAll} from '../../fixtures/opened-session.js';

describe('session.views', () => {
  it('compute nothing while nobody watches', async () => {
    const {engine} = await opened();
    await idle(engine);
    expect(engine.begun.map(each => each.kind)).to.deep.equal(['open']);
  });

  it('ask once for samples and masks, and once a region for its redraw', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    expect(engine.count('samples')).to.equal(1);
    expect(engine.count('segment')).to.equal(1);
    expect(engine.bodies('redraw').map(each => each.region)).to.deep.equal([0, 1, 2]);
    expect(engine.bodies('samples')[0]!.images).to.have.length(STRIP_LENGTH);
    expect(session.views.redraws.value[2]!.state.value.value!.region.width).to.equal(32);
  });

  it('redraw one region, and nothing else, for a change of its code', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    session.codes.setValue(1, 0, 2.5);
    await idle(engine);
    expect(engine.count('segment')).to.equal(1);
    expect(engine.count('samples')).to.equal(1);
    const redraws = engine.bodies('redraw').slice(3);
    expect(redraws.map(each => each.region)).to.deep.equal([1]);
    expect(redraws[0]!.code[0]).to.equal(2.5);
  });

  it('drop what a scrub leaves behind and land its end', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    const release = engine.hold('redraw');
    for (let i = 0; i <= 100; i++) session.codes.setValue(1, 0, i / 100);
    release();
    await idle(engine);
    const scrubbed = engine.bodies('redraw').slice(3);
    expect(scrubbed.map(each => each.code[0])).to.deep.equal([0, 1]);
  });

  it('score each redraw, and of a scrub its end alone', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    watch(...session.views.scores.value);
    await idle(engine);
    expect(engine.bodies('score').map(({region}) => region)).to.deep.equal([0, 1, 2]);
    const {state} = session.views.scores.value[1]!;
    const before = state.value.value;
    const release = engine.hold('redraw');
    for (let i = 0; i <= 100; i++) session.codes.setValue(1, 0, i / 100);
    // While the hand moves, the last score stays.
    expect(state.value.value).to.equal(before);
    release();
    await idle(engine);
    expect(engine.bodies('score').map(({region}) => region)).to.deep.equal([0, 1, 2, 1]);
    expect(state.value.value).to.deep.equal({score: 1 / 4});
  });

  it('have no score where there is no model', async () => {
    const {engine, session} = await opened();
    watch(...session.views.scores.value);
    await idle(engine);
    const {state} = session.views.scores.value[1]!;
    expect(state.value.value!.score).to.satisfy(Number.isFinite);
    void session.open({...OPEN, preset: 'discs-2'});
    expect(state.value.value).to.equal(undefined);
    await idle(engine);
  });

  it('ask for masks and redraws, not for samples, when another image of the page is picked', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    session.selectImage({split: 'test', index: 3});
    await idle(engine);
    expect([
      engine.count('samples'),
      engine.count('segment'),
      engine.count('redraw'),
    ]).to.deep.equal([1, 2, 6]);
    session.selectImage({split: 'test', index: 39});
    await idle(engine);
    expect(engine.bodies('samples')[1]!.images.map(each => each.index)).to.deep.equal([
      36, 37, 38, 39,
    ]);
  });

  it('redraw with edited masks without asking for f’s', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    const masks = session.views.segmentation.state.value.value!.masks;
    session.maskEdits.commit({...masks});
    await idle(engine);
    expect(engine.count('segment')).to.equal(1);
    expect(
      engine
        .bodies('redraw')
        .slice(3)
        .every(each => each.masks)
    ).to.equal(true);
  });

  it('keep edited masks through training, and forget them with another image or model', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    const edited = {...session.views.segmentation.state.value.value!.masks};
    session.maskEdits.commit(edited);
    session.training.step(1);
    await idle(engine);
    await session.reset(3);
    await idle(engine);
    expect(session.maskEdits.present.value).to.equal(edited);
    expect(engine.bodies('redraw').at(-1)!.masks!.values).to.deep.equal(edited.values);
    session.selectImage({split: 'test', index: 1});
    expect(session.maskEdits.present.value).to.equal(undefined);
    expect(session.maskEdits.canUndo.value).to.equal(false);
    session.maskEdits.commit(edited);
    await session.open({...OPEN, preset: 'discs-2'});
    expect(session.maskEdits.present.value).to.equal(undefined);
  });

  it('read the codes back when asked to', async () => {
    const {engine, session} = await opened();
    watch(session.views.recovery);
    await idle(engine);
    const {recovered} = session.views.recovery.state.value.value!;
    expect(recovered).to.have.length(3);
    expect(engine.bodies('recover')[0]!.codes).to.have.length(3);
    expect(engine.count('redraw')).to.equal(0);
  });

  it('state the error of one node and leave the others', async () => {
    const {engine, session} = await opened();
    engine.failNext('segment', 'lost');
    watchAll(session);
    await idle(engine);
    expect(session.views.segmentation.state.value.error!.message).to.equal('lost');
    expect(session.views.redraws.value[0]!.state.value.value).to.not.equal(undefined);
    expect(session.status.value).to.equal('ready');
    session.views.segmentation.reload();
    await idle(engine);
    expect(session.views.segmentation.state.value.error).to.equal(undefined);
  });
});
