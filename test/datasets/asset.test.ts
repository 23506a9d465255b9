import {expect} from '@open-wc/testing';
import {gunzip, readAsset} from '../../datasets/asset.js';
import {gzip} from './gzip.js';
import {rejection} from './rejection.js';

describe('readAsset', () => {
  it('readAsset(url) gives the bytes of a file', async () => {
    const bytes = Uint8Array.from([0, 255, 31, 139, 10, 13]);
    const url = URL.createObjectURL(new Blob([bytes]));
    try {
      expect(await readAsset(new URL(url))).to.deep.equal(bytes);
    } finally {
      URL.revokeObjectURL(url);
    }
  });

  it('readAsset(url) says what to do where there is no such file', async () => {
    const url = new URL('./no-such-file.gz', import.meta.url);
    const {message} = await rejection(readAsset(url));
    expect(message).to.match(/^readAsset: .*`npm run prepare-data`.*; got status 404 for /);
    expect(message).to.include(url.href);
  });

  it('readAsset(url) does not take the page of a server for a file', async () => {
    const {message} = await rejection(readAsset(new URL('data:text/html;charset=utf-8,<p>Hello')));
    expect(message).to.match(/^readAsset: .*; got a web page for data:text/);
  });

  it('readAsset(url) says when no server answers', async () => {
    // Port 9 is closed to pages by every browser.
    const {message} = await rejection(readAsset(new URL('http://localhost:9/file')));
    expect(message).to.match(
      /^readAsset: the server must be reachable; got .* for http:\/\/localhost:9/
    );
  });

  it('readAsset(url, signal) rejects with the reason of the signal', async () => {
    const before = new DOMException('not wanted', 'AbortError');
    const url = new URL(import.meta.url);
    expect(await rejection(readAsset(url, AbortSignal.abort(before)))).to.equal(before);
    const controller = new AbortController();
    const reading = rejection(readAsset(url, controller.signal));
    const during = new DOMException('no longer wanted', 'AbortError');
    controller.abort(during);
    expect(await reading).to.equal(during);
  });
});

describe('gunzip', () => {
  const text = new TextEncoder().encode('redraw '.repeat(1_000));

  it('gunzip(bytes) undoes gzip', async () => {
    const packed = await gzip(text);
    expect(packed.length).to.be.lessThan(200);
    expect(await gunzip(packed)).to.deep.equal(text);
  });

  it('gunzip(bytes) leaves what a server has unpacked already', async () => {
    expect(await gunzip(text)).to.equal(text);
    expect(await gunzip(new Uint8Array())).to.have.length(0);
  });

  it('gunzip(bytes) refuses a stream that is cut short or changed', async () => {
    const packed = await gzip(text);
    const short = await rejection(gunzip(packed.slice(0, -6)));
    expect(short.message).to.match(
      /^gunzip: the stream must be whole and match its checksum; got /
    );
    const changed = packed.slice();
    changed[changed.length - 8]! ^= 1; // The first byte of the checksum.
    expect((await rejection(gunzip(changed))).message).to.match(/^gunzip: /);
  });
});
