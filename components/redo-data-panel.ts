import {css, html, LitElement, nothing, type PropertyValues} from 'lit';
import {customElement, property, query, state} from 'lit/decorators.js';
import type {DatasetInfo} from '../core/engine/protocol.js';
import type {DatasetSource, NamedFile} from '../datasets/source.js';
import {pastedDataset} from './dataset-address.js';
import {
  droppedFiles,
  hasFiles,
  isModelDrop,
  namedFiles,
  sourceOf,
  type Search,
} from './image-drop.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';
import {isTyping} from './typing.js';

/**
 * Images of the user's own in the place of a data set: files, a folder, an archive, what is pasted or
 * dropped, or a frame of the camera. Nothing leaves the machine.
 *
 * @summary Picker of own images.
 * @fires images-pick - The user gave images; `detail` is `{source: DatasetSource}`.
 * @fires images-stop - The user wants the images that are being read no more.
 * @fires images-reset - The user wants the preset's data set back.
 * @csspart video - What the camera sees.
 */
@customElement('redo-data-panel')
export class RedoDataPanel extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        gap: 8px;
      }

      summary {
        width: max-content;
        min-height: 30px;
        line-height: 30px;
        cursor: pointer;
      }

      .choices {
        display: grid;
        gap: 8px;
        padding-top: 8px;
      }

      p:empty {
        display: none;
      }

      p,
      ul {
        margin: 0;
        max-width: 76ch;
      }

      ul {
        padding-left: 20px;
        overflow-wrap: anywhere;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }

      video {
        width: min(100%, 320px);
        border-radius: var(--_radius);
      }

      .failed {
        color: var(--_danger);
      }

      .drop {
        position: fixed;
        inset: 0;
        z-index: 10;
        display: grid;
        place-items: center;
        border: 3px dashed var(--_accent);
        background: color-mix(in srgb, var(--_surface) 82%, transparent);
        font-size: 1.4em;
        pointer-events: none;
      }
    `,
  ];

  @query('input:not([webkitdirectory])') private files!: HTMLInputElement;
  @query('input[webkitdirectory]') private folder!: HTMLInputElement;
  @query('video') private video!: HTMLVideoElement;

  @state() private dragged = false;
  @state() private camera?: MediaStream;
  @state() private problem = '';

  /** The data set that is open. */
  @property({attribute: false}) info?: DatasetInfo;

  /** Name of the preset's data set, where another is open. */
  @property() usual?: string;

  /** Element that images are dropped on and pasted into. */
  @property({attribute: false}) target?: HTMLElement;

  /** Whether images are being read. */
  @property({type: Boolean}) working = false;

  /** How much of them has been read, in [0, 1], where that is known. */
  @property({type: Number}) progress?: number;

  /** Files that have been found in what was dropped, while it is gone through. */
  @state() private found?: number;

  private listening?: AbortController;
  private search?: AbortController;

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listening?.abort();
    this.search?.abort();
    this.stopCamera();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('target')) this.listen();
  }

  private listen(): void {
    this.listening?.abort();
    this.listening = new AbortController();
    const {signal} = this.listening;
    const {target} = this;
    if (!target) return;
    const drag = (event: DragEvent, dragged: boolean): void => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      this.dragged = dragged;
    };
    target.addEventListener('dragover', event => drag(event, true), {signal});
    target.addEventListener('dragleave', event => drag(event, false), {signal});
    target.addEventListener('drop', event => this.handleDrop(event), {signal});
    target.addEventListener('paste', event => this.handlePaste(event), {signal});
  }

  private handleDrop(event: DragEvent): void {
    this.dragged = false;
    const {dataTransfer} = event;
    if (event.defaultPrevented || !hasFiles(dataTransfer)) return;
    if (isModelDrop([...dataTransfer.files])) return;
    event.preventDefault();
    void this.attempt(search => droppedFiles(dataTransfer, search));
  }

  private handlePaste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const source = files.length === 0 && !isTyping(event.composedPath()[0]) && pastedDataset(text);
    if (files.length === 0 && !source) return;
    event.preventDefault();
    if (source) return this.give(source);
    const named = namedFiles(files);
    // A picture from the clipboard is called `image.png`, whatever it is of.
    const isPicture = files.length === 1 && /^image\.\w+$/.test(files[0]!.name);
    void this.attempt(async () => named, isPicture ? strings.data.pasted : undefined);
  }

  private handleInput(input: HTMLInputElement): void {
    const files = namedFiles(input.files ?? []);
    // The same files may be chosen again.
    input.value = '';
    if (files.length > 0) void this.attempt(async () => files);
  }

  /** Gives away the files that are found, or says why there are none. A newer search ends an older. */
  private async attempt(
    find: (search: Search) => Promise<NamedFile[]>,
    name?: string
  ): Promise<void> {
    this.search?.abort();
    this.search = new AbortController();
    const {signal} = this.search;
    this.problem = '';
    this.found = undefined;
    try {
      const files = await find({signal, onFound: count => (this.found = count)});
      signal.throwIfAborted();
      if (files.length === 0) throw new Error(strings.data.empty);
      const source = sourceOf(files);
      this.give({...source, name: name ?? source.name});
    } catch (error) {
      // Who stopped it needs no telling.
      if (!signal.aborted) this.problem = (error as Error).message;
    } finally {
      if (signal === this.search.signal) this.found = undefined;
    }
  }

  private give(source: DatasetSource): void {
    const detail = {source};
    this.dispatchEvent(new CustomEvent('images-pick', {detail, bubbles: true, composed: true}));
  }

  private stopReading(): void {
    if (this.found === undefined) return this.tell('images-stop');
    this.search?.abort();
    this.found = undefined;
  }

  private async startCamera(): Promise<void> {
    this.problem = '';
    try {
      const camera = await navigator.mediaDevices.getUserMedia({video: true});
      if (!this.isConnected) {
        camera.getTracks().forEach(track => track.stop());
        return;
      }
      this.camera = camera;
      await this.updateComplete;
      this.video.srcObject = camera;
      await this.video.play();
    } catch (error) {
      this.stopCamera();
      this.problem = strings.data.noCamera((error as Error).message);
    }
  }

  private async takePicture(): Promise<void> {
    const {videoWidth, videoHeight} = this.video;
    const canvas = new OffscreenCanvas(videoWidth, videoHeight);
    canvas.getContext('2d')!.drawImage(this.video, 0, 0);
    this.stopCamera();
    const find = async () => [{path: 'camera.png', blob: await canvas.convertToBlob()}];
    await this.attempt(find, strings.data.captured);
  }

  private stopCamera(): void {
    this.camera?.getTracks().forEach(track => track.stop());
    this.camera = undefined;
  }

  private tell(event: 'images-reset' | 'images-stop'): void {
    this.dispatchEvent(new CustomEvent(event, {bubbles: true, composed: true}));
  }

  private renderCamera() {
    const {data} = strings;
    if (!this.camera) return nothing;
    return html`<video part="video" aria-label=${data.preview} muted playsinline></video>
      <div class="actions">
        <button class="primary" @click=${this.takePicture}>${data.take}</button>
        <button @click=${this.stopCamera}>${data.stop}</button>
      </div>`;
  }

  private renderOpen() {
    const {info, usual} = this;
    if (!info) return nothing;
    const {counts, wholeSplit, notes = []} = info;
    const count = wholeSplit ? counts[wholeSplit] : counts.train + counts.val + counts.test;
    const open = html`<div class="actions">
      <span>${strings.data.open(info.name, count)}</span>
      <button ?disabled=${this.isBusy} @click=${() => this.tell('images-reset')}>
        ${strings.data.back(usual ?? '')}
      </button>
    </div>`;
    const leftOut = html`<ul aria-label=${strings.data.notes}>
      ${notes.map(note => html`<li>${note}</li>`)}
    </ul>`;
    return [usual === undefined ? nothing : open, notes.length > 0 ? leftOut : nothing];
  }

  private get isBusy(): boolean {
    return this.working || this.found !== undefined;
  }

  private renderStatus() {
    const {data} = strings;
    const {found, problem, progress, isBusy} = this;
    const doing = found === undefined ? data.working(progress) : data.searching(found);
    return html`<p role="status" class=${problem ? 'failed' : 'soft'}>
        ${isBusy ? doing : problem}
      </p>
      ${
        isBusy
          ? html`<div class="actions">
              <button @click=${this.stopReading}>${data.stopReading}</button>
            </div>`
          : nothing
      }`;
  }

  protected override render() {
    const {data} = strings;
    return html`<details>
        <summary>${data.title}</summary>
        <div class="choices">
          <p>${data.about} ${data.masks}</p>
          <p class="soft">${data.private}</p>
          <div class="actions">
            <button ?disabled=${this.isBusy} @click=${() => this.files.click()}>
              ${data.files}
            </button>
            <button ?disabled=${this.isBusy} @click=${() => this.folder.click()}>
              ${data.folder}
            </button>
            <button ?disabled=${this.isBusy || Boolean(this.camera)} @click=${this.startCamera}>
              ${data.camera}
            </button>
          </div>
          <input
            hidden
            type="file"
            multiple
            aria-label=${data.files}
            accept="image/*,.ppm,.zip,.tar,.tgz,.gz"
            @change=${() => this.handleInput(this.files)}
          />
          <input
            hidden
            type="file"
            webkitdirectory
            aria-label=${data.folder}
            @change=${() => this.handleInput(this.folder)}
          />
          ${this.renderCamera()}
        </div>
      </details>
      ${this.renderOpen()} ${this.renderStatus()}
      ${this.dragged ? html`<div class="drop" aria-hidden="true">${data.drop}</div>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-data-panel': RedoDataPanel;
  }
}
