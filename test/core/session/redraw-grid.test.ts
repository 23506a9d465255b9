import {expect} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import {explorerOf} from '../../../core/session/explorer.js';
import {GRID_COLUMNS, GRID_ROWS, type Grid} from '../../../core/session/redraw-grid.js';
import {Session} from '../../../core/session/session.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle, until} from '../../fixtures/idle.js';

async function opened() {
  const engine = new FakeEngine({size: 16, codeSize: 3});
  const session = new Session(engine);
  await session.open({preset: 'discs-3', weights: 'none', seed: 1});
  const {grid} = explorerOf(session);
  const seen: Grid[] = [];
  const watch = () =>
    effect(() => {
      const {value} = grid.node.state.value;
      if (value) seen.push(value);
    });
  return {engine, session, grid, seen, watch, value: () => grid.node.state.value.value!};
}

describe('explorerOf(session).grid', () => {
  it('is the same for everyone, and asks for nothing while nobody watches', async () => {
    const {engine, session, grid} = await opened();
    expect(explorerOf(session).grid).to.equal(grid);
    await idle(engine);
    expect(engine.begun.map(each => each.kind)).to.deep.equal(['open']);
  });

  it('draws every image with the same codes, one request at a time', async () => {
    const {engine, grid, watch, value} = await opened();
    watch();
    let most = 0;
    await until(() => {
      most = Math.max(most, engine.unanswered);
      return grid.node.state.value.value?.rows.every(row => row) ?? false;
    });
    expect(most).to.equal(1);
    expect(value().rows).to.have.length(GRID_ROWS);
    expect(value().codes.map(each => each.length)).to.deep.equal(Array(3).fill(GRID_COLUMNS));
    const bodies = engine.bodies('compositions');
    expect(bodies).to.have.length(3 * GRID_ROWS);
    bodies.forEach(({image, region, codes, side}, i) => {
      expect([image.index, region, side]).to.deep.equal([Math.floor(i / 3), i % 3, 16]);
      expect(codes).to.deep.equal(grid.codes.value[region]);
    });
    value().rows.forEach(row => {
      expect(row!.redraws.map(({pictures}) => pictures.length)).to.deep.equal([4, 4, 4]);
    });
  });

  it('lands row by row', async () => {
    const {engine, seen, watch} = await opened();
    watch();
    await idle(engine);
    const counts = seen.map(({rows}) => rows.filter(row => row !== undefined).length);
    expect([...new Set(counts)]).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
  });

  it('shows the rows about the image in hand, and stays while that is one of them', async () => {
    const {engine, session, grid, watch, value} = await opened();
    watch();
    await idle(engine);
    session.selectImage({split: 'test', index: 5});
    await idle(engine);
    expect(engine.count('segment')).to.equal(6);
    session.selectImage({split: 'test', index: 20});
    await idle(engine);
    expect(grid.images.value.map(({index}) => index)).to.deep.equal([18, 19, 20, 21, 22, 23]);
    expect(value().images).to.equal(grid.images.value);
    session.selectImage({split: 'test', index: 39});
    expect(grid.images.value.map(({index}) => index)).to.deep.equal([36, 37, 38, 39]);
    await idle(engine);
    expect(value().rows).to.have.length(4);
  });

  it('another seed gives other codes, and aborts what is under way', async () => {
    const {engine, grid, watch, value} = await opened();
    watch();
    await until(() => engine.count('compositions') === 4);
    const before = grid.codes.value;
    grid.seed.value = 2;
    await idle(engine);
    expect(grid.codes.value).to.not.deep.equal(before);
    expect(value().codes).to.equal(grid.codes.value);
    expect(engine.count('compositions')).to.equal(4 + 3 * GRID_ROWS);
    grid.seed.value = 1;
    expect(grid.codes.value).to.deep.equal(before);
  });

  it('with new weights keeps each row until it is drawn anew', async () => {
    const {engine, session, seen, watch} = await opened();
    watch();
    await idle(engine);
    const old = seen.at(-1)!.rows;
    seen.length = 0;
    session.training.step(1);
    await idle(engine);
    for (const {rows} of seen) {
      const fresh = rows.filter((row, i) => row !== old[i]).length;
      rows.forEach((row, i) => {
        expect(row === old[i]).to.equal(i >= fresh);
      });
    }
    expect(seen.at(-1)!.rows.some((row, i) => row === old[i])).to.equal(false);
  });

  it('while training is drawn anew about once a second, and at its end', async () => {
    const {engine, session, watch} = await opened();
    watch();
    await idle(engine);
    const start = performance.now();
    session.training.play();
    await until(() => session.history.length >= 40);
    session.training.pause();
    await idle(engine);
    const seconds = (performance.now() - start) / 1000;
    const grids = engine.count('segment') / GRID_ROWS - 1;
    // One at once, one a second, one at the end.
    expect(grids).to.be.within(1, 2 + Math.ceil(seconds));
    expect(grids).to.be.below(40);
  });

  it('ends in the middle when nobody watches any more, and with the session', async () => {
    const {engine, session, watch} = await opened();
    const stop = watch();
    await until(() => engine.count('compositions') === 2);
    stop();
    await idle(engine);
    const {length} = engine.begun;
    await idle(engine);
    expect(engine.begun).to.have.length(length);
    expect(engine.count('compositions')).to.be.below(5);
    watch();
    await until(() => engine.begun.length > length);
    await session.dispose();
    await idle(engine);
    expect(engine.count('compositions')).to.be.below(8);
  });

  it('states an error, keeps what it has, and is asked for again', async () => {
    const {engine, grid, watch, value} = await opened();
    engine.failNext('compositions', 'lost');
    watch();
    await idle(engine);
    expect(grid.node.state.value.error!.message).to.equal('lost');
    grid.node.reload();
    await idle(engine);
    expect(grid.node.state.value.error).to.equal(undefined);
    expect(value().rows.every(row => row)).to.equal(true);
  });
});
