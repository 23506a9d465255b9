import {css, html, LitElement, nothing} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import type {Collapse, Decline} from '../core/session/collapse.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';

/**
 * Warns that a region has vanished, or that masks have got worse, and offers to go back, to start again
 * from another seed, or to go on.
 *
 * @summary Warning of a collapse.
 * @fires train-reset - The user chose to start again; `detail` is `{seed: number}`.
 * @fires timeline-go - The user chose to go back; `detail` is `{iteration: number}`.
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
  @property({attribute: false}) collapse?: Collapse | Decline;

  /** Iteration of a state to go back to; none is offered if absent. */
  @property({type: Number}) back?: number;

  /** Seed that the weights were made from; the next one is offered. */
  @property({type: Number}) seed = 1;

  private emit(type: string, detail: {seed: number} | {iteration: number}): void {
    this.dispatchEvent(new CustomEvent(type, {detail, bubbles: true, composed: true}));
  }

  protected override render() {
    const {collapse, seed, back} = this;
    const {guard} = strings;
    const [title, text] = collapse ? told(collapse) : [];
    return html`<div role="alert">
      ${
        collapse
          ? html`<div class="warning">
              <p>
                <strong>${title}</strong>
                ${text}
              </p>
              <span class="buttons">
                <button class="primary" @click=${() => this.emit('train-reset', {seed: seed + 1})}>
                  ${guard.restart(seed + 1)}
                </button>
                ${
                  back === undefined
                    ? nothing
                    : html`<button @click=${() => this.emit('timeline-go', {iteration: back})}>
                        ${guard.back(back)}
                      </button>`
                }
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

/** What is said: in short, and in numbers. */
function told(found: Collapse | Decline): [title: string, text: string] {
  const {guard} = strings;
  if ('region' in found)
    return [guard.title(found.region), guard.text(found.area, found.iteration)];
  const {objectIou, iteration, best, bestIteration} = found;
  return [guard.decline, guard.declineText(objectIou, iteration, best, bestIteration)];
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-collapse-guard': RedoCollapseGuard;
  }
}
