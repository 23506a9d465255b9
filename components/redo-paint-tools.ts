import {css, html, LitElement, nothing} from 'lit';
import {customElement, property, query} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {MaskTool} from '../core/session/mask-stroke.js';
import {BRUSH_SIZES, type PaintEvents} from './paint-events.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';

const TOOLS: readonly MaskTool[] = ['brush', 'eraser', 'fill'];

/**
 * The tools of `<redo-mask-editor>`: which one, how large, and the way back.
 *
 * @summary Paint tools.
 * @fires tool-pick - The user took a tool; `detail` is `{tool: 'brush' | 'eraser' | 'fill'}`.
 * @fires brush-change - The user changed the brush; `detail` is `{brushSize: number, hardness: number}`.
 * @fires mask-undo - The user asked for the last edit to be undone.
 * @fires mask-redo - The user asked for it to be done again.
 * @fires mask-restore - The user asked for f's masks.
 * @fires mask-swap - The user asked for this region's mask and another's to be swapped; `detail` is `{other: number}`.
 */
@customElement('redo-paint-tools')
export class RedoPaintTools extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        align-content: start;
        justify-items: start;
        gap: 8px;
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }

      fieldset {
        min-width: 0;
        margin: 0;
      }

      .slider {
        display: grid;
        grid-template-columns: 5em minmax(0, 1fr) 3.4em;
        align-items: center;
        gap: 8px;
        width: min(320px, 100%);
        min-height: 30px;
      }

      .slider input {
        width: 100%;
      }

      output {
        text-align: end;
      }

      select {
        min-height: 30px;
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius);
        background: var(--_surface);
      }

      p {
        margin: 0;
      }

      @media (hover: none) {
        p {
          display: none;
        }
      }
    `,
  ];

  @query('select') private other?: HTMLSelectElement;

  @property() tool: MaskTool = 'brush';

  /** Diameter in pixels of the masks. */
  @property({type: Number}) brushSize = 6;

  /** Of the brush's edge, in [0, 1]. */
  @property({type: Number}) hardness = 0.8;

  /** Region in hand, from 0. */
  @property({type: Number}) region = 0;

  /** Number of regions. */
  @property({type: Number}) regions = 2;

  @property({type: Boolean}) canUndo = false;

  @property({type: Boolean}) canRedo = false;

  /** Whether the masks are others than f's. */
  @property({type: Boolean}) edited = false;

  @property({type: Boolean}) disabled = false;

  private emit<T extends keyof PaintEvents>(type: T, detail?: PaintEvents[T]): void {
    this.dispatchEvent(new CustomEvent(type, {detail, bubbles: true, composed: true}));
  }

  private changeBrush(change: Partial<PaintEvents['brush-change']>): void {
    const {brushSize, hardness} = this;
    this.emit('brush-change', {brushSize, hardness, ...change});
  }

  private renderTools() {
    return html`<fieldset class="choice">
      <legend class="visually-hidden">${strings.paint.tool}</legend>
      ${TOOLS.map(
        tool =>
          html`<label>
            <input
              type="radio"
              name="tool"
              .checked=${live(tool === this.tool)}
              ?disabled=${this.disabled}
              @change=${() => this.emit('tool-pick', {tool})}
            />${strings.paint.tools[tool]}
          </label>`
      )}
    </fieldset>`;
  }

  private renderSlider(
    name: keyof PaintEvents['brush-change'],
    value: number,
    text: string,
    range: {min: number; max: number; step: number}
  ) {
    return html`<label class="slider">
      <span>${strings.paint[name]}</span>
      <input
        type="range"
        name=${name}
        min=${range.min}
        max=${range.max}
        step=${range.step}
        aria-valuetext=${text}
        .value=${live(String(value))}
        ?disabled=${this.disabled || this.tool === 'fill'}
        @input=${(event: Event) =>
          this.changeBrush({[name]: (event.target as HTMLInputElement).valueAsNumber})}
      />
      <output class="soft">${text}</output>
    </label>`;
  }

  private renderSwap() {
    const {region, regions, disabled} = this;
    const others = Array.from({length: regions}, (_, k) => k).filter(k => k !== region);
    if (others.length === 0) return nothing;
    const swap = () => this.emit('mask-swap', {other: Number(this.other?.value ?? others[0])});
    return html`<div class="line">
      <button ?disabled=${disabled} @click=${swap}>
        ${others.length === 1 ? strings.paint.swapWith(others[0]!) : strings.paint.swap}
      </button>
      ${
        others.length === 1
          ? nothing
          : html`<select aria-label=${strings.paint.swapOther} ?disabled=${disabled}>
              ${others.map(k => html`<option value=${k}>${strings.region(k)}</option>`)}
            </select>`
      }
    </div>`;
  }

  protected override render() {
    const {paint} = strings;
    const {brushSize, hardness, disabled} = this;
    return html`
      ${this.renderTools()}
      ${this.renderSlider('brushSize', brushSize, paint.size(brushSize), {...BRUSH_SIZES, step: 1})}
      ${this.renderSlider('hardness', hardness, paint.share(hardness), {min: 0, max: 1, step: 0.05})}
      <div class="line">
        <span class="group">
          <button ?disabled=${disabled || !this.canUndo} @click=${() => this.emit('mask-undo')}>
            ${paint.undo}
          </button>
          <button ?disabled=${disabled || !this.canRedo} @click=${() => this.emit('mask-redo')}>
            ${paint.redo}
          </button>
        </span>
        <button ?disabled=${disabled || !this.edited} @click=${() => this.emit('mask-restore')}>
          ${paint.restore}
        </button>
      </div>
      ${this.renderSwap()}
      <p class="soft">${paint.keys}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-paint-tools': RedoPaintTools;
  }
}
