import {css, html, LitElement, nothing} from 'lit';
import {customElement, property, query, state} from 'lit/decorators.js';
import {directorySource, type RunSource} from '../core/session/run-source.js';
import {experimentsStrings} from './experiments-strings.js';
import {hasFiles} from './image-drop.js';
import {directoryPicker, droppedRun, pickedRun, runAt} from './run-drop.js';
import {controls, theme} from './theme.js';

/** What was picked. */
export interface RunPick {
  source: RunSource;
  /** Whether the browser shows the folder as it was, and not as it becomes. */
  isSnapshot: boolean;
}

/**
 * Opens the folder of a run: from the disk, by drop, or by its address.
 *
 * @summary Run picker.
 * @fires run-pick - The user picked a run; `detail` is a `RunPick`.
 */
@customElement('redo-run-picker')
export class RedoRunPicker extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: block;
      }

      .area {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        padding: 8px;
        border: 1px dashed var(--_line-strong);
        border-radius: var(--_radius);
      }

      .area.over {
        border-color: var(--_accent);
        background: var(--_sunken);
      }

      form {
        display: flex;
        flex: 1 1 280px;
        gap: 8px;
      }

      input[type='text'] {
        flex: 1 1 0;
        min-width: 0;
        min-height: 30px;
        padding: 0 8px;
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius);
        background: var(--_surface);
      }

      p {
        flex-basis: 100%;
        margin: 0;
        color: var(--_danger);
      }
    `,
  ];

  @query('input[type="file"]') private files!: HTMLInputElement;
  @query('input[type="text"]') private address!: HTMLInputElement;

  @state() private over = false;
  @state() private trouble = '';

  /** Whether nothing can be picked now. */
  @property({type: Boolean}) disabled = false;

  private fire(source: RunSource | undefined, {isSnapshot = false, trouble = ''} = {}): void {
    this.trouble = source ? '' : trouble;
    if (!source) return;
    const detail: RunPick = {source, isSnapshot};
    this.dispatchEvent(new CustomEvent('run-pick', {detail, bubbles: true, composed: true}));
  }

  private async pick(): Promise<void> {
    const pick = directoryPicker();
    if (!pick) return this.files.click();
    try {
      this.fire(directorySource(await pick({mode: 'read'})));
    } catch (error) {
      if ((error as Error).name !== 'AbortError') this.trouble = (error as Error).message;
    }
  }

  private readonly handlePicked = (): void => {
    const trouble = experimentsStrings.picker.noFolder;
    this.fire(pickedRun([...this.files.files!]), {isSnapshot: true, trouble});
    this.files.value = '';
  };

  private readonly handleAddress = (event: Event): void => {
    event.preventDefault();
    const {value} = this.address;
    this.fire(value ? runAt(value) : undefined, {
      trouble: experimentsStrings.picker.noAddress(JSON.stringify(value)),
    });
  };

  private readonly handleDrag = (event: DragEvent): void => {
    if (this.disabled || !hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    this.over = event.type === 'dragover';
  };

  private readonly handleDrop = async (event: DragEvent): Promise<void> => {
    this.over = false;
    if (this.disabled || !event.dataTransfer) return;
    event.preventDefault();
    this.fire(await droppedRun(event.dataTransfer), {trouble: experimentsStrings.picker.noFolder});
  };

  protected override render() {
    const {picker} = experimentsStrings;
    return html`<div
      class="area ${this.over ? 'over' : ''}"
      role="group"
      aria-label=${picker.label}
      @dragover=${this.handleDrag}
      @dragleave=${this.handleDrag}
      @drop=${this.handleDrop}
    >
      <button ?disabled=${this.disabled} @click=${() => void this.pick()}>${picker.folder}</button>
      <span class="soft">${this.over ? picker.drag : picker.drop}</span>
      <input
        type="file"
        webkitdirectory
        hidden
        aria-label=${picker.folder}
        @change=${this.handlePicked}
      />
      <form @submit=${this.handleAddress}>
        <input
          type="text"
          inputmode="url"
          aria-label=${picker.address}
          placeholder=${picker.address}
          ?disabled=${this.disabled}
        />
        <button ?disabled=${this.disabled}>${picker.follow}</button>
      </form>
      ${this.trouble ? html`<p role="alert">${this.trouble}</p>` : nothing}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-run-picker': RedoRunPicker;
  }
}
