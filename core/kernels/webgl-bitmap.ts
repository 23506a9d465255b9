/**
 * A picture out of tensors with no read-back: drawn to the canvas of tfjs's own context, which gives
 * it away as a bitmap that stays on the GPU.
 */

import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import type {TensorInfo} from '@tensorflow/tfjs-core';

import {contextOf} from './webgl-context.js';
import type {Shader} from './webgl-shader.js';

/** A canvas has its first row below and its colours multiplied by opacity. */
function picture(hasAlpha: boolean): Shader {
  return {
    name: `picture ${hasAlpha}`,
    inputs: hasAlpha ? ['colours', 'alpha'] : ['colours'],
    main: `
      int pair = (outSize.y - 1 - row) * ((outSize.x + 1) >> 1) + (column >> 1);
      bool second = (column & 1) == 1;
      vec4 redGreen = colours_(pair, 0);
      vec4 blue = colours_(pair, 1);
      vec3 colour = second ? vec3(redGreen.zw, blue.z) : vec3(redGreen.xy, blue.x);
      float opacity = 1.0;
      ${hasAlpha ? 'vec4 opacities = alpha_(pair, 0); opacity = second ? opacities.z : opacities.x;' : ''}
      result0 = vec4(clamp(0.5 * colour + 0.5, 0.0, 1.0) * opacity, opacity);`,
  };
}

/** Whether the backend has a canvas that gives bitmaps away: not where tfjs took one of the page. */
export function canDrawBitmaps(backend: MathBackendWebGL): boolean {
  const {isAble, bitmapCanvas} = contextOf(backend);
  return isAble && bitmapCanvas !== undefined;
}

/**
 * Draws a picture, which is the caller's to close. Needs `canDrawBitmaps`.
 *
 * @param colours `[1, height, width, 3]`, each in [-1, 1].
 * @param alpha Opacity `[1, height, width, 1]`, each in [0, 1]; opaque if absent.
 */
export function drawBitmap(
  backend: MathBackendWebGL,
  colours: TensorInfo,
  alpha?: TensorInfo
): ImageBitmap {
  const context = contextOf(backend);
  const [, height, width] = colours.shape as [number, number, number, number];
  const inputs = alpha ? [colours, alpha] : [colours];
  context.runToCanvas(picture(alpha !== undefined), {width, height}, inputs);
  return context.bitmapCanvas!.transferToImageBitmap();
}
