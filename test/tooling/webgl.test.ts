import {expect} from '@open-wc/testing';

describe('the browser under test', () => {
  it('has WebGL 2 with float textures that can be drawn to', () => {
    const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
    expect(gl).to.not.equal(null);
    expect(gl!.getExtension('EXT_color_buffer_float')).to.not.equal(null);
    const info = gl!.getExtension('WEBGL_debug_renderer_info')!;
    expect(gl!.getParameter(info.UNMASKED_RENDERER_WEBGL)).to.match(/\w/);
  });

  it('is cross-origin isolated, so that wasm may use threads', () => {
    expect(globalThis.crossOriginIsolated).to.equal(true);
    expect(new SharedArrayBuffer(8).byteLength).to.equal(8);
  });
});
