/** Published weights dropped on a viewer, and a training kept and gone on with, on the real engine. */

import {expect, fixture, html, waitUntil} from '@open-wc/testing';

import type {RedoViewer} from '../../components/redo-viewer.js';
import '../../components/redo-viewer.js';
import {ModelShelf} from '../../core/session/model-shelf.js';
import {FakeModelStore} from '../fixtures/fake-model-store.js';
import {keepEngine} from '../fixtures/kept-engine.js';

const PATIENCE = {timeout: 110_000, interval: 20};

const FILES = import.meta.glob<string>('../../../shared/reference/*.pth', {
  query: '?url',
  import: 'default',
});

describe('model files in redo-viewer [wasm]', function () {
  this.timeout(120_000);
  keepEngine({backend: 'wasm'});

  let el: RedoViewer;
  const session = () => el.session!;
  const ready = (what: string) =>
    waitUntil(() => session().status.value === 'ready', what, PATIENCE);

  async function train(count: number): Promise<void> {
    const end = session().iteration.value + count;
    session().training.step(count);
    await waitUntil(() => session().iteration.value === end, `${count} iterations`, PATIENCE);
    await ready('a rest');
  }

  beforeEach(async () => {
    el = await fixture<RedoViewer>(
      html`<redo-viewer preset="blobs-32" weights="none" backend="wasm"></redo-viewer>`
    );
    await waitUntil(() => el.session?.model.value !== undefined, 'a model', PATIENCE);
    await ready('a rest');
  });

  const paths = Object.entries(FILES);
  if (paths.length === 0) {
    it('skipped: shared/reference beside the checkout has no .pth', function () {
      this.skip();
    });
  }
  for (const [path, address] of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    it(`redraws by ${name}, dropped on it`, async () => {
      const file = new File([await (await fetch(await address())).arrayBuffer()], name);
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(file);
      el.dispatchEvent(new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true}));
      await waitUntil(() => session().place.value?.weights.fileName === name, 'the file', PATIENCE);
      const redraws = () => session().views.redraws.value.map(({state}) => state.value);
      await waitUntil(
        () => redraws().length === 2 && redraws().every(({value, pending}) => value && !pending),
        'redraws',
        PATIENCE
      );
      expect(redraws().map(({value}) => value!.composition.width)).to.deep.equal([128, 128]);
      expect(session().failure.value?.error.message).to.equal(undefined);
    });
  }

  it('goes on from a training that was kept to the numbers of one without a break', async () => {
    const store = new FakeModelStore();
    store.limitBytes = 2 ** 30;
    const shelf = new ModelShelf(store);
    await train(3);
    expect(await shelf.keep(session(), 'kept')).to.equal(true);
    await train(3);
    const whole = new Uint8Array(await session().snapshot());
    await session().reset(5);
    const {id} = shelf.models.value[0]!;
    const bytes = (await shelf.read(id))!;
    await session().openFile({name: 'kept', arrayBuffer: async () => bytes});
    expect(session().iteration.value).to.equal(3);
    await train(3);
    expect(new Uint8Array(await session().snapshot())).to.deep.equal(whole);
  });
});
