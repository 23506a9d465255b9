/**
 * Reads Python pickles as data. Nothing in them is ever called: where a pickle asks for a function or
 * a class, only those that the caller lists by name are known, as plain constructors of data, and
 * anything else ends the reading with the name of what was asked for.
 *
 * An iterative machine over an allow-list of opcodes (pickletools.py describes them), those that
 * Python writes under protocols 2 to 5 for containers, numbers, text and listed globals. Time and
 * memory grow with the length of the pickle: opcodes only ever push references, numbers are short,
 * and lengths are held against the bytes that are there before anything is made of them.
 */

/** What a pickle can hold. Lists are arrays, dicts maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Tuple
  | Global
  | Made;

export class Tuple {
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** A function or class that was asked for and is listed. */
export class Global {
  /** `module.name`. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What a listed global made, or a persistent id stands for: opaque to the pickle. */
export class Made {
  readonly kind: string;
  readonly value: unknown;

  constructor(kind: string, value: unknown) {
    this.kind = kind;
    this.value = value;
  }
}

export interface PickleRules {
  /** By `module.name`: makes data of the arguments; null for a name that may be given but not called. */
  globals: Readonly<Record<string, ((args: readonly PickleValue[]) => PickleValue) | null>>;
  /** Names of globals whose products take attributes, which are ignored. */
  takesState: ReadonlySet<string>;
  /** What a persistent id stands for. */
  persistent?: (id: PickleValue) => PickleValue;
}

/** Numbers beyond this are refused: Python's integers can be as long as the file. */
const MAX_INTEGER_BYTES = 64;

const MARK = Symbol('mark');

/**
 * Reads one pickle.
 *
 * @param start Where in `bytes` it begins.
 * @returns Its value, and where the next byte after it is.
 * @throws Error saying at which byte what is not allowed, or that the file ends too early.
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  rules: PickleRules
): {value: PickleValue; end: number} {
  return new Machine(bytes, start, rules).run();
}

class Machine {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly rules: PickleRules;
  private at: number;
  private opcodeAt: number;
  private readonly stack: (PickleValue | typeof MARK)[] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(bytes: Uint8Array, start: number, rules: PickleRules) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.rules = rules;
    this.at = this.opcodeAt = start;
  }

  run(): {value: PickleValue; end: number} {
    for (;;) {
      this.opcodeAt = this.at;
      const opcode = this.byte();
      if (opcode === 0x2e) return {value: this.pop(), end: this.at}; // STOP
      this.step(opcode);
    }
  }

  private step(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        this.checkProtocol(this.byte());
        return;
      case 0x95: // FRAME: length of what follows, of which the end of the bytes is guard enough
        this.take(8);
        return;

      case 0x4e: // NONE
        this.stack.push(null);
        return;
      case 0x88: // NEWTRUE
        this.stack.push(true);
        return;
      case 0x89: // NEWFALSE
        this.stack.push(false);
        return;
      case 0x4a: // BININT
        this.stack.push(this.view.getInt32(this.take(4), true));
        return;
      case 0x4b: // BININT1
        this.stack.push(this.byte());
        return;
      case 0x4d: // BININT2
        this.stack.push(this.view.getUint16(this.take(2), true));
        return;
      case 0x8a: // LONG1
        this.stack.push(this.integer(this.byte()));
        return;
      case 0x8b: // LONG4
        this.stack.push(this.integer(this.uint32()));
        return;
      case 0x47: // BINFLOAT, the one number that is big-endian
        this.stack.push(this.view.getFloat64(this.take(8), false));
        return;

      case 0x58: // BINUNICODE
        this.stack.push(this.text(this.uint32()));
        return;
      case 0x8c: // SHORT_BINUNICODE
        this.stack.push(this.text(this.byte()));
        return;
      case 0x8d: // BINUNICODE8
        this.stack.push(this.text(this.uint64()));
        return;
      case 0x54: // BINSTRING, text of Python 2
        this.stack.push(this.text(this.uint32()));
        return;
      case 0x55: // SHORT_BINSTRING
        this.stack.push(this.text(this.byte()));
        return;
      case 0x42: // BINBYTES
        this.stack.push(this.slice(this.uint32()));
        return;
      case 0x43: // SHORT_BINBYTES
        this.stack.push(this.slice(this.byte()));
        return;
      case 0x8e: // BINBYTES8
        this.stack.push(this.slice(this.uint64()));
        return;

      case 0x28: // MARK
        this.stack.push(MARK);
        return;
      case 0x30: // POP
        if (this.stack.pop() === undefined) this.fail('must have something to pop');
        return;
      case 0x31: // POP_MARK
        this.toMark();
        return;
      case 0x5d: // EMPTY_LIST
      case 0x8f: // EMPTY_SET, read as a list
        this.stack.push([]);
        return;
      case 0x61: // APPEND
        this.append([this.pop()]);
        return;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        this.append(this.toMark());
        return;
      case 0x6c: // LIST
        this.stack.push(this.toMark());
        return;
      case 0x29: // EMPTY_TUPLE
        this.stack.push(new Tuple([]));
        return;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        this.stack.push(new Tuple(this.popSome(opcode - 0x84)));
        return;
      case 0x74: // TUPLE
        this.stack.push(new Tuple(this.toMark()));
        return;
      case 0x7d: // EMPTY_DICT
        this.stack.push(new Map());
        return;
      case 0x64: // DICT
        this.setItems(new Map(), this.toMark(), true);
        return;
      case 0x73: // SETITEM
        this.setItems(undefined, this.popSome(2));
        return;
      case 0x75: // SETITEMS
        this.setItems(undefined, this.toMark());
        return;

      case 0x71: // BINPUT
        this.memo.set(this.byte(), this.top());
        return;
      case 0x72: // LONG_BINPUT
        this.memo.set(this.uint32(), this.top());
        return;
      case 0x94: // MEMOIZE
        this.memo.set(this.memo.size, this.top());
        return;
      case 0x68: // BINGET
        this.recall(this.byte());
        return;
      case 0x6a: // LONG_BINGET
        this.recall(this.uint32());
        return;

      case 0x63: // GLOBAL
        this.stack.push(this.global(this.line(), this.line()));
        return;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.popSome(2);
        this.stack.push(this.global(module!, name!));
        return;
      }
      case 0x69: // INST: never written for data, but it names what it wants
        this.global(this.line(), this.line());
        return this.fail('must not use the opcode INST');
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [callee, args] = this.popSome(2);
        this.stack.push(this.call(callee!, args!));
        return;
      }
      case 0x62: {
        // BUILD
        this.pop();
        const built = this.top();
        const kind = built instanceof Made ? built.kind : built instanceof Map ? 'dict' : '';
        if (!this.rules.takesState.has(kind)) {
          this.fail(
            `must not set the state of anything but ${[...this.rules.takesState].join(', ')}`
          );
        }
        return;
      }
      case 0x51: // BINPERSID
        this.stack.push(this.persistent(this.pop()));
        return;
      default:
        this.fail(`must not use the opcode 0x${opcode.toString(16).padStart(2, '0')}`);
    }
  }

  private checkProtocol(protocol: number): void {
    if (protocol < 2 || protocol > 5) this.fail(`must be of protocol 2 to 5; got ${protocol}`);
  }

  private global(module: PickleValue, name: PickleValue): Global {
    const full = `${nameOf(module)}.${nameOf(name)}`;
    if (!Object.hasOwn(this.rules.globals, full)) {
      this.fail(`asks for ${full}, which is not among what weights are made of`);
    }
    return new Global(full);
  }

  private call(callee: PickleValue, args: PickleValue): PickleValue {
    const make = callee instanceof Global ? this.rules.globals[callee.name] : undefined;
    if (!make || !(args instanceof Tuple)) {
      const what = callee instanceof Global ? callee.name : 'something that it made itself';
      this.fail(`must not call ${what}`);
    }
    try {
      return make(args.items);
    } catch (error) {
      this.fail((error as Error).message);
    }
  }

  private persistent(id: PickleValue): PickleValue {
    if (!this.rules.persistent) this.fail('must not refer to anything outside of itself');
    try {
      return this.rules.persistent(id);
    } catch (error) {
      this.fail((error as Error).message);
    }
  }

  private append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) this.fail('must append to a list');
    for (const item of items) list.push(item);
  }

  private setItems(
    dict: Map<PickleValue, PickleValue> | undefined,
    items: readonly PickleValue[],
    push = false
  ): void {
    const target = dict ?? this.top();
    if (!(target instanceof Map)) this.fail('must set the items of a dict');
    if (items.length % 2 !== 0) this.fail('must give each key a value');
    for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
    if (push) this.stack.push(target);
  }

  private recall(key: number): void {
    const value = this.memo.get(key);
    if (value === undefined) this.fail(`must recall what it memorized; got ${key}`);
    this.stack.push(value);
  }

  private top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK) this.fail('must have a value on its stack');
    return value;
  }

  private pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  private popSome(count: number): PickleValue[] {
    const values = Array.from({length: count}, () => this.pop());
    return values.reverse();
  }

  /** Takes everything above the last mark, and the mark. */
  private toMark(): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) this.fail('must have set a mark');
    return this.stack.splice(mark).slice(1) as PickleValue[];
  }

  /** Passes over `count` bytes. @returns Where they begin. */
  private take(count: number): number {
    if (count > this.bytes.length - this.at) {
      this.fail(`must go on for ${count} bytes; got ${this.bytes.length - this.at} (truncated?)`);
    }
    const begin = this.at;
    this.at += count;
    return begin;
  }

  private byte(): number {
    return this.bytes[this.take(1)]!;
  }

  private uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  private uint64(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }

  private slice(length: number): Uint8Array {
    const begin = this.take(length);
    return this.bytes.subarray(begin, begin + length);
  }

  private text(length: number): string {
    return new TextDecoder().decode(this.slice(length));
  }

  /** Text up to the end of the line. */
  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) this.fail('must end its line (truncated?)');
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  /** A little-endian two's complement number; a bigint only if a number can't hold it. */
  private integer(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) {
      this.fail(`must have integers of at most ${MAX_INTEGER_BYTES} bytes; got ${length}`);
    }
    const bytes = this.slice(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  private fail(what: string): never {
    throw new Error(`pickle: at byte ${this.opcodeAt} it ${what}`);
  }
}

function nameOf(value: PickleValue): string {
  return typeof value === 'string' ? value.replaceAll(/[^\w.]/g, '?').slice(0, 100) : '?';
}
