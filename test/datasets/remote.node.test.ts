import assert from 'node:assert/strict';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, it} from 'node:test';

import {openDataset} from '../../datasets/catalog.js';
import {openRemote} from '../../datasets/remote.js';
import {makeTar, makeZip} from './archives.js';
import {plainPng} from './images.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Runs `work` with the address of a server. */
async function serving(answer: Answer, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/set.zip`);
  } finally {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }
}

/** A server that hands out parts, and tells how many bytes it was asked for. */
function byParts(file: Uint8Array, sent: {bytes: number}): Answer {
  return ({method, headers}, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (method === 'HEAD') response.writeHead(200, {'content-length': file.length}).end();
    else if (from === undefined) response.writeHead(200).end(file);
    else {
      const part = file.subarray(Number(from), Number(to) + 1);
      sent.bytes += part.length;
      response.writeHead(206, {'content-length': part.length}).end(part);
    }
  };
}

/** A server that knows no parts. */
function whole(file: Uint8Array, length = file.length): Answer {
  return ({method}, response) => {
    response.writeHead(200, {'content-length': length});
    response.end(method === 'HEAD' ? undefined : file);
  };
}

const FILE = Uint8Array.from({length: 1000}, (_, i) => i % 251);

describe('openRemote(url)', () => {
  it('fetches the parts that are asked for', async () => {
    const sent = {bytes: 0};
    await serving(byParts(FILE, sent), async url => {
      const source = await openRemote(url);
      assert.equal(source.size, 1000);
      sent.bytes = 0;
      assert.deepEqual(await source.read(100, 130), FILE.slice(100, 130));
      assert.equal(sent.bytes, 30);
      assert.equal((await source.read(-20, 10)).length, 10);
      assert.equal((await source.read(990, 2000)).length, 10);
      assert.equal((await source.read(2000, 3000)).length, 0);
    });
  });

  it('reads all where the server knows no parts, or not even HEAD', async () => {
    const noHead: Answer = ({method}, response) =>
      method === 'HEAD' ? response.writeHead(405).end() : response.writeHead(200).end(FILE);
    for (const answer of [whole(FILE), noHead]) {
      await serving(answer, async url => {
        const source = await openRemote(url);
        assert.equal(source.size, 1000);
        assert.deepEqual(await source.read(100, 130), FILE.slice(100, 130));
      });
    }
  });

  it('refuses what is too large to be read whole, before it is read', async () => {
    await serving(whole(FILE, 2 ** 30), url =>
      assert.rejects(
        openRemote(url),
        /set\.zip must be at most \d+ bytes where its server does not hand out parts.*got 1073741824 bytes/
      )
    );
  });

  it('says that the file is not there, no server answers, or it was changed', async () => {
    await serving(
      (_, response) => response.writeHead(404).end(),
      url => assert.rejects(openRemote(url), /set\.zip must be there; got status 404/)
    );
    let gone = '';
    await serving(
      () => {},
      async url => void (gone = url)
    );
    await assert.rejects(openRemote(gone), /must be readable from this page/);
    let file = FILE;
    await serving(
      (request, response) => byParts(file, {bytes: 0})(request, response),
      async url => {
        const source = await openRemote(url);
        file = FILE.slice(0, 120);
        await assert.rejects(source.read(100, 130), /must have 30 bytes from byte 100 on; got 20/);
      }
    );
  });
});

describe('openDataset({urls: [an archive]})', () => {
  it('reads a zip by parts: its directory, and the images that are asked for', async () => {
    const noise = (seed: number) =>
      Uint8Array.from({length: 200_000}, (_, i) => (Math.imul(i + seed, 2654435761) >>> 13) & 255);
    const zip = await makeZip(
      [
        {path: 'a.png', bytes: plainPng(16, [250, 0, 0])},
        {path: 'notes.bin', bytes: noise(1)},
        {path: 'more.bin', bytes: noise(2)},
      ],
      {deflated: false}
    );
    const sent = {bytes: 0};
    await serving(byParts(zip, sent), async url => {
      const dataset = await openDataset(
        {name: 'set', urls: [url]},
        {size: 16, seed: 0, regions: 2}
      );
      const {images} = await dataset.read('train', [0]);
      assert.equal(Math.round((images[0]! + 1) * 127.5), 250);
    });
    assert.ok(sent.bytes < 120_000, `${sent.bytes} of ${zip.length} bytes`);
  });

  it('reads a tar whole', async () => {
    const tar = makeTar([{path: 'a.png', bytes: plainPng(16, [0, 250, 0])}]);
    await serving(byParts(tar, {bytes: 0}), async url => {
      const source = {name: 'set', urls: [url.replace('.zip', '.tar')]};
      const dataset = await openDataset(source, {size: 16, seed: 0, regions: 2});
      assert.equal(dataset.counts.train, 1);
    });
  });
});
