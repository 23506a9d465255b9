import {expect} from '@open-wc/testing';
import {isNamed, weightsUrl} from '../../../core/session/model-file.js';

describe('weightsUrl(preset, weights)', () => {
  it('is the shipped model of the preset, where there is one', () => {
    expect(weightsUrl('blobs-32')).to.match(/models\/blobs-32\.safetensors/);
    expect(weightsUrl('published-128')).to.equal(undefined);
  });

  it('is a shipped model by its name, also one without a preset', async () => {
    const url = weightsUrl('blobs-32', 'lfw-32')!;
    expect(url).to.match(/models\/lfw-32\.safetensors/);
    expect((await fetch(url)).ok).to.equal(true);
    expect(isNamed('lfw-32')).to.equal(true);
  });

  it('is an address as it was given, and nothing for new random weights', () => {
    for (const address of ['my/model.safetensors', 'https://example.org/a.pth', 'toString']) {
      expect(weightsUrl('blobs-32', address)).to.equal(address);
      expect(isNamed(address)).to.equal(false);
    }
    expect(weightsUrl('blobs-32', 'none')).to.equal(undefined);
    expect(isNamed('none')).to.equal(true);
  });
});
