import {css, html, LitElement, nothing} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import {repeat} from 'lit/directives/repeat.js';
import {CODE_LIMIT} from '../core/session/codes.js';
import {formatValue} from './format.js';
import {regionInk} from './palette.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';

/**
 * The code z_k of one region: a slider and a typed number for each component, from −3 to 3
 * standard deviations, and a bar for how much it changes the region.
 *
 * @summary Sliders of one region's code.
 * @fires code-input - The user moved or typed one component; `detail` is `{dimension: number, value: number}`.
 * @fires code-resample - The user asked for another random code.
 * @fires code-reset - The user asked for the first code again.
 * @fires order-pick - The user asked for another order; `detail` is `{byEffect: boolean}`.
 * @csspart sliders - The list of sliders.
 */
@customElement('redo-code-sliders')
export class RedoCodeSliders extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 12px;
        container-type: inline-size;
      }

      ol {
        display: grid;
        grid-template-columns: 1fr;
        gap: 4px 24px;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      @container (min-width: 560px) {
        ol {
          grid-template-columns: 1fr 1fr;
        }
      }

      li {
        display: grid;
        grid-template-columns: 2.2em minmax(0, 1fr) 5.4em;
        align-items: center;
        gap: 8px;
      }

      .name {
        color: var(--_ink-soft);
        font-style: italic;
      }

      .track {
        position: relative;
        display: flex;
      }

      input[type='range'] {
        --_share: calc((var(--value) + var(--limit)) / (2 * var(--limit)));

        appearance: none;
        width: 100%;
        height: 28px;
        margin: 0;
        background: transparent;
        cursor: pointer;
      }

      input[type='range']::-webkit-slider-runnable-track {
        height: 4px;
        border-radius: 2px;
        background: var(--_track);
      }

      input[type='range']::-moz-range-track {
        height: 4px;
        border-radius: 2px;
        background: var(--_track);
      }

      input[type='range'] {
        --_low: calc(8px + min(var(--_share), 0.5) * (100% - 16px));
        --_high: calc(8px + max(var(--_share), 0.5) * (100% - 16px));
        --_track: linear-gradient(
          to right,
          var(--_line) var(--_low),
          var(--hue) var(--_low) var(--_high),
          var(--_line) var(--_high)
        );
      }

      input[type='range']::-webkit-slider-thumb {
        appearance: none;
        width: 16px;
        height: 16px;
        margin-top: -6px;
        border: 2px solid var(--_surface);
        border-radius: 50%;
        background: var(--hue);
        box-shadow: 0 0 0 1px var(--hue);
      }

      input[type='range']::-moz-range-thumb {
        width: 12px;
        height: 12px;
        border: 2px solid var(--_surface);
        border-radius: 50%;
        background: var(--hue);
        box-shadow: 0 0 0 1px var(--hue);
      }

      input[type='range']:focus-visible {
        border-radius: 4px;
        outline-offset: 0;
      }

      .recovered {
        position: absolute;
        inset-block: 3px;
        inset-inline-start: calc(8px + var(--share) * (100% - 16px) - 1px);
        width: 2px;
        background: var(--_ink);
        pointer-events: none;
      }

      input[type='number'] {
        min-height: 26px;
        border-color: var(--_line);
        text-align: end;
        appearance: textfield;
      }

      input[type='number']:hover,
      input[type='number']:focus {
        border-color: var(--_line-strong);
      }

      input[type='number']::-webkit-inner-spin-button {
        appearance: none;
      }

      .with-effects li {
        grid-template-columns: 2.2em minmax(0, 1fr) 5.4em 48px;
      }

      .effect {
        height: 6px;
        border-radius: 3px;
        background: var(--_line);
        overflow: hidden;
      }

      .effect::before {
        display: block;
        width: calc(100% * var(--share));
        height: 100%;
        background: var(--hue);
        content: '';
        transition: width 120ms;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }

      .check {
        display: flex;
        align-items: center;
        gap: 6px;
        min-height: 30px;
        cursor: pointer;
      }

      .check input {
        width: 16px;
        height: 16px;
        accent-color: var(--_accent);
      }
    `,
  ];

  /** z_k `[codeSize]`. */
  @property({attribute: false}) code = new Float32Array();

  /** δ's reading of the code `[codeSize]`, marked on the sliders; none if absent. */
  @property({attribute: false}) recovered?: Float32Array;

  /** How much each component changes the region `[codeSize]`, in [0, 2], as bars; none if absent. */
  @property({attribute: false}) effects?: Float32Array;

  /** Puts the components of the largest effect first; as they are counted where effects are absent. */
  @property({type: Boolean, attribute: 'by-effect'}) byEffect = false;

  /** Region index k, from 0; gives the colour. */
  @property({type: Number}) region = 0;

  @property({type: Boolean}) disabled = false;

  private change(dimension: number, text: string): void {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) return;
    const clamped = Math.min(Math.max(value, -CODE_LIMIT), CODE_LIMIT);
    this.emit('code-input', {dimension, value: clamped});
  }

  private emit(type: string, detail?: object): void {
    this.dispatchEvent(new CustomEvent(type, {detail, bubbles: true, composed: true}));
  }

  /** Marks of what δ reads, where it has read. */
  private renderRecovered(value: number | undefined) {
    if (value === undefined) return nothing;
    const share = Math.min(Math.max((value + CODE_LIMIT) / (2 * CODE_LIMIT), 0), 1);
    return html`<span
      class="recovered"
      style="--share: ${share}"
      title=${strings.code.recovered(value)}
    ></span>`;
  }

  /** The components in the order in which they are shown. */
  private order(): number[] {
    const {effects} = this;
    const dimensions = Array.from(this.code, (_, dimension) => dimension);
    if (!this.byEffect || !effects) return dimensions;
    return dimensions.sort((a, b) => effects[b]! - effects[a]!);
  }

  /** A bar as long as the effect is beside the largest one. */
  private renderEffect(dimension: number) {
    const {effects} = this;
    if (!effects) return nothing;
    const value = effects[dimension] ?? 0;
    const share = value / Math.max(...effects, 1e-6);
    const label = strings.code.effect(value);
    return html`<span
      class="effect"
      role="img"
      aria-label=${label}
      title=${label}
      style="--share: ${share.toFixed(3)}"
    ></span>`;
  }

  private renderOrder() {
    if (!this.effects || this.code.length < 2) return nothing;
    return html`<label class="check">
      <input
        type="checkbox"
        name="by-effect"
        .checked=${live(this.byEffect)}
        @change=${() => this.emit('order-pick', {byEffect: !this.byEffect})}
      />${strings.code.byEffect}
    </label>`;
  }

  private renderDimension(dimension: number) {
    const value = this.code[dimension]!;
    const text = value.toFixed(2);
    return html`<li>
      <span class="name" aria-hidden="true">${strings.code.dimension(dimension)}</span>
      <span class="track">
        <input
          type="range"
          min=${-CODE_LIMIT}
          max=${CODE_LIMIT}
          step="0.01"
          aria-label=${strings.code.slider(dimension)}
          aria-valuetext=${formatValue(value)}
          style="--value: ${Math.min(Math.max(value, -CODE_LIMIT), CODE_LIMIT)}"
          .value=${live(text)}
          ?disabled=${this.disabled}
          @input=${(event: InputEvent) =>
            this.change(dimension, (event.target as HTMLInputElement).value)}
        />
        ${this.renderRecovered(this.recovered?.[dimension])}
      </span>
      <input
        type="number"
        min=${-CODE_LIMIT}
        max=${CODE_LIMIT}
        step="0.1"
        aria-label=${strings.code.number(dimension)}
        .value=${text}
        ?disabled=${this.disabled}
        @change=${(event: Event) => {
          const input = event.target as HTMLInputElement;
          this.change(dimension, input.value);
          // What was typed is not always what is kept.
          input.value = (this.code[dimension] ?? 0).toFixed(2);
        }}
      />
      ${this.renderEffect(dimension)}
    </li>`;
  }

  protected override render() {
    return html`
      <ol
        part="sliders"
        class=${this.effects ? 'with-effects' : ''}
        aria-label=${strings.code.title(this.region)}
        style="--limit: ${CODE_LIMIT}; --hue: ${regionInk(this.region)}"
      >
        ${repeat(
          this.order(),
          dimension => dimension,
          dimension => this.renderDimension(dimension)
        )}
      </ol>
      <div class="actions">
        <button ?disabled=${this.disabled} @click=${() => this.emit('code-resample')}>
          ${strings.code.resample}
        </button>
        <button ?disabled=${this.disabled} @click=${() => this.emit('code-reset')}>
          ${strings.code.reset}
        </button>
        ${this.renderOrder()}
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-code-sliders': RedoCodeSliders;
  }
}
