import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {RunLog} from '../../../core/session/run-log.js';
import {FakeRun, iterationLine, lookLine} from '../../fixtures/fake-run.js';

const {signal} = new AbortController();

const lines = (from: number, to: number, stepMs?: number) =>
  Array.from({length: to - from + 1}, (_, i) => iterationLine(from + i, stepMs));

function grown() {
  const run = new FakeRun();
  const log = new RunLog();
  return {run, log, readOn: () => log.readOn(run, signal)};
}

describe('RunLog.readOn(source)', () => {
  it('takes iterations and looks at validation images as they come', async () => {
    const {run, log, readOn} = grown();
    assert.equal(await readOn(), undefined, 'there is no log yet');
    run.log(...lines(1, 3), lookLine(3, 0.4));
    assert.equal(await readOn(), true);
    assert.deepEqual(log.history.iterations, [1, 2, 3]);
    assert.deepEqual(log.history.areas, [
      [0.7, 0.7, 0.7],
      [0.3, 0.3, 0.3],
    ]);
    assert.equal(await readOn(), false);
    run.log(...lines(4, 5), lookLine(5, 0.6));
    assert.equal(await readOn(), true);
    assert.deepEqual(log.history.iterations, [1, 2, 3, 4, 5]);
    assert.deepEqual(log.history.looks, {
      iterations: [3, 5],
      accuracy: [0.9, 0.9],
      objectIou: [0.4, 0.6],
    });
  });

  it('never reads again what it has read, but for a few bytes', async () => {
    const {run, readOn} = grown();
    run.log(...lines(1, 500));
    await readOn();
    const whole = run.reads[0]!.bytes;
    for (let i = 0; i < 20; i++) {
      run.log(iterationLine(501 + i));
      await readOn();
    }
    const again = run.reads.slice(1).reduce((sum, {bytes}) => sum + bytes, 0);
    assert.ok(whole > 50_000, `${whole}`);
    assert.ok(again < 20 * 600, `${again}`);
  });

  it('leaves half a line at the end for later', async () => {
    const {run, log, readOn} = grown();
    const text = `${JSON.stringify(iterationLine(2))}\n`;
    run.log(iterationLine(1), text.slice(0, 40));
    assert.equal(await readOn(), true);
    assert.deepEqual(log.history.iterations, [1]);
    assert.equal(await readOn(), false);
    run.log(text.slice(40));
    assert.equal(await readOn(), true);
    assert.deepEqual(log.history.iterations, [1, 2]);
    assert.equal(log.unreadable, 0);
  });

  it('begins again with a log that was cut, whether it is still shorter or has grown past it', async () => {
    for (const after of [0, 30]) {
      const {run, log, readOn} = grown();
      run.log(...lines(1, 20), lookLine(20, 0.5));
      await readOn();
      run.put('log.jsonl', '');
      run.log(...lines(1, 5), ...lines(6, 5 + after, 3));
      assert.equal(await readOn(), true);
      assert.deepEqual(
        log.history.iterations,
        lines(1, 5 + after).map(({iteration}) => iteration)
      );
      assert.deepEqual(log.history.looks.iterations, []);
    }
  });

  it('tells of collapses, and goes on with the try that followed', async () => {
    const {run, log, readOn} = grown();
    run.log(...lines(1, 4), lookLine(4, 0.1), {event: 'collapse', iteration: 4, reason: 'small'});
    run.log(...lines(1, 2), lookLine(2, 0.3));
    await readOn();
    assert.deepEqual(log.history.iterations, [1, 2]);
    assert.deepEqual(log.history.looks.objectIou, [0.3]);
    assert.deepEqual(log.collapses, [{iteration: 4, reason: 'small'}]);
  });

  it('leaves out lines that are damaged, and counts them', async () => {
    const {run, log, readOn} = grown();
    run.log(iterationLine(1), '{"iteration": 2, "gen\n', 'null\n', '{"a": 1}\n', iterationLine(3));
    await readOn();
    assert.deepEqual(log.history.iterations, [1, 3]);
    assert.equal(log.unreadable, 3);
  });

  it('tells of pictures in the run’s folder, and of no other file', async () => {
    const {run, log, readOn} = grown();
    const file = 'probe-0-2.png';
    run.log({event: 'probe', iteration: 2, file});
    for (const other of ['../probe-0-2.png', 'https://elsewhere.org/probe-0-2.png', 'a.png', 7]) {
      run.log({event: 'probe', iteration: 2, file: other});
    }
    await readOn();
    assert.deepEqual(log.probes, [{iteration: 2, file}]);
  });
});
