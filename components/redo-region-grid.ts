import {css, html, LitElement} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {Drawable, Masks} from '../core/engine/protocol.js';
import {regionCss} from './palette.js';
import {strings} from './strings.js';
import {theme} from './theme.js';
import './redo-mask-view.js';
import './redo-picture.js';

/** What there is to see of one region; absent while it is computed. */
export interface RegionRow {
  /** Mean of the mask, in [0, 1]. */
  area?: number;
  /** V_k, transparent outside its mask. */
  drawn?: Drawable;
  /** Î_k. */
  composition?: Drawable;
  /** D(Î_k). */
  score?: number;
}

/**
 * Every region in a row: its mask, its redraw, and the image composed with it. One region is in
 * hand.
 *
 * @summary Mask, redraw and composition of each region.
 * @fires region-pick - The user took a region in hand; `detail` is `{region: number}`.
 * @csspart row - A region's row.
 */
@customElement('redo-region-grid')
export class RedoRegionGrid extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }

      fieldset {
        display: grid;
        gap: 8px;
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }

      .row,
      .head {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: 8px 12px;
        padding-inline: 12px;
      }

      .head {
        color: var(--_ink-soft);
        font-size: 11px;
        white-space: nowrap;
      }

      .row {
        position: relative;
        padding-block: 10px 12px;
        border-radius: calc(var(--_radius) + 4px);
        cursor: pointer;
        transition: background-color 120ms;
      }

      .row:hover {
        background: var(--_sunken);
      }

      .row:has(:checked) {
        background: var(--_sunken);
        box-shadow: inset 3px 0 var(--hue);
      }

      .row:has(:focus-visible) {
        outline: 2px solid var(--_accent);
        outline-offset: 1px;
      }

      .name {
        display: flex;
        grid-column: 1 / -1;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 8px;
      }

      .name b {
        font-weight: 600;
      }

      .name .score {
        margin-inline-start: auto;
      }

      .chip {
        width: 12px;
        height: 12px;
        border-radius: 3px;
        background: var(--hue);
      }

      input {
        position: absolute;
        opacity: 0;
      }

      @container (min-width: 420px) {
        .row,
        .head {
          grid-template-columns: 104px repeat(3, minmax(0, 1fr));
        }

        .head {
          font-size: inherit;
        }

        .head > :first-child {
          grid-column: 2;
        }

        .name {
          grid-column: auto;
          flex-direction: column;
          align-items: flex-start;
          gap: 2px;
        }

        .name .title {
          display: flex;
          align-items: center;
          gap: 8px;
        }

        .name .score {
          margin: 0;
        }
      }

      .title {
        display: flex;
        align-items: center;
        gap: 8px;
      }
    `,
  ];

  /** Masks of the image. */
  @property({attribute: false}) masks?: Masks;

  /** One entry a region. */
  @property({attribute: false}) rows: readonly RegionRow[] = [];

  /** The region in hand, from 0. */
  @property({type: Number}) selected = 0;

  private pick(region: number): void {
    this.dispatchEvent(
      new CustomEvent('region-pick', {detail: {region}, bubbles: true, composed: true})
    );
  }

  private renderRow({area, drawn, composition, score}: RegionRow, region: number) {
    const {regions} = strings;
    return html`<label part="row" class="row" style="--hue: ${regionCss(region)}">
      <input
        type="radio"
        name="region"
        aria-label=${strings.region(region)}
        .checked=${live(region === this.selected)}
        @change=${() => this.pick(region)}
      />
      <span class="name">
        <span class="title"><span class="chip"></span><b>${strings.region(region)}</b></span>
        <span class="soft">${area === undefined ? '' : regions.area(area)}</span>
        <span class="soft score">${score === undefined ? '' : regions.score(score)}</span>
      </span>
      <redo-mask-view
        mode="single"
        label=${regions.mask(region)}
        .masks=${this.masks}
        .region=${region}
      ></redo-mask-view>
      <redo-picture label=${regions.drawn(region)} .picture=${drawn}></redo-picture>
      <redo-picture label=${regions.composition(region)} .picture=${composition}></redo-picture>
    </label>`;
  }

  protected override render() {
    const {columns, pick} = strings.regions;
    return html`<fieldset>
      <legend class="visually-hidden">${pick}</legend>
      <div class="head" aria-hidden="true">
        <span>${columns.mask}</span><span>${columns.drawn}</span><span>${columns.composition}</span>
      </div>
      ${this.rows.map((row, region) => this.renderRow(row, region))}
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-region-grid': RedoRegionGrid;
  }
}
