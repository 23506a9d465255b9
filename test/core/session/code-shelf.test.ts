import {expect} from '@open-wc/testing';
import {CodeShelf, shelfOf, snapCode} from '../../../core/session/code-shelf.js';
import {Session} from '../../../core/session/session.js';
import {formatEntries, parseEntries, type ShelfEntry} from '../../../core/session/shelf-file.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {FakeStorage} from '../../fixtures/fake-storage.js';
import {idle} from '../../fixtures/idle.js';

const SHAPE = {regions: 3, codeSize: 3};
const KEY = 'redo-viewer/codes/discs/3/3';

async function opened() {
  const engine = new FakeEngine({size: 16, codeSize: 3, iteration: 60});
  const session = new Session(engine);
  await session.open({preset: 'discs-3', weights: 'none', seed: 1});
  const storage = new FakeStorage();
  const shelf = shelfOf(session.model.value!, storage.source);
  const snap = (name: string) => snapCode(session, shelf, name);
  /** The shelf as another page finds it. */
  const elsewhere = () => new CodeShelf(KEY, SHAPE, storage.source);
  return {engine, session, storage, shelf, snap, elsewhere};
}

const names = (shelf: CodeShelf) => shelf.entries.value.map(({name}) => name);

describe('snapCode(session, shelf, name)', () => {
  it('keeps the code in hand with its region, image and model, then draws it small', async () => {
    const {engine, session, shelf, snap} = await opened();
    session.region.value = 1;
    session.selectImage({split: 'test', index: 5});
    const ended = snap('dark');
    const [entry] = shelf.entries.value;
    const code = session.codes.all[1]!.value;
    expect(entry).to.deep.include({name: 'dark', region: 1, image: 5, code});
    expect(entry!.model).to.deep.equal({config: session.model.value!.config, iteration: 60});
    expect(entry!.code).to.not.equal(code);
    expect(entry!.picture).to.equal(undefined);
    await ended;
    expect(shelf.entries.value[0]!.picture!.width).to.equal(16);
    expect(engine.bodies('survey')).to.have.length(1);
    expect(engine.bodies('survey')[0]).to.deep.include({region: 1, side: 16, codes: [code]});
  });

  it('keeps the code where it can not be drawn, says so, and draws when tried again', async () => {
    const {engine, shelf, snap} = await opened();
    engine.failNext('survey', 'survey: no');
    await snap('a');
    expect(names(shelf)).to.deep.equal(['a']);
    expect(shelf.issue.value).to.deep.include({kind: 'picture', message: 'survey: no'});
    shelf.issue.value!.retry();
    await idle(engine);
    expect(shelf.entries.value[0]!.picture).to.not.equal(undefined);
    expect(shelf.issue.value).to.equal(undefined);
  });

  it('says nothing of a picture whose model has been left', async () => {
    const {engine, session, shelf, snap} = await opened();
    const release = engine.hold('survey');
    const ended = snap('a');
    await idle(engine, 1);
    const left = session.dispose();
    release();
    await Promise.all([ended, left]);
    expect(names(shelf)).to.deep.equal(['a']);
    expect(shelf.issue.value).to.equal(undefined);
  });
});

