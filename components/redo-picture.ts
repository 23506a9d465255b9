import {css, html, LitElement, nothing, type PropertyValues} from 'lit';
import {customElement, property, query} from 'lit/decorators.js';
import type {Drawable} from '../core/engine/protocol.js';
import {theme} from './theme.js';

/**
 * Pixels, drawn as they are; what is transparent shows a checkerboard.
 *
 * @summary One picture.
 * @csspart canvas - The drawn pixels.
 * @cssproperty [--redo-picture-rendering=pixelated] - How pixels are enlarged: `pixelated` or `auto`.
 */
@customElement('redo-picture')
export class RedoPicture extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
        aspect-ratio: 1;
        border-radius: var(--_radius);
        background: repeating-conic-gradient(
            light-dark(#e9ebee, #262b31) 0 25%,
            light-dark(#f8f9fa, #1d2126) 0 50%
          )
          0 0 / 12px 12px;
        overflow: clip;
      }

      canvas {
        display: block;
        width: 100%;
        height: 100%;
        image-rendering: var(--redo-picture-rendering, pixelated);
      }
    `,
  ];

  @query('canvas') private canvas!: HTMLCanvasElement;

  /** The picture; nothing is drawn while absent. */
  @property({attribute: false}) picture?: Drawable;

  /** What is to be seen, for those who do not see it; decoration if empty. */
  @property() label = '';

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('picture')) drawPicture(this.canvas, this.picture);
  }

  protected override render() {
    return html`<canvas
      part="canvas"
      width="1"
      height="1"
      role=${this.label ? 'img' : nothing}
      aria-label=${this.label || nothing}
      aria-hidden=${this.label ? nothing : 'true'}
    ></canvas>`;
  }
}

/** Draws one to one; clears the canvas where there is no picture. */
export function drawPicture(canvas: HTMLCanvasElement, picture: Drawable | undefined): void {
  const {width, height} = picture ?? {width: 1, height: 1};
  // Setting a size clears, and costs a new buffer: not while scrubbing.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d')!;
  if (picture && 'pixels' in picture) {
    context.putImageData(new ImageData(picture.pixels, width, height), 0, 0);
    return;
  }
  context.clearRect(0, 0, width, height);
  if (picture) context.drawImage(picture, 0, 0);
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-picture': RedoPicture;
  }
}
