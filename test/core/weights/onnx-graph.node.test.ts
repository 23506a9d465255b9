import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {OnnxGraph} from '../../../core/weights/onnx-graph.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('OnnxGraph', () => {
  it('writes a model as protocol buffers', () => {
    const graph = new OnnxGraph();
    graph.node('Relu', [graph.input('x', [2])], {}, 'y');
    graph.output('y', [2]);
    assert.equal(
      text(graph.model()),
      '\x08\x08' + // IR version 8
        '\x3a\x37' + // the graph, 55 bytes
        '\x12\x05graph' +
        '\x5a\x0f\x0a\x01x\x12\x0a\x0a\x08\x08\x01\x12\x04\x0a\x02\x08\x02' + // input x: float32 [2]
        '\x0a\x0c\x0a\x01x\x12\x01y\x22\x04Relu' +
        '\x62\x0f\x0a\x01y\x12\x0a\x0a\x08\x08\x01\x12\x04\x0a\x02\x08\x02' +
        '\x42\x02\x10\x11' // opset 17
    );
  });

  it('writes attributes of each kind, with their kind', () => {
    const graph = new OnnxGraph();
    graph.node('Any', [], {a: 300, b: 'no', c: [1, 2], d: {float: 1}}, 'y');
    const model = text(graph.model());
    for (const attribute of [
      '\x2a\x09\x0a\x01a\x18\xac\x02\xa0\x01\x02', // 300 = 44 + 2 · 128
      '\x2a\x0a\x0a\x01b\x22\x02no\xa0\x01\x03',
      '\x2a\x0a\x0a\x01c\x40\x01\x40\x02\xa0\x01\x07',
      '\x2a\x0b\x0a\x01d\x15\x00\x00\x80\x3f\xa0\x01\x01',
    ]) {
      assert.ok(model.includes(attribute), JSON.stringify(attribute));
    }
  });

  it('writes constants with their shape, type and bytes', () => {
    const graph = new OnnxGraph();
    const a = graph.floats(Float32Array.of(1, -2), [1, 2]);
    const b = graph.integers([-1]);
    assert.notEqual(a, b);
    const model = text(graph.model());
    for (const constant of [
      `\x08\x01\x08\x02\x10\x01\x42\x02${a}\x4a\x08\x00\x00\x80\x3f\x00\x00\x00\xc0`,
      `\x08\x01\x10\x07\x42\x02${b}\x4a\x08${'\xff'.repeat(8)}`,
    ]) {
      assert.ok(model.includes(constant), JSON.stringify(constant));
    }
  });
});
