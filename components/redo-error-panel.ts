import {css, html, LitElement} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';

/** What is said of a failure. */
export interface FailureWords {
  title: string;
  advice: string;
  /** What the button does; it tries again where absent. */
  action?: string;
}

/**
 * What failed, why, and what to do about it.
 *
 * @summary Error with a way on.
 * @fires try-again - The user wants it tried again.
 */
@customElement('redo-error-panel')
export class RedoErrorPanel extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 8px 16px;
        padding: 12px 16px;
        border-inline-start: 3px solid var(--_danger);
        border-radius: var(--_radius);
        background: color-mix(in oklab, var(--_danger) 8%, var(--_surface));
      }

      p {
        margin: 0;
        overflow-wrap: anywhere;
      }

      .title {
        color: var(--_danger);
        font-weight: 600;
      }

      code {
        font:
          12px/1.5 ui-monospace,
          'SF Mono',
          Menlo,
          Consolas,
          monospace;
      }
    `,
  ];

  /** What could not be done. */
  @property() during: Parameters<typeof strings.failure>[0] = 'open';

  /** Why, in the words of what failed. */
  @property() message = '';

  /** Says it in these words, in the place of those of `during`. */
  @property({attribute: false}) words?: FailureWords;

  private handleClick(): void {
    this.dispatchEvent(new CustomEvent('try-again', {bubbles: true, composed: true}));
  }

  protected override render() {
    const {title, advice, action}: FailureWords = this.words ?? strings.failure(this.during);
    return html`<div role="alert">
        <p class="title">${title}</p>
        <p><code>${this.message}</code></p>
        <p class="soft">${advice}</p>
      </div>
      <button @click=${this.handleClick}>${action ?? strings.tryAgain}</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-error-panel': RedoErrorPanel;
  }
}
