import {expect} from '@open-wc/testing';
import type {Masks} from '../../../core/engine/protocol.js';
import {MaskHistory} from '../../../core/session/mask-history.js';

/** Masks of 16 bytes. */
const masksOf = (value: number): Masks => ({
  width: 2,
  height: 1,
  regions: 2,
  values: Float32Array.of(value, value, 1 - value, 1 - value),
});

const [first, second, third] = [masksOf(0.1), masksOf(0.2), masksOf(0.3)] as const;

const can = ({canUndo, canRedo}: MaskHistory) => [canUndo.value, canRedo.value];

describe('MaskHistory', () => {
  it('begins with f’s masks and no way back', () => {
    const history = new MaskHistory();
    expect(history.present.value).to.equal(undefined);
    expect(can(history)).to.deep.equal([false, false]);
    history.undo();
    history.redo();
    expect(history.present.value).to.equal(undefined);
  });

  it('goes back and forth by what was committed', () => {
    const history = new MaskHistory();
    history.commit(first);
    history.commit(second);
    history.undo();
    expect(history.present.value).to.equal(first);
    history.undo();
    expect(history.present.value).to.equal(undefined);
    expect(can(history)).to.deep.equal([false, true]);
    history.redo();
    history.redo();
    expect(history.present.value).to.equal(second);
    expect(can(history)).to.deep.equal([true, false]);
  });

  it('counts a stroke as one entry, however much was seen of it', () => {
    const history = new MaskHistory();
    history.commit(first);
    history.preview(second);
    history.preview(third);
    expect(history.present.value).to.equal(third);
    history.commit(third);
    history.undo();
    expect(history.present.value).to.equal(first);
  });

  it('undo() drops a stroke under way', () => {
    const history = new MaskHistory();
    history.commit(first);
    history.preview(second);
    history.redo();
    history.undo();
    expect(history.present.value).to.equal(first);
    expect(can(history)).to.deep.equal([true, false]);
  });

  it('forgets what was undone when something else is done', () => {
    const history = new MaskHistory();
    history.commit(first);
    history.undo();
    history.commit(second);
    expect(can(history)).to.deep.equal([true, false]);
  });

  it('back to f’s masks is an entry, and nothing new is none', () => {
    const history = new MaskHistory();
    history.commit(undefined);
    expect(can(history)).to.deep.equal([false, false]);
    history.commit(first);
    history.commit(undefined);
    expect(history.present.value).to.equal(undefined);
    history.undo();
    expect(history.present.value).to.equal(first);
  });

  it('keeps no more bytes than its limit: the oldest give way', () => {
    const history = new MaskHistory(2 * first.values.byteLength);
    for (const masks of [first, second, third, masksOf(0.4)]) history.commit(masks);
    history.undo();
    history.undo();
    expect(history.present.value).to.equal(second);
    expect(history.canUndo.value).to.equal(false);
  });

  it('clear() forgets everything', () => {
    const history = new MaskHistory();
    history.commit(first);
    history.undo();
    history.preview(second);
    history.clear();
    expect(history.present.value).to.equal(undefined);
    expect(can(history)).to.deep.equal([false, false]);
    history.commit(third);
    history.undo();
    expect(history.present.value).to.equal(undefined);
  });
});
