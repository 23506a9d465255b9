import {css, html, nothing, type TemplateResult} from 'lit';
import {customElement, state} from 'lit/decorators.js';
import {explorerStrings} from './explorer-strings.js';
import {SessionElement} from './session-element.js';
import './redo-code-path.js';
import './redo-code-shelf.js';
import './redo-discriminator-view.js';
import './redo-image-browser.js';
import './redo-inside-view.js';
import './redo-model-shelf.js';
import './redo-recovery-scatter.js';
import './redo-redraw-grid.js';

type View =
  'browser' | 'shelf' | 'path' | 'grid' | 'recovery' | 'discriminator' | 'inside' | 'models';

const VIEWS: readonly View[] = [
  'browser',
  'shelf',
  'path',
  'grid',
  'recovery',
  'discriminator',
  'inside',
  'models',
];

/**
 * The larger views of a viewer, each closed until it is wanted. What is closed computes nothing.
 *
 * @summary Closed panels of the larger views.
 */
@customElement('redo-explorer')
export class RedoExplorer extends SessionElement {
  static override styles = [
    ...SessionElement.styles,
    css`
      summary {
        width: fit-content;
        min-height: 30px;
        font-weight: 600;
        line-height: 30px;
        cursor: pointer;
      }

      details[open] {
        padding-bottom: 16px;
      }
    `,
  ];

  @state() private opened: ReadonlySet<View> = new Set();

  private toggle(view: View, event: Event): void {
    const {open} = event.target as HTMLDetailsElement;
    if (open === this.opened.has(view)) return;
    const opened = new Set(this.opened);
    if (open) opened.add(view);
    else opened.delete(view);
    this.opened = opened;
  }

  private renderView(view: View): TemplateResult {
    const {bound: host} = this;
    switch (view) {
      case 'browser':
        return html`<redo-image-browser .viewer=${host}></redo-image-browser>`;
      case 'shelf':
        return html`<redo-code-shelf .viewer=${host}></redo-code-shelf>`;
      case 'path':
        return html`<redo-code-path .viewer=${host}></redo-code-path>`;
      case 'grid':
        return html`<redo-redraw-grid .viewer=${host}></redo-redraw-grid>`;
      case 'recovery':
        return html`<redo-recovery-scatter .viewer=${host}></redo-recovery-scatter>`;
      case 'discriminator':
        return html`<redo-discriminator-view .viewer=${host}></redo-discriminator-view>`;
      case 'inside':
        return html`<redo-inside-view .viewer=${host}></redo-inside-view>`;
      case 'models':
        return html`<redo-model-shelf .viewer=${host}></redo-model-shelf>`;
    }
  }

  protected override renderSession() {
    return html`${VIEWS.map(
      view =>
        html`<details
          class=${view}
          ?open=${this.opened.has(view)}
          @toggle=${(event: Event) => this.toggle(view, event)}
        >
          <summary>${explorerStrings[view].title}</summary>
          ${this.opened.has(view) ? this.renderView(view) : nothing}
        </details>`
    )}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-explorer': RedoExplorer;
  }
}
