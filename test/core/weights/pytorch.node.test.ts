import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';

import {readPytorch} from '../../../core/weights/pytorch.js';
import {type NamedArray, readSafetensors} from '../../../core/weights/safetensors.js';
import {Random} from '../../../datasets/random.js';
import * as p from '../../support/pickles.js';

const OWN = join(import.meta.dirname, '../../reference');
const SHARED = join(import.meta.dirname, '../../../../shared/reference');
const FORMS = ['zip', 'legacy'] as const;

/** Every error says which reader found it: anything else was not foreseen. */
const FORESEEN = /^(pickle|zip|pytorch): /;

function read(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

/** A checkpoint whose netDX holds one entry. */
function checkpoint(value: p.Part, name = 'weight'): p.Part {
  return p.dict(['netDX', p.dict([name, value])]);
}

const FOUR = {'0': Float32Array.of(0, 1, 2, 3)};

/** Both forms of a file that holds `root`. */
function forms(root: p.Part, storages: Record<string, Float32Array> = FOUR): Uint8Array[] {
  const entries = Object.entries(storages).map(
    ([key, values]) => [`archive/data/${key}`, new Uint8Array(values.buffer)] as const
  );
  return [
    p.stream(root, storages),
    p.archive({'archive/data.pkl': p.pickle(root), ...Object.fromEntries(entries)}),
  ];
}

function values(tensors: Map<string, NamedArray>, name: string): number[] {
  return [...tensors.get(`netDX.${name}`)!.values];
}

/** The message with which both forms are refused. */
function refusal(root: p.Part): string {
  const messages = forms(root).map(file => {
    try {
      readPytorch(file);
    } catch (error) {
      assert.match((error as Error).message, FORESEEN);
      // Where in the file it is, and how much of it is left, differs between the forms.
      return (error as Error).message.replace(/at byte \d+ /, '').replace(/got \d+ \(/, 'got … (');
    }
    throw new assert.AssertionError({message: 'must be refused'});
  });
  assert.equal(messages[0], messages[1]);
  return messages[0]!;
}

for (const form of FORMS) {
  describe(`readPytorch(file) of the ${form} form`, () => {
    const file = read(join(OWN, `kinds.${form}.pth`));

    it('reads tensors of every type, shape and stride that torch.save wrote', () => {
      const tensors = readPytorch(file);
      const shapes = Object.fromEntries(
        [...tensors].map(([name, {shape}]) => [name.replace('netDX.', ''), shape.join()])
      );
      assert.deepEqual(shapes, {
        float: '2,3',
        double: '5',
        half: '3',
        bfloat16: '3',
        long: '4',
        int: '4',
        short: '4',
        char: '4',
        byte: '4',
        bool: '2',
        scalar: '',
        empty: '0,3',
        parameter: '2,2',
        strided: '2,3',
        shared: '8',
        part: '2,2',
        'netEncM.weight': '1,2',
        'netEncM.bias': '1',
      });
      for (const [name, {values: found}] of tensors) {
        if (name.startsWith('netDX')) assert.deepEqual([...found], [...found.keys()], name);
      }
    });

    it('refuses the file cut off anywhere', () => {
      for (let length = 0; length < file.length; length++) {
        assert.throws(() => readPytorch(file.slice(0, length)), {message: FORESEEN}, `${length}`);
      }
    });

    it('reads or refuses the file with any bit flipped, within a second', () => {
      const random = new Random(0, 'flips', form);
      let refused = 0;
      for (let i = 0; i < 2000; i++) {
        const damaged = file.slice();
        const [at, bit] = [random.integer(file.length), random.integer(8)];
        damaged[at]! ^= 1 << bit;
        const startMs = performance.now();
        try {
          readPytorch(damaged);
        } catch (error) {
          refused++;
          assert.match((error as Error).message, FORESEEN, `bit ${bit} of byte ${at}`);
        }
        assert.ok(performance.now() - startMs < 1000, `bit ${bit} of byte ${at}`);
      }
      assert.ok(refused > 500, `${refused}`);
    });

    const weights = join(SHARED, `tiny-2-regions.${form}.pth`);
    const skip = !existsSync(weights) && 'there is no shared/reference beside the checkout';
    it('reads what the published code saved, to the bit', {skip}, () => {
      const tensors = readPytorch(read(weights));
      const bytes = readFileSync(join(SHARED, 'tiny-2-regions.safetensors'));
      const reference = readSafetensors(new Uint8Array(bytes).buffer).tensors;
      const initial = [...reference.keys()].filter(name => name.startsWith('init/'));
      assert.deepEqual([...tensors.keys()].map(name => `init/${name}`).sort(), initial.sort());
      for (const [name, array] of tensors) assert.deepEqual(array, reference.get(`init/${name}`));
    });
  });
}

describe('readPytorch(file)', () => {
  it('reads files that were put together by hand', () => {
    for (const file of forms(checkpoint(p.tensor([2, 2])))) {
      assert.deepEqual(values(readPytorch(file), 'weight'), [0, 1, 2, 3]);
    }
  });

  it('passes over what is no tensor', () => {
    const root = p.dict(
      ['netDX', p.dict(['weight', p.tensor([4])], ['note', p.text('x')])],
      ['iteration', p.integer(3)]
    );
    for (const file of forms(root)) assert.equal(readPytorch(file).size, 1);
  });

  const system = (...argument: p.Part[]): p.Part[] => [
    p.tuple(...(argument.length ? argument : [p.text('touch /tmp/owned')])),
  ];
  const HOSTILE: [what: string, value: p.Part, asked: RegExp][] = [
    [
      'REDUCE of a GLOBAL',
      [p.global('os', 'system'), system(), p.op.reduce],
      /asks for os\.system/,
    ],
    [
      'REDUCE of a STACK_GLOBAL',
      [p.text('posix'), p.text('system'), p.op.stackGlobal, system(), p.op.reduce],
      /asks for posix\.system/,
    ],
    [
      'a name that no one calls',
      [p.global('builtins', 'eval'), p.op.none, p.op.setItem],
      /asks for builtins\.eval/,
    ],
    ['INST', [p.op.mark, p.text('x'), p.instance('os', 'system')], /asks for os\.system/],
    [
      'INST of a listed class',
      [p.op.mark, p.instance('argparse', 'Namespace')],
      /must not use the opcode INST/,
    ],
    [
      'OBJ',
      [p.op.mark, p.global('subprocess', 'Popen'), p.text('x'), p.op.object],
      /asks for subprocess\.Popen/,
    ],
    [
      'OBJ of a listed class',
      [p.op.mark, p.global('argparse', 'Namespace'), p.op.object],
      /must not use the opcode 0x6f/,
    ],
    [
      'NEWOBJ',
      [p.global('subprocess', 'Popen'), system(), p.op.newObject],
      /asks for subprocess\.Popen/,
    ],
    [
      'BUILD with a state to set',
      [
        p.global('some.module', 'Trap'),
        p.op.emptyTuple,
        p.op.newObject,
        p.op.emptyDict,
        p.op.build,
      ],
      /asks for some\.module\.Trap/,
    ],
    ['BUILD of a list', [p.op.emptyList, p.op.emptyDict, p.op.build], /must not set the state/],
    [
      'BUILD of a tensor',
      [p.tensor([4]), p.op.emptyDict, p.op.build],
      /must not set the state of anything but dict, argparse\.Namespace/,
    ],
    [
      "PyTorch's own loader of pickles in pickles",
      [p.global('torch.storage', '_load_from_bytes'), system(), p.op.reduce],
      /asks for torch\.storage\._load_from_bytes/,
    ],
    [
      'a whole module class',
      [p.global('models', '_netEncM'), p.op.emptyTuple, p.op.reduce],
      /asks for models\._netEncM/,
    ],
    [
      'REDUCE of a storage type',
      [p.global('torch', 'FloatStorage'), system(), p.op.reduce],
      /must not call torch\.FloatStorage/,
    ],
    [
      'REDUCE of what was made',
      [p.text('os.system'), system(), p.op.reduce],
      /must not call something that it made itself/,
    ],
    [
      "names of JavaScript's own",
      [p.global('constructor', 'constructor'), p.op.emptyTuple, p.op.reduce],
      /asks for constructor\.constructor/,
    ],
    [
      'names that would break the message',
      [p.global('os\u001b[2J', 'system'), p.op.emptyTuple, p.op.reduce],
      /asks for os\?\?2J\.system/,
    ],
    ['extension codes', [0x82, 1], /must not use the opcode 0x82/],
    ['a persistent id as text', ['Pstorage\n'], /must not use the opcode 0x50/],
    ['a persistent id of another kind', [p.text('x'), p.op.persistentId], /must refer to storages/],
  ];
  for (const [what, value, asked] of HOSTILE) {
    it(`refuses ${what}, and says what it wanted`, () => {
      assert.match(refusal(checkpoint(value)), asked);
    });
  }

  const OUTSIDE: [what: string, value: p.Part, message: RegExp][] = [
    [
      'reach beyond its storage',
      p.tensor([5]),
      /within their storages; got \[5\] by \[1\] from 0 of 4/,
    ],
    ['begin beyond its storage', p.tensor([1], {offset: 4}), /within their storages/],
    ['stride beyond its storage', p.tensor([2], {strides: [4]}), /within their storages/],
    [
      'be larger than the file by strides of 0',
      p.tensor([2 ** 15, 2 ** 15], {strides: [0, 0]}),
      /tensors must not be larger than the file; netDX\.weight is/,
    ],
    [
      'have more elements than can be counted',
      p.tensor([2 ** 30, 2 ** 30], {strides: [0, 0]}),
      /within their storages/,
    ],
    ['have strides of other axes', p.tensor([2, 2], {strides: [1]}), /a size and strides/],
    ['claim more of its storage than there is', p.tensor([5], {count: 5}), /storage 0 must/],
    ['be of an unknown type', p.tensor([1], {type: 'ComplexFloatStorage'}), /torch\.ComplexFloat/],
    [
      'name a storage that is not there',
      p.tensor([1], {key: '7'}),
      /data\/7|storages must be known/,
    ],
  ];
  for (const [what, value, message] of OUTSIDE) {
    it(`refuses a tensor that would ${what}`, () => {
      for (const file of forms(checkpoint(value))) {
        assert.throws(() => readPytorch(file), {message});
      }
    });
  }

  it('holds lengths against the file before it makes anything of them', () => {
    const far = p.uint64(2n ** 62n);
    for (const value of [
      ['X', p.uint32(0xffffffff)],
      [0x8d, far],
      [0x8e, far],
      ['B', p.uint32(0x7fffffff)],
    ]) {
      assert.match(refusal(checkpoint(value)), /must go on for \d+ bytes/);
    }
    assert.match(refusal(checkpoint([0x8b, p.uint32(0x7fffffff)])), /integers of at most 64 bytes/);
  });

  it('takes time by the length of the file, however often it refers to itself', () => {
    // Each list holds the one before ten times: written out, 10^40 entries.
    let value: p.Part = [p.op.emptyList, p.put(0)];
    for (let level = 1; level < 40; level++) {
      const before = Array.from({length: 10}, () => p.get(level - 1));
      value = [value, p.op.emptyList, p.put(level), p.op.mark, ...before, p.op.appends];
    }
    const nested = ['('.repeat(39), value];
    assert.match(refusal(checkpoint(nested)), /must/);

    // A list in itself, and a hundred thousand one in the other.
    const cycle = [p.op.emptyList, p.put(0), p.get(0), p.op.append];
    const deep = [']'.repeat(100_000), 'a'.repeat(99_999)];
    for (const harmless of [cycle, deep]) {
      const root = p.dict(['netDX', p.dict(['weight', p.tensor([4])], ['note', harmless])]);
      for (const file of forms(root)) assert.equal(readPytorch(file).size, 1);
    }
  });

  it('refuses archives that are compressed, damaged, or hold no checkpoint', () => {
    const data = p.pickle(checkpoint(p.tensor([4])));
    const refused = (file: Uint8Array, message: RegExp): void =>
      assert.throws(() => readPytorch(file), {message});
    refused(p.archive({'archive/data.pkl': data}, 8), /must be stored as it is.*method 8/);
    refused(p.archive({'archive/other': data}), /must hold data\.pkl/);
    refused(
      p.archive({'a/data.pkl': data, 'a/byteorder': p.bytes('big')}),
      /must be little-endian/
    );
    const damaged = p.archive({'archive/data.pkl': data});
    damaged[damaged.indexOf(0x80)]! ^= 1; // first byte of the pickle
    refused(damaged, /^zip: archive\/data\.pkl must have its checksum/);
  });

  it('refuses other files by what they lack', () => {
    const refused = (file: Uint8Array, message: RegExp): void =>
      assert.throws(() => readPytorch(file), {message});
    refused(new Uint8Array(), /must be one that torch\.save wrote/);
    refused(p.bytes('some text'), /must be one that torch\.save wrote/);
    refused(p.pickle(p.integer(1)), /begins otherwise/);
    refused(p.stream(p.dict(['model', p.op.emptyDict])), /netEncM, .*; got model/);
    refused(p.stream(p.op.none), /got no dict/);
  });
});
