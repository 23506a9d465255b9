import {css, html, LitElement, nothing} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {PlaneChoice} from '../core/session/latent.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';

/**
 * What spans the plane of `<redo-latent-map>`: two components of the code, or the two directions
 * in which the region changes most.
 *
 * @summary Choice of a plane through the codes.
 * @fires plane-pick - The user chose another plane; `detail` is `{choice: PlaneChoice}`.
 */
@customElement('redo-plane-choice')
export class RedoPlaneChoice extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }

      fieldset {
        min-width: 0;
        margin: 0;
      }

      .axes {
        display: flex;
        align-items: center;
        gap: 4px;
      }

      select {
        min-height: 30px;
        padding-inline: 6px;
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius);
        background: var(--_surface);
      }
    `,
  ];

  /** Components that a code has. */
  @property({type: Number}) codeSize = 0;

  @property({attribute: false}) choice: PlaneChoice = {kind: 'dimensions', x: 0, y: 1};

  @property({type: Boolean}) disabled = false;

  private pick(choice: PlaneChoice): void {
    this.dispatchEvent(
      new CustomEvent('plane-pick', {detail: {choice}, bubbles: true, composed: true})
    );
  }

  private renderAxis(axis: 'x' | 'y', label: string, choice: PlaneChoice & {kind: 'dimensions'}) {
    const other = axis === 'x' ? 'y' : 'x';
    const pick = (dimension: number) =>
      this.pick({
        ...choice,
        [axis]: dimension,
        // To choose the other axis's component swaps the two.
        ...(choice[other] === dimension && {[other]: choice[axis]}),
      });
    return html`<select
      name=${axis}
      aria-label=${label}
      ?disabled=${this.disabled}
      @change=${(event: Event) => pick(Number((event.target as HTMLSelectElement).value))}
    >
      ${Array.from(
        {length: this.codeSize},
        (_, d) =>
          html`<option value=${d} .selected=${live(d === choice[axis])}>
            ${strings.code.dimension(d)}
          </option>`
      )}
    </select>`;
  }

  protected override render() {
    const {map} = strings;
    const {choice} = this;
    const toKind = (kind: PlaneChoice['kind']) =>
      this.pick(kind === 'principal' ? {kind} : {kind, x: 0, y: 1});
    return html`
      <fieldset class="choice">
        <legend class="visually-hidden">${map.planes}</legend>
        ${(['dimensions', 'principal'] as const).map(
          kind =>
            html`<label>
              <input
                type="radio"
                name="plane"
                .checked=${live(kind === choice.kind)}
                ?disabled=${this.disabled}
                @change=${() => toKind(kind)}
              />${map[kind]}
            </label>`
        )}
      </fieldset>
      ${
        choice.kind === 'dimensions'
          ? html`<span class="axes">
              ${this.renderAxis('x', map.across, choice)}<span aria-hidden="true">×</span>
              ${this.renderAxis('y', map.up, choice)}
            </span>`
          : nothing
      }
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-plane-choice': RedoPlaneChoice;
  }
}
