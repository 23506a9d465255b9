import type {Drawable, Picture} from '../core/engine/protocol.js';

/** What is drawable, with its pixels at hand: as it has them, or as a canvas holds them. */
export function asPicture(drawable: Drawable): Picture {
  if ('pixels' in drawable) return drawable;
  const {width, height} = drawable;
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  context.drawImage(drawable, 0, 0);
  return {width, height, pixels: context.getImageData(0, 0, width, height).data};
}
