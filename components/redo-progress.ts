import {css, html, LitElement} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import type {SessionProgress} from '../core/session/open-model.js';
import {strings} from './strings.js';
import {theme} from './theme.js';

/**
 * How far a command is: the stage by name, and a bar.
 *
 * @summary Progress bar with a named stage.
 * @csspart bar - The bar.
 */
@customElement('redo-progress')
export class RedoProgress extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: grid;
        gap: 8px;
      }

      .bar {
        height: 4px;
        border-radius: 2px;
        background: var(--_line);
        overflow: clip;
      }

      .bar > div {
        width: calc(100% * var(--share));
        height: 100%;
        border-radius: inherit;
        background: var(--_accent);
        transition: width 200ms ease-out;
      }
    `,
  ];

  /** Stage and share; a bar at rest while absent. */
  @property({attribute: false}) progress?: SessionProgress;

  protected override render() {
    const {stage = 'backend', done = 0, total = 0} = this.progress ?? {};
    const share = total > 0 ? Math.min(done / total, 1) : 0;
    const count = stage === 'compile' ? strings.compiled(done, total) : '';
    return html`<span id="stage">${strings.stage(stage)}${count}…</span>
      <div
        part="bar"
        class="bar"
        role="progressbar"
        aria-labelledby="stage"
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${Math.round(100 * share)}
        style="--share: ${share}"
      >
        <div></div>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-progress': RedoProgress;
  }
}
