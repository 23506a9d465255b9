import {expect} from '@open-wc/testing';
import {droppedFiles, isModelDrop, sourceOf} from '../../components/image-drop.js';

type Tree = {[name: string]: Tree | string};

/** A folder as a browser gives it: a hundred entries at a time. */
function entryOf(path: string, content: Tree | string): FileSystemEntry {
  const common = {fullPath: path, isFile: typeof content === 'string'};
  if (typeof content === 'string') {
    const file = (resolve: (file: File) => void) => resolve(new File([content], 'name'));
    return {...common, file} as unknown as FileSystemEntry;
  }
  const createReader = () => {
    const left = Object.entries(content).map(([name, inner]) => entryOf(`${path}/${name}`, inner));
    return {
      readEntries: (resolve: (entries: FileSystemEntry[]) => void) => resolve(left.splice(0, 100)),
    };
  };
  return {...common, createReader} as unknown as FileSystemEntry;
}

function dropOf(...entries: FileSystemEntry[]): DataTransfer {
  const items = entries.map(entry => ({webkitGetAsEntry: () => entry}));
  return {items, files: []} as unknown as DataTransfer;
}

describe('droppedFiles(data)', () => {
  it('goes through folders, however many files they hold', async () => {
    const many = Object.fromEntries(Array.from({length: 250}, (_, i) => [`${i}.png`, String(i)]));
    const files = await droppedFiles(
      dropOf(entryOf('/set', {images: many, masks: {'1.png': 'mask'}}), entryOf('/alone.png', 'x'))
    );
    expect(files).to.have.length(252);
    expect(files[249]!.path).to.equal('set/images/249.png');
    expect(await files[249]!.blob.text()).to.equal('249');
    expect(files.slice(250).map(({path}) => path)).to.deep.equal(['set/masks/1.png', 'alone.png']);
  });

  it('tells how many files it has found, and ends with the reason of the signal', async () => {
    const many = Object.fromEntries(Array.from({length: 250}, (_, i) => [`${i}.png`, String(i)]));
    const stopping = new AbortController();
    const counts: number[] = [];
    const onFound = (count: number) => {
      counts.push(count);
      if (count === 150) stopping.abort(new Error('enough'));
    };
    const search = {signal: stopping.signal, onFound};
    const reason = await droppedFiles(dropOf(entryOf('/set', many)), search).catch(
      (error: unknown) => error
    );
    expect((reason as Error).message).to.equal('enough');
    expect(counts[0]).to.equal(1);
    expect(counts.at(-1), 'files that were asked for with the 150th').to.be.within(150, 200);
  });

  it('takes files that are in no folder', async () => {
    const data = new DataTransfer();
    data.items.add(new File(['x'], 'a.png'));
    expect((await droppedFiles(data)).map(({path}) => path)).to.deep.equal(['a.png']);
  });
});

describe('sourceOf(files)', () => {
  const named = (...paths: string[]) => paths.map(path => ({path, blob: new Blob()}));

  it('is called as the folder, or the one file', () => {
    expect(sourceOf(named('set/a.png', 'set/b/c.png')).name).to.equal('set');
    expect(sourceOf(named('a.zip')).name).to.equal('a.zip');
    expect(sourceOf(named('a.png', 'set/b.png')).name).to.equal('your images');
  });
});

describe('isModelDrop(files)', () => {
  it('is one file with the ending of a model', () => {
    for (const name of ['a.safetensors', 'a.pth', 'a.PT', 'a.tar.gz']) {
      expect(isModelDrop([{name}]), name).to.equal(true);
    }
    expect(isModelDrop([{name: 'a.zip'}])).to.equal(false);
    expect(isModelDrop([{name: 'a.pth'}, {name: 'b.png'}])).to.equal(false);
    expect(isModelDrop([])).to.equal(false);
  });
});
