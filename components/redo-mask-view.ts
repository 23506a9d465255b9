import {css, html, LitElement, nothing} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import type {Masks, Picture} from '../core/engine/protocol.js';
import {paintMask, paintOverlay, paintRegions, regionAt} from './mask-drawing.js';
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
    `,
  ];

  /** The masks; nothing is drawn while absent. */
  @property({attribute: false}) masks?: Masks;

  /** The image under an overlay; without it, or of another size, colours stand alone. */
  @property({attribute: false}) picture?: Picture;

  @property() mode: MaskMode = 'overlay';

  /** Region k to show where the mode is `single`, from 0. */
  @property({type: Number}) region = 0;

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
    const {masks, picture, mode} = this;
    if (!masks) return undefined;
    if (mode === 'single') return paintMask(masks, this.region);
    const fits = picture?.width === masks.width && picture.height === masks.height;
    return mode === 'overlay' && fits
      ? paintOverlay(masks, picture, this.opacity)
      : paintRegions(masks);
  }

  protected override render() {
    return html`<redo-picture
      part="picture"
      class=${this.mode}
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
