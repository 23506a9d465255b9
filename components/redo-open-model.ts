import {css, html, LitElement} from 'lit';
import {customElement, property, query} from 'lit/decorators.js';
import type {ModelInfo} from '../core/engine/protocol.js';
import {explorerStrings} from './explorer-strings.js';
import {MODEL_FILES} from './file-drop.js';
import {controls, theme} from './theme.js';

/**
 * Opens a model file, and says what the last one brought.
 *
 * @summary Button that opens a model file.
 * @fires model-pick - The user picked a file; `detail` is `{file: File}`.
 */
@customElement('redo-open-model')
export class RedoOpenModel extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        min-width: 0;
      }

      p {
        flex: 1 1 200px;
        min-width: 0;
        margin: 0;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @query('input') private readonly input!: HTMLInputElement;

  /** Name of the file that the model was opened from. */
  @property({attribute: 'file-name'}) fileName?: string;

  /** The open model. */
  @property({attribute: false}) info?: ModelInfo;

  private handleChange(): void {
    const [file] = this.input.files ?? [];
    if (!file) return;
    const detail = {file};
    this.dispatchEvent(new CustomEvent('model-pick', {detail, bubbles: true, composed: true}));
    // The same file, mended, is a new choice.
    this.input.value = '';
  }

  protected override render() {
    const {file: names} = explorerStrings;
    const {fileName, info} = this;
    return html`<button @click=${() => this.input.click()}>${names.open}</button>
      <input
        type="file"
        hidden
        aria-label=${names.open}
        accept=${MODEL_FILES.join()}
        @change=${this.handleChange}
      />
      <p class="soft" role="status">
        ${fileName !== undefined && info ? names.loaded(fileName, info) : names.hint}
      </p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-open-model': RedoOpenModel;
  }
}
