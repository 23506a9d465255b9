import {css, html, LitElement, nothing} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import {swatch} from './mask-patterns.js';
import {regionCss} from './palette.js';
import {strings} from './strings.js';
import {theme} from './theme.js';
import './redo-picture.js';

/** Colours that there are before they begin again. */
const COLOURS = 8;

/** Without and with patterns: made once, so that they are drawn once. */
const SWATCHES = [false, true].map(patterned =>
  Array.from({length: COLOURS}, (_, region) => swatch(region, patterned))
);

/** What stands beside a region's colour. */
export interface LegendEntry {
  /** Name of the true object that the region stands for; absent if for none. */
  name?: string;
  /** Intersection over union with that object, in [0, 1]. */
  iou?: number;
}

/**
 * What each colour and pattern stands for, and how well it fits. One region is in hand.
 *
 * @summary Legend of masks.
 * @fires region-pick - The user took a region in hand; `detail` is `{region: number}`.
 */
@customElement('redo-mask-legend')
export class RedoMaskLegend extends LitElement {
  static override styles = [
    theme,
    css`
      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }

      label {
        display: grid;
        grid-template-columns: auto 1fr;
        align-items: center;
        gap: 8px;
        min-height: 30px;
        padding: 3px 10px 3px 4px;
        border-radius: var(--_radius);
        cursor: pointer;
      }

      label:hover {
        background: var(--_sunken);
      }

      label:has(:checked) {
        background: var(--_sunken);
        box-shadow: inset 3px 0 var(--hue);
        font-weight: 500;
      }

      label:has(:focus-visible) {
        outline: 2px solid var(--_accent);
        outline-offset: 1px;
      }

      .text {
        display: flex;
        flex-wrap: wrap;
        gap: 0 8px;
        white-space: nowrap;
      }

      redo-picture {
        width: 20px;
        margin-inline-start: 4px;
        --redo-radius: 4px;
      }

      input {
        position: absolute;
        opacity: 0;
        pointer-events: none;
      }
    `,
  ];

  /** One entry a region. */
  @property({attribute: false}) entries: readonly LegendEntry[] = [];

  /** The region in hand, from 0. */
  @property({type: Number}) selected = 0;

  /** Whether the masks are drawn with patterns. */
  @property({type: Boolean}) patterns = false;

  private pick(region: number): void {
    this.dispatchEvent(
      new CustomEvent('region-pick', {detail: {region}, bubbles: true, composed: true})
    );
  }

  private renderEntry({name, iou}: LegendEntry, region: number) {
    return html`<label style="--hue: ${regionCss(region)}">
      <input
        type="radio"
        name="region"
        .checked=${live(region === this.selected)}
        @change=${() => this.pick(region)}
      />
      <redo-picture .picture=${SWATCHES[Number(this.patterns)]![region % COLOURS]}></redo-picture>
      <span class="text">
        <span>${strings.region(region)}</span>
        ${name === undefined ? nothing : html`<span class="soft">${name}</span>`}
        ${iou === undefined ? nothing : html`<span class="soft">${strings.masks.iou(iou)}</span>`}
      </span>
    </label>`;
  }

  protected override render() {
    return html`<fieldset>
      <legend class="visually-hidden">${strings.regions.pick}</legend>
      ${this.entries.map((entry, region) => this.renderEntry(entry, region))}
    </fieldset>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-mask-legend': RedoMaskLegend;
  }
}
