import {css, html, LitElement, nothing} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {LabelledMask} from '../core/session/labelled-masks.js';
import {explorerStrings} from './explorer-strings.js';
import {controls, theme} from './theme.js';

/**
 * The painted masks that f is taught by, beside what it finds out by redrawing.
 *
 * @summary Labelled masks.
 * @fires label-add - The user gives the painted masks of the image in hand as labels.
 * @fires label-remove - The user takes labels back; `detail` is `{image: ImageRef}`.
 * @fires label-weight - The user changed their weight; `detail` is `{weight: number}`.
 */
@customElement('redo-labelled-masks')
export class RedoLabelledMasks extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 8px;
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 12px;
      }

      label {
        display: flex;
        align-items: center;
        gap: 8px;
      }

      label input {
        width: 6em;
      }

      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      p {
        margin: 0;
      }
    `,
  ];

  /** The labels that there are. */
  @property({attribute: false}) list: readonly LabelledMask[] = [];

  /** What they weigh in the loss of f. */
  @property({type: Number}) weight = 1;

  /** Whether the masks of the image in hand are painted. */
  @property({type: Boolean}) painted = false;

  @property({type: Boolean}) disabled = false;

  private fire(type: string, detail: object = {}): void {
    this.dispatchEvent(new CustomEvent(type, {detail, bubbles: true, composed: true}));
  }

  private readonly handleWeight = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const weight = input.valueAsNumber;
    if (weight > 0 && weight < Infinity) this.fire('label-weight', {weight});
    else input.value = String(this.weight);
  };

  protected override render() {
    const {labels} = explorerStrings;
    const {list, weight, painted, disabled} = this;
    return html`<div class="line">
        <button ?disabled=${disabled || !painted} @click=${() => this.fire('label-add')}>
          ${labels.add}
        </button>
        <label>
          ${labels.weight}
          <input
            type="number"
            name="weight"
            min="0"
            step="any"
            .value=${live(String(weight))}
            ?disabled=${disabled}
            @change=${this.handleWeight}
          />
        </label>
      </div>
      ${
        list.length > 0
          ? html`<ul aria-label=${labels.list}>
              ${list.map(
                ({image}) =>
                  html`<li>
                    <button
                      aria-label=${labels.remove(image.index)}
                      ?disabled=${disabled}
                      @click=${() => this.fire('label-remove', {image})}
                    >
                      ${labels.item(image.index)}
                    </button>
                  </li>`
              )}
            </ul>`
          : nothing
      }
      <p class="soft">${labels.note}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-labelled-masks': RedoLabelledMasks;
  }
}
