import {expect} from '@open-wc/testing';
import {fileStem} from '../../components/file-stem.js';

describe('fileStem(path)', () => {
  for (const [path, stem] of [
    ['blobs-32', 'blobs-32'],
    ['model.safetensors', 'model'],
    ['runs/a/best.pth', 'best'],
    ['https://a.org/models/lfw.tar.gz?v=2', 'lfw'],
    ['set.redo.zip', 'set'],
    ['my mugs (1).zip', 'my-mugs-1'],
    ['größe 花', 'größe-花'],
    ['../..', 'redo'],
    ['', 'redo'],
  ] as const) {
    it(`is ${stem} for ${JSON.stringify(path)}`, () => expect(fileStem(path)).to.equal(stem));
  }
});
