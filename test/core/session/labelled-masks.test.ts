import {expect} from '@open-wc/testing';
import type {Masks, Requests} from '../../../core/engine/protocol.js';
import {Session} from '../../../core/session/session.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {rejection} from '../../datasets/rejection.js';

const SIZE = 32;

/** The left columns are of region 1, the others of region 0. */
function painted(columns: number): Masks {
  const values = new Float32Array(2 * SIZE * SIZE);
  for (let i = 0; i < SIZE * SIZE; i++) values[(i % SIZE < columns ? SIZE * SIZE : 0) + i] = 1;
  return {width: SIZE, height: SIZE, regions: 2, values};
}

async function opened() {
  const engine = new FakeEngine({size: SIZE});
  const session = new Session(engine);
  await session.open({preset: 'discs-2', weights: 'none', seed: 1});
  const asked = () => engine.bodies('supervise').map(({supervision}) => supervision);
  const images = () => session.labels.list.value.map(({image}) => image.index);
  return {engine, session, asked, images};
}

type Examples = Exclude<
  NonNullable<Requests['supervise']['request']['supervision']>['examples'],
  {count: number}
>;

describe('LabelledMasks', () => {
  it('teaches f the painted masks of the image in hand, each pixel of its largest region', async () => {
    const {session, asked, images} = await opened();
    session.selectImage({split: 'test', index: 4});
    session.maskEdits.commit(painted(3));
    await session.label();
    const {weight, examples} = asked()[0]!;
    const [{image, labels}] = examples as unknown as [Examples[number]];
    expect(weight).to.equal(1);
    expect(image).to.deep.equal({split: 'test', index: 4});
    expect([...labels.slice(0, 5)]).to.deep.equal([1, 1, 1, 0, 0]);
    expect(images()).to.deep.equal([4]);
    expect(session.model.value!.supervision).to.deep.equal({count: 1, weight: 1});
  });

  it('has one set of labels an image, and takes any back', async () => {
    const {session, asked, images} = await opened();
    for (const [index, columns] of [
      [1, 3],
      [2, 3],
      [1, 5],
    ] as const) {
      session.selectImage({split: 'test', index});
      session.maskEdits.commit(painted(columns));
      await session.label();
    }
    expect(images()).to.deep.equal([2, 1]);
    await session.labels.setWeight(4);
    expect(asked().at(-1)!.weight).to.equal(4);
    await session.labels.remove({split: 'test', index: 2});
    await session.labels.remove({split: 'test', index: 1});
    expect(asked().at(-1)).to.equal(undefined);
    expect(images()).to.deep.equal([]);
    expect(session.model.value!.supervision).to.equal(undefined);
  });

  it('changes nothing where the engine refuses, or nothing is painted', async () => {
    const {engine, session, images} = await opened();
    expect(String(await rejection(session.label()))).to.match(/must be painted on/);
    session.maskEdits.commit(painted(3));
    engine.failNext('supervise', 'no room');
    expect(String(await rejection(session.label()))).to.match(/no room/);
    expect(images()).to.deep.equal([]);
  });

  it('outlives a reset, and is gone with other images or another model', async () => {
    const {session, images} = await opened();
    const label = async (): Promise<void> => {
      session.maskEdits.commit(painted(3));
      await session.label();
    };
    await label();
    await session.reset(2);
    expect(images()).to.deep.equal([0]);
    await session.useDataset('discs');
    expect(images()).to.deep.equal([]);
    await label();
    await session.open({preset: 'discs-3', weights: 'none', seed: 1});
    expect(images()).to.deep.equal([]);
  });
});
