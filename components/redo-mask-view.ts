import {css, html, LitElement, nothing} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import {classMap} from 'lit/directives/class-map.js';
import type {Masks, Picture} from '../core/engine/protocol.js';
import {largestRegions} from '../core/session/region-matching.js';
import {paintMask, paintOverlay, paintRegions, regionAt} from './mask-drawing.js';
import {drawPatterns} from './mask-patterns.js';
import {theme} from './theme.js';
import './redo-picture.js';

/** Colours over the image, colours alone, or one mask as grey levels. */
export type MaskMode = 'overlay' | 'colours' | 'single';

/**
 * The masks of one image.
 *
 * @summary Masks in the colours of their regions, or one as grey levels.
 * @fires region-pick - The user pointed at a region; `detail` is `{region: number}`.
 * @csspart picture - The drawn masks.
 */
@customElement('redo-mask-view')
export class RedoMaskView extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }

      redo-picture {
        cursor: crosshair;
      }

      .single {
        cursor: default;
      }

      .patterned {
        --redo-picture-rendering: auto;
      }
    `,
  ];

  /** The masks; nothing is drawn while absent. */
  @property({attribute: false}) masks?: Masks;

  /** The image under an overlay; without it, or of another size, colours stand alone. */
  @property({attribute: false}) picture?: Picture;

  @property() mode: MaskMode = 'overlay';

  /** Region k to show where the mode is `single` or `alone` is set, from 0. */
  @property({type: Number}) region = 0;

  /** Draws the colour of `region` and leaves the others out. */
  @property({type: Boolean}) alone = false;

  /** Gives each pixel whole to the region whose mask is largest there. */
  @property({type: Boolean}) hard = false;

  /** Draws a pattern on each region's colour, to tell them apart without it. */
  @property({type: Boolean}) patterns = false;

  /** Of the colours in an overlay, in [0, 1]. */
  @property({type: Number}) opacity = 0.6;

  /** What is to be seen, for those who do not see it. */
  @property() label = '';

  private handleClick(event: MouseEvent): void {
    const {masks} = this;
    if (!masks || this.mode === 'single') return;
    const box = this.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * masks.width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * masks.height);
    const x = Math.min(Math.max(column, 0), masks.width - 1);
    const y = Math.min(Math.max(row, 0), masks.height - 1);
    this.dispatchEvent(
      new CustomEvent('region-pick', {
        detail: {region: regionAt(masks, x, y)},
        bubbles: true,
        composed: true,
      })
    );
  }

  private painted(): Picture | undefined {
    const {masks, picture, mode, hard} = this;
    if (!masks) return undefined;
    if (mode === 'single') return paintMask(masks, this.region, hard);
    const only = this.alone ? this.region : undefined;
    const fits = picture?.width === masks.width && picture.height === masks.height;
    const overlaid = mode === 'overlay' && fits;
    const painted = overlaid
      ? paintOverlay(masks, picture, this.opacity, {hard, only})
      : paintRegions(masks, {hard, only});
    if (!this.patterns) return painted;
    return drawPatterns(painted, largestRegions(masks), overlaid ? this.opacity : 1, only);
  }

  protected override render() {
    return html`<redo-picture
      part="picture"
      class=${classMap({[this.mode]: true, patterned: this.patterns && this.mode !== 'single'})}
      label=${this.label || nothing}
      .picture=${this.painted()}
      @click=${this.handleClick}
    ></redo-picture>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-mask-view': RedoMaskView;
  }
}
