import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {gzipSync} from 'node:zlib';

import type {ModelConfig} from '../../../core/model/config.js';
import {readModel} from '../../../core/training/read-model.js';
import {unpackGzip} from '../../../core/weights/gzip.js';
import {type NamedArray, writeSafetensors} from '../../../core/weights/safetensors.js';
import {publishedArrays, tar} from '../../support/model-files.js';
import * as p from '../../support/pickles.js';

const ROOT = join(import.meta.dirname, '../../..');
const SHARED = join(ROOT, '../shared/reference');

/** Small, and in no field what the published model has. */
const CONFIG: ModelConfig = {
  size: 32,
  regions: 3,
  codeSize: 5,
  widths: {mask: 8, generator: 2, discriminator: 4, encoder: 3},
  maskResidualBlocks: 2,
  attention: {generator: true, discriminator: false},
  normalization: 'batch',
  temperature: 1,
};

type Tensors = Iterable<readonly [string, NamedArray]>;

function file(tensors: Tensors): Uint8Array<ArrayBuffer> {
  return new Uint8Array(writeSafetensors(tensors));
}

function read(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path));
}

/** What `torch.save` writes of a dict of tensors, in both forms. */
function pytorch(tensors: Tensors): Uint8Array<ArrayBuffer>[] {
  const storages: Record<string, Float32Array> = {};
  const pairs = [...tensors].map(([name, {shape, values}], i): [string, p.Part] => {
    storages[String(i)] = values;
    return [name, p.tensor(shape, {count: values.length, key: String(i)})];
  });
  const root = p.dict(...pairs);
  const data = Object.entries(storages).map(
    ([key, values]) => [`archive/data/${key}`, new Uint8Array(values.buffer)] as const
  );
  return [
    p.stream(root, storages),
    p.archive({'archive/data.pkl': p.pickle(root), ...Object.fromEntries(data)}),
  ] as Uint8Array<ArrayBuffer>[];
}

function open(bytes: Uint8Array<ArrayBuffer>, dataset?: string) {
  return readModel(bytes, {seed: 3, dataset});
}

function only(network: string): [string, NamedArray][] {
  return [...publishedArrays(CONFIG)].filter(([name]) => name.startsWith(`${network}.`));
}

function bare(network: string): [string, NamedArray][] {
  return only(network).map(([name, array]) => [name.slice(network.length + 1), array]);
}

