import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {initialize, type Layer, parameterSpecs, trainedNames} from '../../../core/nn/parameters.js';
import {Random} from '../../../datasets/random.js';
import {describeOn} from '../../support/backends.js';

const LAYERS: Layer[] = [
  {kind: 'conv', name: 'c', kernel: 3, in: 4, out: 8, bias: true, spectral: false},
  {kind: 'conv', name: 'free', kernel: 1, in: 2, out: 2, bias: false, spectral: true},
  {kind: 'dense', name: 'd', in: 9, out: 100},
  {kind: 'norm', name: 'n', channels: 3},
  {kind: 'moments', name: 'm', channels: 3},
  {kind: 'gate', name: 'a.gamma'},
];

describe('parameterSpecs(layer)', () => {
  it('names the tensors of each kind of layer, in the order of PyTorch', () => {
    const specs = LAYERS.flatMap(parameterSpecs).map(({name, shape}) => `${name} ${shape}`);
    expect(specs).to.deep.equal([
      'c.weight 3,3,4,8',
      'c.bias 8',
      'free.weight 1,1,2,2',
      'd.weight 9,100',
      'd.bias 100',
      'n.weight 3',
      'n.bias 3',
      'm.running_mean 3',
      'm.running_var 3',
      'a.gamma 1',
    ]);
  });
});

describe('trainedNames(layers)', () => {
  it('leaves out running moments', () => {
    expect(trainedNames(LAYERS)).to.deep.equal([
      'c.weight',
      'c.bias',
      'free.weight',
      'd.weight',
      'd.bias',
      'n.weight',
      'n.bias',
      'a.gamma',
    ]);
  });
});

describeOn('cpu', 'initialize(layers, gain, random)', () => {
  it('makes weights orthogonal and biases uniform within one over the root of fan-in', async () => {
    const tensors = initialize(LAYERS, 0.8, new Random(1));
    const product = tf.tidy(() => {
      const w = tf.reshape(tensors['c.weight']!, [36, 8]);
      return tf.matMul(w, w, true);
    });
    const gram = await product.data();
    gram.forEach((value, i) => expect(value).to.be.closeTo(i % 9 === 0 ? 0.64 : 0, 1e-6));
    const bias = await tensors['d.bias']!.data();
    const largest = Math.max(...bias.map(Math.abs));
    expect(largest).to.be.at.most(1 / 3);
    expect(largest).to.be.above(0.9 / 3);
    expect(Math.min(...bias)).to.be.below(-0.9 / 3 + 0.1);
    tf.dispose([tensors, product] as tf.TensorContainer);
  });

  it('starts norms as the identity and gates closed', async () => {
    const tensors = initialize(LAYERS, 0.8, new Random(1));
    const values = async (name: string): Promise<number[]> => [...(await tensors[name]!.data())];
    expect(await values('n.weight')).to.deep.equal([1, 1, 1]);
    expect(await values('n.bias')).to.deep.equal([0, 0, 0]);
    expect(await values('m.running_mean')).to.deep.equal([0, 0, 0]);
    expect(await values('m.running_var')).to.deep.equal([1, 1, 1]);
    expect(await values('a.gamma')).to.deep.equal([0]);
    tf.dispose(tensors);
  });
});