describe('CodeShelf', () => {
  it('is one for all models of the same data set, regions and code size', async () => {
    const {session, storage, shelf} = await opened();
    const model = session.model.value!;
    expect(shelfOf({...model, config: {...model.config, size: 64}}, storage.source)).to.equal(
      shelf
    );
    for (const change of [{codeSize: 4}, {regions: 2}]) {
      const config = {...model.config, ...change};
      expect(shelfOf({...model, config}, storage.source)).to.not.equal(shelf);
    }
    const dataset = {...model.dataset, name: 'digits'};
    expect(shelfOf({...model, dataset}, storage.source)).to.not.equal(shelf);
  });

  it('is found again with all that it held', async () => {
    const {shelf, snap, elsewhere} = await opened();
    await snap('a');
    await snap('b');
    shelf.rename(shelf.entries.value[0]!.id, 'first');
    expect(elsewhere().entries.value).to.deep.equal(shelf.entries.value);
    expect(names(elsewhere())).to.deep.equal(['first', 'b']);
  });

  it('remove(id) and undo() go back one by one, each entry to its place', async () => {
    const {shelf, snap, elsewhere} = await opened();
    for (const name of ['a', 'b', 'c']) await snap(name);
    const [a, b] = shelf.entries.value;
    shelf.remove(b!.id);
    shelf.remove(a!.id);
    expect(names(shelf)).to.deep.equal(['c']);
    expect(names(elsewhere())).to.deep.equal(['c']);
    shelf.undo();
    expect(names(shelf)).to.deep.equal(['a', 'c']);
    shelf.undo();
    expect([names(shelf), shelf.canUndo.value]).to.deep.equal([['a', 'b', 'c'], false]);
    shelf.undo();
    expect(names(elsewhere())).to.deep.equal(['a', 'b', 'c']);
  });

  it('takes up what another page has saved, and not what itself took off', async () => {
    const {shelf, snap, elsewhere} = await opened();
    await snap('a');
    const other = elsewhere();
    other.add({...shelf.entries.value[0]!, name: 'theirs'});
    shelf.remove(shelf.entries.value[0]!.id);
    expect(names(shelf)).to.deep.equal(['theirs']);
    other.rename(other.entries.value[1]!.id, 'still theirs');
    await snap('b');
    expect(names(shelf)).to.deep.equal(['theirs', 'b']);
  });

  it('add(entry) refuses a code of another length', async () => {
    const {shelf, snap} = await opened();
    await snap('a');
    const entry = shelf.entries.value[0]!;
    expect(() => shelf.add({...entry, code: new Float32Array(4)})).to.throw(RangeError, 'got 4');
    expect(names(shelf)).to.deep.equal(['a']);
  });

  it('full: keeps all in memory, and saves when there is room', async () => {
    const {storage, shelf, snap, elsewhere} = await opened();
    await snap('a');
    storage.limit = storage.getItem(KEY)!.length + 10;
    await snap('b');
    expect(shelf.issue.value).to.deep.include({kind: 'full'});
    expect(names(shelf)).to.deep.equal(['a', 'b']);
    expect(names(elsewhere())).to.deep.equal(['a']);
    shelf.issue.value!.retry();
    expect(shelf.issue.value).to.deep.include({kind: 'full'});
    storage.limit = Infinity;
    shelf.issue.value!.retry();
    expect(shelf.issue.value).to.equal(undefined);
    expect(elsewhere().entries.value).to.deep.equal(shelf.entries.value);
  });

  it('forbidden: keeps all in memory, and finds what was saved when it may', async () => {
    const {storage, snap, shelf, elsewhere} = await opened();
    await snap('saved');
    storage.forbidden = true;
    const barred = elsewhere();
    expect(barred.issue.value).to.deep.include({kind: 'forbidden', message: 'access is denied'});
    barred.add({...shelf.entries.value[0]!, name: 'new'});
    expect(names(barred)).to.deep.equal(['new']);
    storage.forbidden = false;
    barred.issue.value!.retry();
    expect(barred.issue.value).to.equal(undefined);
    expect(names(elsewhere()).sort()).to.deep.equal(['new', 'saved']);
  });

  it('spoilt: leaves the text until it is told to write over it', async () => {
    for (const text of ['{"version": 1, "ent', '{"version": 7}', 'null', '[]']) {
      const {storage, snap, elsewhere, shelf} = await opened();
      await snap('a');
      storage.setItem(KEY, text);
      expect(elsewhere().issue.value, text).to.deep.include({kind: 'spoilt'});
      await snap('b');
      expect(storage.getItem(KEY)).to.equal(text);
      expect(names(shelf)).to.deep.equal(['a', 'b']);
      expect(shelf.issue.value).to.deep.include({kind: 'spoilt'});
      shelf.issue.value!.retry();
      expect(shelf.issue.value).to.equal(undefined);
      expect(names(elsewhere())).to.deep.equal(['a', 'b']);
    }
  });
});

describe('parseEntries(text, shape)', () => {
  const entry = async (): Promise<ShelfEntry> => {
    const {shelf, snap} = await opened();
    await snap('a');
    return shelf.entries.value[0]!;
  };

  it('gives back what formatEntries(entries) wrote, bit by bit', async () => {
    const one = await entry();
    expect(parseEntries(formatEntries([one]), SHAPE)).to.deep.equal({entries: [one]});
  });

  it('keeps the good entries beside spoilt ones, and counts those', async () => {
    const one = await entry();
    const spoilt: object[] = [
      {...one, code: [1, 2]},
      {...one, code: [1, null, 3]},
      {...one, region: 3},
      {...one, id: 'x'},
      {...one, name: undefined},
      {...one, image: -1},
      {...one, model: {}},
    ];
    const good = {...one, code: [...one.code]};
    const text = JSON.stringify({version: 1, entries: [...spoilt, good, null]});
    const {entries, problem} = parseEntries(text, SHAPE);
    expect(entries).to.have.length(1);
    expect(problem).to.include('got 8 of 9');
  });

  it('leaves out a picture that is no good', async () => {
    const one = await entry();
    const pictures = [{width: 2, height: 2, pixels: 'AAAA'}, {width: 2}, 'x', {pixels: '%'}];
    for (const picture of pictures) {
      const text = JSON.stringify({version: 1, entries: [{...one, code: [1, 2, 3], picture}]});
      const {entries, problem} = parseEntries(text, SHAPE);
      expect([entries[0]!.picture, problem]).to.deep.equal([undefined, undefined]);
    }
  });
});
