import {css, html, LitElement, nothing} from 'lit';
import {customElement, property, state} from 'lit/decorators.js';
import {unsafeHTML} from 'lit/directives/unsafe-html.js';
import {experimentsStrings} from './experiments-strings.js';
import {experimentsStyles} from './experiments-styles.js';
import {drawFigure3, type Figure3, readFigure3} from './figure-3-drawing.js';
import {saveFile} from './save-file.js';
import {controls, theme} from './theme.js';

/**
 * The paper's Figure 3 of a file that `npm run baseline -- --json` wrote.
 *
 * @summary Figure 3.
 * @fires file-saved - The user saved the chart; `detail` is `{name: string, blob: Blob}`.
 */
@customElement('redo-figure-3')
export class RedoFigure3 extends LitElement {
  static override styles = [
    theme,
    controls,
    experimentsStyles,
    css`
      .chart > svg {
        width: min(100%, 720px);
        border-radius: var(--_radius);
      }
    `,
  ];

  @state() private trouble = '';

  /** The figure; none if absent. */
  @property({attribute: false}) figure?: Figure3;

  private async open(file: File): Promise<void> {
    this.trouble = '';
    try {
      this.figure = readFigure3(await file.text());
    } catch (error) {
      this.trouble = `${file.name}: ${(error as Error).message}`;
    }
  }

  protected override render() {
    const {figure3} = experimentsStrings;
    const svg = this.figure && drawFigure3(this.figure);
    return html`<div class="bar">
        <label>
          ${figure3.open}
          <input
            type="file"
            accept=".json,application/json"
            @change=${({target}: Event) => {
              const input = target as HTMLInputElement;
              const [file] = input.files!;
              if (file) void this.open(file);
              input.value = '';
            }}
          />
        </label>
        ${
          svg
            ? html`<button
                @click=${() =>
                  saveFile(this, 'figure-3.svg', new Blob([svg], {type: 'image/svg+xml'}))}
              >
                ${figure3.save}
              </button>`
            : nothing
        }
      </div>
      ${this.trouble ? html`<p class="trouble" role="alert">${this.trouble}</p>` : nothing}
      ${
        svg
          ? html`<div class="chart" role="img" aria-label=${figure3.alt(this.figure!)}>
              ${unsafeHTML(svg)}
            </div>`
          : html`<p class="soft">${figure3.none}</p>`
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-figure-3': RedoFigure3;
  }
}
