/**
 * A graph in the format of ONNX, written node by node: as much of it as ReDO's networks need.
 *
 * The format is protocol buffers; fields and their numbers are those of `onnx.proto`, opset 17.
 */

/** Numbers of the fields, by message. */
const MODEL = {irVersion: 1, graph: 7, opsets: 8};
const OPSET = {version: 2};
const GRAPH = {nodes: 1, name: 2, initializers: 5, inputs: 11, outputs: 12};
const NODE = {inputs: 1, outputs: 2, type: 4, attributes: 5};
const ATTRIBUTE = {name: 1, float: 2, int: 3, string: 4, ints: 8, type: 20};
const TENSOR = {shape: 1, type: 2, name: 8, data: 9};
const VALUE = {name: 1, type: 2};
/** Kinds of attributes, and of numbers. */
const KIND = {float: 1, int: 2, string: 3, ints: 7};
const FLOAT32 = 1;
const INT64 = 7;

type Bytes = Uint8Array<ArrayBuffer>;

/** Whole numbers are `int`, others `float`: a float that may be whole is given as `{float}`. */
export type Attribute = number | string | readonly number[] | {float: number};

export class OnnxGraph {
  private readonly parts: Bytes[] = [];
  private names = 0;

  input(name: string, shape: readonly number[]): string {
    this.parts.push(message(GRAPH.inputs, value(name, shape)));
    return name;
  }

  output(name: string, shape: readonly number[]): void {
    this.parts.push(message(GRAPH.outputs, value(name, shape)));
  }

  /** A constant. */
  floats(values: Float32Array, shape: readonly number[]): string {
    return this.constant(FLOAT32, new Uint8Array(values.slice().buffer), shape);
  }

  /** A constant list of whole numbers. */
  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(INT64, new Uint8Array(data.buffer), [values.length]);
  }

  /** @param inputs Names; an empty one leaves an input out. @returns The name of its only output. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `v${this.names++}`
  ): string {
    const node = [
      ...inputs.map(name => message(NODE.inputs, text(name))),
      message(NODE.outputs, text(output)),
      message(NODE.type, text(type)),
      ...Object.entries(attributes).map(([name, each]) =>
        message(NODE.attributes, attribute(name, each))
      ),
    ];
    this.parts.push(message(GRAPH.nodes, joined(node)));
    return output;
  }

  /** The model as a file has it. */
  model(): Bytes {
    const graph = joined([message(GRAPH.name, text('graph')), ...this.parts]);
    return joined([
      number(MODEL.irVersion, 8),
      message(MODEL.graph, graph),
      message(MODEL.opsets, number(OPSET.version, 17)),
    ]);
  }

  private constant(type: number, data: Bytes, shape: readonly number[]): string {
    const name = `c${this.names++}`;
    const tensor = joined([
      ...shape.map(size => number(TENSOR.shape, size)),
      number(TENSOR.type, type),
      message(TENSOR.name, text(name)),
      message(TENSOR.data, data),
    ]);
    this.parts.push(message(GRAPH.initializers, tensor));
    return name;
  }
}

/** `ValueInfoProto` of float32. */
function value(name: string, shape: readonly number[]): Bytes {
  const dimensions = joined(shape.map(size => message(1, number(1, size))));
  const tensor = joined([number(1, FLOAT32), message(2, dimensions)]);
  return joined([message(VALUE.name, text(name)), message(VALUE.type, message(1, tensor))]);
}

function attribute(name: string, given: Attribute): Bytes {
  const named = message(ATTRIBUTE.name, text(name));
  const typed = (kind: number, ...fields: Bytes[]): Bytes =>
    joined([named, ...fields, number(ATTRIBUTE.type, kind)]);
  if (typeof given === 'string') return typed(KIND.string, message(ATTRIBUTE.string, text(given)));
  if (typeof given === 'number') return typed(KIND.int, number(ATTRIBUTE.int, given));
  if ('float' in given) return typed(KIND.float, float(ATTRIBUTE.float, given.float));
  return typed(KIND.ints, ...given.map(each => number(ATTRIBUTE.ints, each)));
}

/** Seven bits a byte, the lowest first; every byte but the last has its highest bit set. */
function variable(given: number): number[] {
  const bytes: number[] = [];
  let rest = given;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

/** A field that is a whole number of at least 0. */
function number(field: number, given: number): Bytes {
  return Uint8Array.from([...variable(field * 8), ...variable(given)]);
}

function float(field: number, given: number): Bytes {
  return joined([
    Uint8Array.from(variable(field * 8 + 5)),
    new Uint8Array(Float32Array.of(given).buffer),
  ]);
}

/** A field that is a string, bytes or a message. */
function message(field: number, content: Bytes): Bytes {
  const head = Uint8Array.from([...variable(field * 8 + 2), ...variable(content.length)]);
  return joined([head, content]);
}

function text(given: string): Bytes {
  return new TextEncoder().encode(given);
}

function joined(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
