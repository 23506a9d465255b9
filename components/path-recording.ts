import {html, type LitElement, type TemplateResult} from 'lit';
import {RECORDING_KINDS, startRecording, type Recording, type RecordingKind} from './recording.js';
import {saveFile} from './save-file.js';
import {strings} from './strings.js';
import {FRAME_MS} from './view-frames.js';

/** The recording of a path while it is played, and its buttons. */
export class PathRecording {
  private readonly host: LitElement;
  private readonly stop: () => void;
  private recording?: Recording;
  /** What became of the last one. */
  private note = '';

  /**
   * @param host Fires `file-saved`.
   * @param stop Stops what is recorded.
   */
  constructor(host: LitElement, stop: () => void) {
    this.host = host;
    this.stop = stop;
  }

  get active(): boolean {
    return this.recording !== undefined;
  }

  /** @returns Whether it has begun: what the browser can't record is said. */
  start(kind: RecordingKind, view: HTMLElement): boolean {
    this.note = '';
    try {
      this.recording = startRecording(kind, view, () => {});
    } catch (error) {
      this.note = strings.save.failed((error as Error).message);
    }
    this.host.requestUpdate();
    return this.active;
  }

  /** Ends it, if there is one, when its last picture has been drawn. */
  async save(): Promise<void> {
    const {recording} = this;
    if (!recording) return;
    await new Promise(resolve => setTimeout(resolve, 3 * FRAME_MS));
    if (recording !== this.recording) return;
    this.recording = undefined;
    const name = `path.${recording.kind}`;
    try {
      const blob = await recording.recorder.finish();
      saveFile(this.host, name, blob);
      this.note = strings.save.saved(name, blob.size);
    } catch (error) {
      this.note = strings.save.failed((error as Error).message);
    }
    this.host.requestUpdate();
  }

  discard(): void {
    if (!this.recording) return;
    this.recording.recorder.cancel();
    this.recording = undefined;
    this.note = strings.save.discarded;
    this.stop();
    this.host.requestUpdate();
  }

  render(enabled: boolean, record: (kind: RecordingKind) => void): TemplateResult {
    const {save} = strings;
    const names = {gif: save.record, webm: save.recordVideo};
    return html`<div class="bar">
      ${
        this.active
          ? html`<button class="discard" @click=${() => this.discard()}>${save.discard}</button>`
          : RECORDING_KINDS.map(
              kind =>
                html`<button class="record" ?disabled=${!enabled} @click=${() => record(kind)}>
                  ${names[kind]}
                </button>`
            )
      }
      <span class="soft" role="status">${this.note}</span>
    </div>`;
  }
}
