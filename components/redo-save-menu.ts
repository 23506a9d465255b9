import {css, html, LitElement, nothing} from 'lit';
import {customElement, property, state} from 'lit/decorators.js';
import {historyCsv, viewRecord} from '../core/session/records.js';
import type {Session} from '../core/session/session.js';
import {MAX_FRAMES} from './gif-recorder.js';
import {RECORDING_KINDS, startRecording, type Recording, type RecordingKind} from './recording.js';
import {saveFile} from './save-file.js';
import {MAX_SECONDS} from './webm-recorder.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';
import {pngFile, svgFile} from './view-files.js';

/** A view that can be saved. */
export interface SavableView {
  /** Part of the file's name. */
  name: string;
  label: string;
  element: HTMLElement;
}

/**
 * Saves what is seen: a view as PNG or SVG, its pictures as they change as GIF or WebM, and the numbers
 * as CSV or JSON. Nothing leaves the machine.
 *
 * @summary Save menu.
 * @fires file-saved - A file was handed to the browser; `detail` is `{name: string, blob: Blob}`. Cancel
 *     the event to keep the browser from saving it.
 */
@customElement('redo-save-menu')
export class RedoSaveMenu extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }

      select {
        min-height: 30px;
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius);
        background: var(--_surface);
      }

      .message {
        flex-basis: 100%;
        margin: 0;
      }

      .failed {
        color: var(--_danger);
      }
    `,
  ];

  /** What can be saved at the moment, asked for when it is. */
  @property({attribute: false}) views: () => readonly SavableView[] = () => [];

  /** Whose numbers to save. */
  @property({attribute: false}) session?: Session;

  /** What files are called, before the name of the view. */
  @property({attribute: 'file-name'}) fileName = 'redo';

  @state() private chosen = '';
  @state() private working = false;
  @state() private message = '';
  @state() private failed = false;
  /** Frames of a GIF, or seconds of a WebM. */
  @state() private length = 0;
  @state() private recording?: Recording & {name: string};

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.recording?.recorder.cancel();
    this.recording = undefined;
  }

  /** The view that is chosen; the first if that one is gone. */
  private get view(): SavableView {
    const views = this.views();
    const view = views.find(({name}) => name === this.chosen) ?? views[0];
    if (!view) throw new Error(strings.save.nothing);
    return view;
  }

  /** Makes a file and hands it to the browser; says what became of it. */
  private async save(ending: string, make: () => Promise<Blob> | Blob, what = ''): Promise<void> {
    const name = [this.fileName, what].filter(Boolean).join('-') + `.${ending}`;
    const blob = await make();
    saveFile(this, name, blob);
    this.message = strings.save.saved(name, blob.size);
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.working = true;
    this.failed = false;
    try {
      await work();
    } catch (error) {
      this.failed = true;
      this.message = strings.save.failed((error as Error).message);
    } finally {
      this.working = false;
    }
  }

  private savePng(): Promise<void> {
    return this.attempt(() => {
      const {element, name} = this.view;
      return this.save('png', () => pngFile(element), name);
    });
  }

  private saveSvg(): Promise<void> {
    return this.attempt(() => {
      const {element, name} = this.view;
      return this.save('svg', () => new Blob([svgFile(element)], {type: 'image/svg+xml'}), name);
    });
  }

  private saveCsv(): Promise<void> {
    const make = () => new Blob([historyCsv(this.session!.history)], {type: 'text/csv'});
    return this.attempt(() => this.save('csv', make));
  }

  private saveJson(): Promise<void> {
    const record = () => JSON.stringify(viewRecord(this.session!), null, 1);
    const make = () => new Blob([record()], {type: 'application/json'});
    return this.attempt(() => this.save('json', make));
  }

  /** Begins to record the view that is chosen, or ends the recording and saves it. */
  private toggleRecording(kind: RecordingKind): Promise<void> {
    return this.attempt(async () => {
      const {recording} = this;
      if (recording) {
        this.recording = undefined;
        return this.save(recording.kind, () => recording.recorder.finish(), recording.name);
      }
      const {element, name} = this.view;
      this.message = '';
      this.length = 0;
      const tell = (length: number) => (this.length = length);
      this.recording = {...startRecording(kind, element, tell), name};
    });
  }

  private discard(): void {
    this.recording?.recorder.cancel();
    this.recording = undefined;
    this.message = strings.save.discarded;
  }

  private renderRecorders() {
    const {save} = strings;
    const {recording, length} = this;
    const names = {
      gif: recording ? save.stop(length, MAX_FRAMES) : save.record,
      webm: recording ? save.stopVideo(length, MAX_SECONDS) : save.recordVideo,
    };
    const kinds = recording ? [recording.kind] : RECORDING_KINDS;
    return html`${kinds.map(
      kind =>
        html`<button
          ?disabled=${this.working}
          aria-pressed=${Boolean(recording)}
          @click=${() => void this.toggleRecording(kind)}
        >
          ${names[kind]}
        </button>`
    )}
    ${recording ? html`<button @click=${() => this.discard()}>${save.discard}</button>` : nothing}`;
  }

  protected override render() {
    const {save} = strings;
    const {session} = this;
    const views = this.views();
    const recording = Boolean(this.recording);
    return html`<label>
        <span class="visually-hidden">${save.view}</span>
        <select
          ?disabled=${recording || this.working}
          @focus=${() => this.requestUpdate()}
          @change=${(event: Event) => (this.chosen = (event.target as HTMLSelectElement).value)}
        >
          ${views.map(
            ({name, label}) =>
              html`<option value=${name} ?selected=${name === this.chosen}>${label}</option>`
          )}
        </select>
      </label>
      <button ?disabled=${this.working} @click=${this.savePng}>PNG</button>
      <button ?disabled=${this.working} @click=${this.saveSvg}>SVG</button>
      ${this.renderRecorders()}
      <button ?disabled=${!session || this.working} @click=${this.saveCsv}>${save.csv}</button>
      <button ?disabled=${!session || this.working} @click=${this.saveJson}>${save.json}</button>
      <p class="message ${this.failed ? 'failed' : 'soft'}" role="status">
        ${this.message || nothing}
      </p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-save-menu': RedoSaveMenu;
  }
}
