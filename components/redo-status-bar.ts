import {css, html, LitElement} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import type {BackendInfo} from '../core/engine/protocol.js';
import type {Status} from '../core/session/session.js';
import {formatCount} from './format.js';
import {strings} from './strings.js';
import {theme} from './theme.js';

/** Facts of the open model. */
export interface ModelFacts {
  backend: BackendInfo;
  /** Height and width of the images, in pixels. */
  size: number;
  dataset: string;
}

/** How a status looks: running, at work, stopped, or nothing of these. */
const MOODS: Record<Status, 'on' | 'at-work' | 'off' | ''> = {
  empty: '',
  opening: 'at-work',
  failed: 'off',
  ready: 'on',
  busy: 'at-work',
  stepping: 'at-work',
  playing: 'at-work',
  waiting: '',
  disposed: 'off',
};

/**
 * Where the numbers are computed, how large, how far, how fast.
 *
 * @summary Status line.
 */
@customElement('redo-status-bar')
export class RedoStatusBar extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 24px;
        color: var(--_ink-soft);
      }

      .state {
        display: flex;
        align-items: center;
        gap: 8px;
        color: var(--_ink);
        font-weight: 500;
      }

      .state::before {
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--_ink-soft);
        content: '';
      }

      .state.on::before {
        background: light-dark(#12805c, #3fc48f);
      }

      .state.at-work::before {
        background: light-dark(#b87f00, #e6b03f);
        animation: breathe 1.6s ease-in-out infinite;
      }

      .state.off::before {
        background: var(--_danger);
      }

      @keyframes breathe {
        50% {
          opacity: 0.35;
        }
      }

      dl {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 24px;
        margin: 0;
      }

      dl > div {
        display: flex;
        gap: 6px;
        min-width: 0;
      }

      dd {
        margin: 0;
        color: var(--_ink);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() status: Status = 'empty';

  /** Facts of the open model; nothing but the status is shown while absent. */
  @property({attribute: false}) facts?: ModelFacts;

  /** Iterations that the weights have behind them. */
  @property({type: Number}) iteration = 0;

  /** Time of an iteration, in milliseconds. */
  @property({type: Number, attribute: 'step-ms'}) stepMs?: number;

  private entries(): [string, string][] {
    const {state} = strings;
    if (!this.facts) return [];
    const {backend, size, dataset} = this.facts;
    return [
      [state.iteration, formatCount(this.iteration)],
      [state.step, state.stepMs(this.stepMs)],
      [state.images, state.size(size, dataset)],
      [
        state.backend,
        [state.backendText(backend), backend.device, state.race(backend)]
          .filter(Boolean)
          .join(' · '),
      ],
    ];
  }

  protected override render() {
    return html`<span class="state ${MOODS[this.status]}">${strings.status(this.status)}</span>
      <dl>
        ${this.entries().map(
          ([name, value]) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`
        )}
      </dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-status-bar': RedoStatusBar;
  }
}