describe('readModel(file, options)', () => {
  for (const [what, config] of Object.entries({
    'three regions, normalised over the batch': CONFIG,
    'two regions, attention in D': {
      ...CONFIG,
      ...{size: 64, regions: 2, codeSize: 1, normalization: 'instance', maskResidualBlocks: 0},
      attention: {generator: false, discriminator: true},
    } satisfies ModelConfig,
    'four regions at 16 pixels': {...CONFIG, size: 16, regions: 4},
  })) {
    it(`infers the whole shape of a model from names and shapes: ${what}`, async () => {
      const {info, source} = await open(file(publishedArrays(config)));
      assert.deepEqual(info.config, config);
      assert.deepEqual(source.missing, []);
      assert.equal(source.form, 'safetensors');
      assert.deepEqual(
        Object.keys(source.assumed).sort(),
        ['batchSize', 'dataset', 'lambdaZ', 'learningRates', 'temperature'].sort()
      );
    });
  }

  it('takes the blobs for two regions, the digits for three, and what is named before all', async () => {
    const datasets = async (config: ModelConfig, named?: string) =>
      (await open(file(publishedArrays(config)), named)).info.dataset;
    assert.equal(await datasets({...CONFIG, regions: 2}), 'blobs');
    assert.equal(await datasets(CONFIG), 'colored-2-mnist');
    // The digits have no canvas of 16 pixels.
    assert.equal(await datasets({...CONFIG, size: 16}), 'blobs');
    assert.equal(await datasets(CONFIG, 'blobs'), 'blobs');
  });

  it('reads arrays under a prefix, and those that DataParallel wrapped', async () => {
    const arrays = [...publishedArrays(CONFIG)];
    const prefixed = arrays.flatMap(([name, array]): [string, NamedArray][] => [
      [`init/${name}`, array],
      [`after3/${name}`, array],
    ]);
    assert.deepEqual((await open(file(prefixed))).info.config, CONFIG);
    const wrapped = arrays.map(
      ([name, array]) => [name.replace('.', '.module.'), array] as [string, NamedArray]
    );
    assert.deepEqual((await open(file(wrapped))).info.config, CONFIG);
  });

  for (const [network, name] of Object.entries({
    netEncM: 'mask',
    netGenX: 'generator',
    netDX: 'discriminator',
    netRecZ: 'encoder',
  })) {
    it(`recognises ${network} alone by its names, in all forms`, async () => {
      const files = [file(only(network)), file(bare(network)), ...pytorch(bare(network))];
      for (const each of files) {
        const {source, info} = await open(each);
        const {missing} = source;
        assert.equal(missing.length, 3);
        assert.ok(!missing.some(each => each === name));
        assert.equal(
          info.config.widths[name as 'mask'],
          CONFIG.widths[name as 'mask'],
          'the width is its own'
        );
      }
    });
  }

  it('finds the model in .tar and .tar.gz, beside other files', async () => {
    const weights = file(publishedArrays(CONFIG));
    const other = new TextEncoder().encode('Weights of a model.');
    const archive = tar({
      'out/README': other,
      'out/._model.pth': weights,
      'out/model.pth': weights,
    });
    for (const each of [archive, new Uint8Array(gzipSync(archive))]) {
      const {source, info} = await open(each);
      assert.deepEqual(source.members, ['out/model.pth']);
      assert.deepEqual(info.config, CONFIG);
    }
  });

  it('puts a model together whose networks have a file each; refuses two models', async () => {
    const files = ['netEncM', 'netGenX', 'netDX', 'netRecZ'].map(
      network => [`${network}.pth`, pytorch(bare(network))[0]!] as const
    );
    const {source, info} = await open(tar(Object.fromEntries(files)));
    assert.deepEqual(source.missing, []);
    assert.deepEqual(info.config, CONFIG);
    const weights = file(publishedArrays(CONFIG));
    await assert.rejects(
      open(tar({'a.pth': weights, 'b.pth': weights})),
      /must hold one model; got several: a\.pth, b\.pth\. Unpack it/
    );
  });

  it('refuses networks of different models, saying in what they differ', async () => {
    const mixed = (change: Partial<ModelConfig>): Uint8Array<ArrayBuffer> => {
      const other = [...publishedArrays({...CONFIG, ...change})];
      return file([...only('netEncM'), ...other.filter(([name]) => !name.startsWith('netEncM'))]);
    };
    await assert.rejects(
      open(mixed({regions: 2})),
      /regions must be the same.*netEncM has 3, netGenX has 2/
    );
    const sizes = new Map([
      ...only('netGenX'),
      ...[...publishedArrays({...CONFIG, size: 64})].filter(([name]) => name.startsWith('netDX')),
    ]);
    await assert.rejects(open(file(sizes)), /size must be the same.*netGenX has 32, netDX has 64/);
  });

  it('names the array that is missing, misshapen, or not finite', async () => {
    const name = 'netDX.blocs.1.1.weight_orig';
    const arrays = publishedArrays(CONFIG);
    const array = arrays.get(name)!;
    array.values[2] = NaN;
    await assert.rejects(
      open(file(arrays)),
      /netDX\.blocs\.1\.1\.weight_orig must hold finite.*NaN/
    );
    arrays.set(name, {shape: [array.values.length], values: array.values});
    await assert.rejects(open(file(arrays)), /netDX\.blocs\.1\.1\.weight_orig must be \[/);
    arrays.delete(name);
    await assert.rejects(
      open(file(arrays)),
      /must hold netDX\.blocs\.1\.1\.weight_orig|size must be/
    );
  });

  it('says what files can be read of one that can’t', async () => {
    const text = (value: string) => new TextEncoder().encode(value);
    await assert.rejects(open(text('hello')), /must be safetensors.*begins with 68 65 6c 6c/);
    await assert.rejects(open(new Uint8Array()), /it is empty/);
    const tensors: Tensors = [['fc.weight', {shape: [1], values: Float32Array.of(1)}]];
    await assert.rejects(open(file(tensors)), /weights of ReDO's networks.*got fc\.weight/);
    await assert.rejects(open(tar({README: text('hello')})), /got README/);
  });

  for (const name of ['blobs-32', 'digits-64']) {
    it(`reads the shipped ${name}, with all that it states`, async () => {
      const {info, source} = await open(read(join(ROOT, `models/${name}.safetensors`)));
      assert.equal(info.preset, name);
      assert.equal(info.seed, 3);
      assert.deepEqual(source.assumed, {});
      assert.equal(source.form, 'checkpoint');
    });
  }

  for (const form of ['zip.pth', 'legacy.pth', 'safetensors']) {
    const path = join(SHARED, `tiny-2-regions.${form}`);
    const skip = existsSync(path) ? false : 'shared/reference is not beside the checkout';
    it(`reads tiny-2-regions.${form}`, {skip}, async () => {
      const {info, source} = await open(read(path));
      const {size, regions, codeSize, widths, attention} = info.config;
      assert.deepEqual([size, regions, codeSize], [128, 2, 8]);
      assert.deepEqual(widths, {mask: 8, generator: 2, discriminator: 4, encoder: 4});
      assert.deepEqual(attention, {generator: true, discriminator: true});
      assert.deepEqual(source.missing, []);
    });
  }
});

describe('unpackGzip(file, limit)', () => {
  it('stops at the limit and states it', async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(8 * 2 ** 20)));
    await assert.rejects(unpackGzip(bomb, 2 ** 20), /at most 1 MB/);
    assert.equal((await unpackGzip(bomb)).length, 8 * 2 ** 20);
  });

  it('refuses a stream that is cut short', async () => {
    const whole = new Uint8Array(gzipSync(new Uint8Array(1000)));
    await assert.rejects(unpackGzip(whole.slice(0, -4)), /must be whole/);
  });
});
