import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, it} from 'node:test';

import {checkpointFile, RunFollower} from '../../../core/session/run-follower.js';
import {addressSource, diskSource, type RunSource} from '../../../core/session/run-source.js';
import {FakeRun, iterationLine, lookLine} from '../../fixtures/fake-run.js';

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 2000) throw new Error(`until: must come to hold; got ${condition}`);
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}

function following(source: RunSource): {follower: RunFollower; ended: Promise<void>} {
  const follower = new RunFollower(source, {everyMs: 1});
  return {follower, ended: follower.follow()};
}

const state = (checkpoint: string) => ({iteration: 2, seed: 3, restarts: 1, checkpoint});

describe('RunFollower', () => {
  it('follows log, state and checkpoints until it is stopped', async () => {
    const run = new FakeRun();
    run.log(iterationLine(1), lookLine(1, 0.2));
    run.put('state.json', state('checkpoint-0-1.safetensors'));
    run.put('checkpoint-0-1.safetensors', 'first');
    const {follower, ended} = following(run);
    await until(() => follower.checkpoint.value?.name === 'checkpoint-0-1.safetensors');
    assert.equal(follower.facts.value.seed, 3);
    assert.ok(follower.grownAt.value! <= Date.now());
    run.files.delete('checkpoint-0-1.safetensors');
    run.put('checkpoint-0-2.safetensors', 'second');
    run.put('state.json', state('checkpoint-0-2.safetensors'));
    run.log(iterationLine(2));
    await until(() => follower.checkpoint.value?.name === 'checkpoint-0-2.safetensors');
    const file = checkpointFile(follower.checkpoint.value!);
    assert.equal(new TextDecoder().decode(await file.arrayBuffer()), 'second');
    assert.deepEqual(follower.history.iterations, [1, 2]);
    follower.stop();
    await ended;
    assert.equal(follower.following.value, false);
    const reads = run.reads.filter(({file}) => file.startsWith('checkpoint'));
    assert.equal(reads.length, 2, 'each checkpoint is read once');
  });

  it('says that a checkpoint is missing, and takes the next', async () => {
    const run = new FakeRun();
    run.log(iterationLine(1));
    run.put('state.json', state('checkpoint-0-1.safetensors'));
    const {follower} = following(run);
    await until(() => follower.trouble.value !== undefined);
    assert.match(follower.trouble.value!, /checkpoint-0-1\.safetensors is named by state\.json/);
    run.put('checkpoint-0-2.safetensors', 'second');
    run.put('state.json', state('checkpoint-0-2.safetensors'));
    await until(() => follower.checkpoint.value !== undefined);
    assert.equal(follower.trouble.value, undefined);
    follower.stop();
  });

  it('refuses what is no folder of a run', async () => {
    const {follower, ended} = following(new FakeRun());
    await ended;
    assert.match(
      follower.error.value!.message,
      /runs\/mine must be the folder of a run, with log\.jsonl and state\.json; got neither/
    );
  });

  it('bears a folder that is away for a while, and gives up one that stays away', async () => {
    const run = new FakeRun();
    run.log(iterationLine(1));
    run.failures.push(...[1, 2, 3].map(() => new Error('away')));
    const {follower, ended} = following(run);
    await until(() => follower.history.length === 1);
    assert.equal(follower.error.value, undefined);
    run.failures.push(...Array.from({length: 9}, () => new Error('away')));
    await ended;
    assert.equal(follower.error.value!.message, 'away');
    run.failures.length = 0;
    run.log(iterationLine(2));
    void follower.follow();
    await until(() => follower.history.length === 2);
    assert.equal(follower.error.value, undefined);
    follower.stop();
  });

  it('reads checkpoints only where they are wanted', async () => {
    const run = new FakeRun();
    run.log(iterationLine(1));
    run.put('state.json', state('c'));
    run.put('c', 'bytes');
    const follower = new RunFollower(run, {everyMs: 1, checkpoints: false});
    void follower.follow();
    await until(() => run.reads.length > 10);
    assert.equal(follower.checkpoint.value, undefined);
    follower.wantsCheckpoints.value = true;
    await until(() => follower.checkpoint.value !== undefined);
    follower.stop();
  });
});

describe('addressSource(address)', () => {
  const {signal} = new AbortController();
  const content = 'one\ntwo\n';

  /** A server of one log, with or without parts. */
  async function served(parts: boolean, check: (address: string) => Promise<void>): Promise<void> {
    const server = createServer((request, response) => {
      if (request.url !== '/run/log.jsonl') return void response.writeHead(404).end();
      const [, from] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
      if (!parts || from === undefined) return void response.end(content);
      if (Number(from) >= content.length) return void response.writeHead(416).end();
      response.writeHead(206).end(content.slice(Number(from)));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      await check(`http://127.0.0.1:${(server.address() as AddressInfo).port}/run`);
    } finally {
      server.close();
    }
  }

  const text = async (read: Promise<Uint8Array | undefined>): Promise<string | undefined> => {
    const bytes = await read;
    return bytes && new TextDecoder().decode(bytes);
  };

  it('reads a part, nothing beyond the end, and tells what is not there', () =>
    served(true, async address => {
      const source = addressSource(address);
      assert.equal(source.name, `${address}/`);
      assert.equal(await text(source.read('log.jsonl', 0, signal)), content);
      assert.equal(await text(source.read('log.jsonl', 4, signal)), 'two\n');
      assert.equal(await text(source.read('log.jsonl', 50, signal)), '');
      assert.equal(await text(source.read('state.json', 0, signal)), undefined);
    }));

  it('asks for a server that hands out parts', () =>
    served(false, async address => {
      const source = addressSource(address);
      assert.equal(await text(source.read('log.jsonl', 0, signal)), content);
      await assert.rejects(source.read('log.jsonl', 4, signal), /HTTP range requests.* status 200/);
    }));

  it('says why an address may not be readable', async () => {
    await assert.rejects(
      addressSource('http://127.0.0.1:9/run').read('log.jsonl', 0, signal),
      /must be readable from this page; .*\(CORS\)/
    );
  });
});

describe('diskSource(name, find)', () => {
  it('reads parts of what is found, and names what can not be read', async () => {
    const {signal} = new AbortController();
    const source = diskSource('mine', async file => {
      if (file === 'broken') throw new Error('it was changed');
      return file === 'log.jsonl' ? new Blob(['one\ntwo\n']) : undefined;
    });
    const bytes = await source.read('log.jsonl', 4, signal);
    assert.equal(new TextDecoder().decode(bytes), 'two\n');
    assert.equal(await source.read('none', 0, signal), undefined);
    await assert.rejects(
      source.read('broken', 0, signal),
      /broken of mine must be readable; it was changed\. Open the folder anew/
    );
  });
});
