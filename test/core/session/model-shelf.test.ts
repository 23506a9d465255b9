import {expect} from '@open-wc/testing';
import {ModelShelf, modelShelfOf} from '../../../core/session/model-shelf.js';
import {DatabaseStore} from '../../../core/session/model-store.js';
import {Session} from '../../../core/session/session.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {FakeModelStore} from '../../fixtures/fake-model-store.js';
import {until} from '../../fixtures/idle.js';

async function opened(iteration = 60) {
  const session = new Session(new FakeEngine({iteration}));
  await session.open({preset: 'discs-2', weights: 'none', seed: 1});
  return session;
}

async function shelf(store = new FakeModelStore()) {
  const shelf = new ModelShelf(store);
  await until(() => shelf.working.value === 0);
  return {shelf, store};
}

describe('ModelShelf', () => {
  it('keep(session, name) keeps the whole training and what is told of it', async () => {
    const {shelf: models} = await shelf();
    const session = await opened();
    expect(await models.keep(session, 'moss')).to.equal(true);
    const [kept] = models.models.value;
    expect(kept).to.include({name: 'moss', dataset: 'discs', iteration: 60, size: 32, regions: 2});
    expect(kept!.sizeBytes).to.be.above(0);
    expect(await models.read(kept!.id)).to.deep.equal(await session.snapshot());
    expect(models.space.value!.usedBytes).to.equal(kept!.sizeBytes);
  });

  it('gives each its own id, renames and removes', async () => {
    const {shelf: models} = await shelf();
    const session = await opened();
    for (const name of ['a', 'b', 'c']) await models.keep(session, name);
    const [first, second] = models.models.value;
    expect(new Set(models.models.value.map(({id}) => id)).size).to.equal(3);
    await models.rename(first!, 'A');
    await models.remove(second!.id);
    expect(models.models.value.map(({name}) => name)).to.deep.equal(['A', 'c']);
    expect(await models.read(first!.id)).to.be.instanceOf(ArrayBuffer);
  });

  it('says that there is no room, loses nothing, and keeps it once there is', async () => {
    const {shelf: models, store} = await shelf();
    const session = await opened();
    await models.keep(session, 'first');
    store.limitBytes = 20;
    expect(await models.keep(session, 'second')).to.equal(false);
    expect(models.issue.value!.kind).to.equal('full');
    expect(models.models.value.map(({name}) => name)).to.deep.equal(['first']);
    store.limitBytes = 1000;
    models.issue.value!.retry();
    await until(() => models.models.value.length === 2);
    expect(models.issue.value).to.equal(undefined);
  });

  it('says that the browser refuses', async () => {
    const store = new FakeModelStore();
    store.forbidden = true;
    const {shelf: models} = await shelf(store);
    expect(models.issue.value!.kind).to.equal('forbidden');
    expect(await models.read(1)).to.equal(undefined);
  });

  it('is one for all who ask', () => {
    const store = new FakeModelStore();
    expect(modelShelfOf(store)).to.equal(modelShelfOf(store));
  });
});

describe('DatabaseStore', () => {
  const kept = {name: 'moss', dataset: 'blobs', size: 32, regions: 2, iteration: 5, sizeBytes: 3};
  let store: DatabaseStore;

  beforeEach(() => (store = new DatabaseStore('redo-viewer/test-models')));
  afterEach(async () => {
    await store.close();
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase('redo-viewer/test-models');
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error!);
    });
  });

  it('keeps files and what is told of them beyond its own life', async () => {
    await store.put({...kept, id: 2}, Uint8Array.of(1, 2, 3).buffer);
    await store.put({...kept, id: 1}, Uint8Array.of(4).buffer);
    await store.put({...kept, id: 2, name: 'fern'});
    await store.close();
    const other = new DatabaseStore('redo-viewer/test-models');
    expect((await other.list()).map(({id, name}) => [id, name])).to.deep.equal([
      [1, 'moss'],
      [2, 'fern'],
    ]);
    expect([...new Uint8Array(await other.read(2))]).to.deep.equal([1, 2, 3]);
    await other.remove(2);
    expect(await other.list()).to.have.length(1);
    let message = '';
    await other.read(2).catch((error: Error) => (message = error.message));
    expect(message).to.match(/^models: the file must be kept/);
    await other.close();
  });

  it('keeps neither the file nor what is told of it where one of them fails', async () => {
    const broken = {...kept, id: 3, name: (() => 'no data') as unknown as string};
    let failed = false;
    await store.put(broken, Uint8Array.of(1).buffer).catch(() => (failed = true));
    expect(failed).to.equal(true);
    expect(await store.list()).to.have.length(0);
    await store.read(3).then(
      () => expect.fail('the file must not be kept'),
      (error: Error) => expect(error.message).to.match(/must be kept/)
    );
  });

  it('tells the space where the browser does', async () => {
    const space = await store.space();
    expect(space!.freeBytes).to.be.above(0);
  });
});
