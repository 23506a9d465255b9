import {css, html, LitElement, nothing} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import type {Collapse} from '../core/session/collapse.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';

/**
 * Warns that a region has vanished, and offers to start again from another seed.
 *
 * @summary Warning of a collapse.
 * @fires train-reset - The user chose to start again; `detail` is `{seed: number}`.
 * @fires collapse-dismiss - The user chose to go on; `detail` is `{iteration: number}`, the check that warned.
 */
@customElement('redo-collapse-guard')
export class RedoCollapseGuard extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: block;
      }

      .warning {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        padding: 12px 16px;
        border: 1px solid var(--_danger);
        border-radius: var(--_radius);
        background: var(--_sunken);
      }

      p {
        flex: 1 1 320px;
        margin: 0;
      }

      strong {
        color: var(--_danger);
        font-weight: 600;
      }

      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
    `,
  ];

  /** What was found; nothing is shown while absent. */
  @property({attribute: false}) collapse?: Collapse;

  /** Seed that the weights were made from; the next one is offered. */
  @property({type: Number}) seed = 1;

  private emit(type: string, detail: {seed: number} | {iteration: number}): void {
    this.dispatchEvent(new CustomEvent(type, {detail, bubbles: true, composed: true}));
  }

  protected override render() {
    const {collapse, seed} = this;
    const {guard} = strings;
    return html`<div role="alert">
      ${
        collapse
          ? html`<div class="warning">
              <p>
                <strong>${guard.title(collapse.region)}</strong>
                ${guard.text(collapse.area, collapse.iteration)}
              </p>
              <span class="buttons">
                <button class="primary" @click=${() => this.emit('train-reset', {seed: seed + 1})}>
                  ${guard.restart(seed + 1)}
                </button>
                <button
                  @click=${() => this.emit('collapse-dismiss', {iteration: collapse.iteration})}
                >
                  ${guard.goOn}
                </button>
              </span>
            </div>`
          : nothing
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-collapse-guard': RedoCollapseGuard;
  }
}
