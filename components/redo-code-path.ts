import {html, nothing} from 'lit';
import {customElement, property, query, state} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import {repeat} from 'lit/directives/repeat.js';
import type {CodePath, KeyFrame} from '../core/session/code-path.js';
import {shelfOf, type StorageSource} from '../core/session/code-shelf.js';
import {explorerOf} from '../core/session/explorer.js';
import type {Way} from '../core/session/interpolation.js';
import type {Session} from '../core/session/session.js';
import {codePathStyles} from './code-path-styles.js';
import {explorerStrings} from './explorer-strings.js';
import {PathPlayer} from './path-player.js';
import {pageStorage} from './redo-code-shelf.js';
import {PathRecording} from './path-recording.js';
import type {RecordingKind} from './recording.js';
import {SessionElement} from './session-element.js';
import {strings} from './strings.js';
import './redo-picture.js';

const WAYS: readonly Way[] = ['spherical', 'linear'];

/** How far a pointer moves before it drags, in CSS pixels. */
const SLACK = 6;

/** Seconds that a path may take. */
const SHORTEST = 0.5;
const LONGEST = 120;

/**
 * A path through the codes of the region in hand: key frames, linear or spherical interpolation, a
 * slider along the way, and play. Nothing plays by itself. It stops where the viewer is out of sight,
 * and where something else moves the code or takes another region in hand. One way along it is recorded
 * as GIF or WebM.
 *
 * @summary Path through codes.
 * @fires frame-add - The user added a key frame; `detail` is `{name: string}`.
 * @fires frame-move - The user moved a key frame; `detail` is `{id: number, to: number}`.
 * @fires frame-remove - The user removed a key frame; `detail` is `{id: number}`.
 * @fires path-go - The user went to a place on the path; `detail` is `{place: number}`.
 * @fires path-change - The user changed how the path goes; `detail` is `{way: string, loop: boolean, durationMs: number}`.
 * @fires path-play - The user set it going or stopped it; `detail` is `{playing: boolean}`.
 * @fires file-saved - A recording was handed to the browser; `detail` is `{name: string, blob: Blob}`.
 * @csspart frames - The key frames.
 */
@customElement('redo-code-path')
export class RedoCodePath extends SessionElement {
  static override styles = [...SessionElement.styles, codePathStyles];

  @query('.frames') private list!: HTMLElement;
  @query('.shown') private shown!: HTMLElement;
  @query('.source') private source!: HTMLSelectElement;

  @state() private playing = false;
  @state() private dragged?: number;
  @state() private message = '';

  /** Where the shelf is saved that key frames come from. */
  @property({attribute: false}) storage: StorageSource = pageStorage;

  private readonly player = new PathPlayer(() => {
    this.playing = false;
    void this.recording.save();
  });
  private readonly recording = new PathRecording(this, () => this.player.stop());
  /** Where the pointer went down on a key frame. */
  private grip?: {id: number; x: number; y: number};

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.recording.discard();
    this.player.stop();
  }

  private add(session: Session, path: CodePath): void {
    const shelf = shelfOf(session.model.peek()!, this.storage);
    const entry = shelf.entries.peek().find(({id}) => String(id) === this.source.value);
    const region = session.region.peek();
    const code = entry?.code ?? session.codes.all[region]!.peek();
    const name = entry?.name ?? strings.code.title(region);
    path.add(name, code);
    this.fire('frame-add', {name});
  }

  private move(path: CodePath, {id, name}: KeyFrame, to: number): void {
    path.move(id, to);
    this.message = explorerStrings.path.moved(name, to);
    this.fire('frame-move', {id, to});
  }

  /** A step by keyboard or press: the focus stays with the key frame. */
  private async step(path: CodePath, frame: KeyFrame, to: number, button: string): Promise<void> {
    this.move(path, frame, to);
    await this.updateComplete;
    const at = this.list.children[to];
    const own = at?.querySelector<HTMLElement>(`.${button}:not(:disabled)`);
    (own ?? at?.querySelector<HTMLElement>('.go'))?.focus();
  }

  private async discard(path: CodePath, {id}: KeyFrame, place: number): Promise<void> {
    path.remove(id);
    this.fire('frame-remove', {id});
    await this.updateComplete;
    const next = this.list.children[place] ?? this.list.lastElementChild;
    (next?.querySelector<HTMLElement>('.remove') ?? this.source).focus();
  }

  private handleDrag(event: PointerEvent, path: CodePath): void {
    const {grip} = this;
    if (!grip) return;
    const {clientX, clientY, pointerId} = event;
    if (this.dragged === undefined) {
      if (Math.hypot(clientX - grip.x, clientY - grip.y) < SLACK) return;
      this.dragged = grip.id;
      // The key frames change places under the pointer; the list stays.
      this.list.setPointerCapture(pointerId);
    }
    const to = [...this.list.children].findIndex(child => {
      const {left, right, top, bottom} = child.getBoundingClientRect();
      return clientX >= left && clientX < right && clientY >= top && clientY < bottom;
    });
    const frames = path.frames.peek();
    const frame = frames.find(({id}) => id === grip.id);
    if (to >= 0 && frame && frames[to] !== frame) this.move(path, frame, to);
  }

  private release(): void {
    this.grip = undefined;
    this.dragged = undefined;
  }

  /** Gives the code at the present place to the region in hand. @returns The code that it has then. */
  private apply(session: Session, path: CodePath): Float32Array | undefined {
    const region = session.region.peek();
    const code = path.code.peek();
    if (code) session.codes.set(region, code);
    return session.codes.all[region]?.peek();
  }

  private goTo(session: Session, path: CodePath, place: number): void {
    this.player.stop();
    path.goTo(place);
    this.apply(session, path);
    this.fire('path-go', {place: path.place.peek()});
  }

  private change(path: CodePath, change: {way?: Way; loop?: boolean; durationMs?: number}): void {
    path.way.value = change.way ?? path.way.peek();
    path.loop.value = change.loop ?? path.loop.peek();
    path.durationMs.value = change.durationMs ?? path.durationMs.peek();
    this.fire('path-change', {
      way: path.way.peek(),
      loop: path.loop.peek(),
      durationMs: path.durationMs.peek(),
    });
  }

  private togglePlay(session: Session, path: CodePath): void {
    if (this.playing) {
      this.player.stop();
    } else {
      if (path.place.peek() === path.length.peek()) path.goTo(0);
      const region = session.region.peek();
      let own = this.apply(session, path);
      this.player.start(session.awake, elapsedMs => {
        const isOurs =
          this.bound?.session === session &&
          session.region.peek() === region &&
          session.codes.all[region]?.peek() === own;
        if (!isOurs) return false;
        const before = path.place.peek();
        const goesOn = path.advance(elapsedMs);
        own = this.apply(session, path);
        // A recording goes around once, and not for ever.
        return goesOn && !(this.recording.active && path.place.peek() < before);
      });
      this.playing = this.player.playing;
    }
    this.fire('path-play', {playing: this.playing});
  }

  /** Plays the path once from its beginning, and records what it looks like. */
  private record(session: Session, path: CodePath, kind: RecordingKind): void {
    this.player.stop();
    path.goTo(0);
    this.apply(session, path);
    if (this.recording.start(kind, this.shown)) this.togglePlay(session, path);
  }

  private renderBar(session: Session, path: CodePath) {
    const {path: names} = explorerStrings;
    const entries = shelfOf(session.model.value!, this.storage).entries.value;
    return html`<div class="bar">
      <label>
        ${names.source}
        <select class="source">
          <option value="">${names.now}</option>
          ${entries.map(({id, name}) => html`<option value=${id}>${name}</option>`)}
        </select>
      </label>
      <button class="add" @click=${() => this.add(session, path)}>${names.add}</button>
      <div class="choice" role="radiogroup" aria-label=${names.way}>
        ${WAYS.map(
          way =>
            html`<label>
              <input
                type="radio"
                name="way"
                value=${way}
                .checked=${live(path.way.value === way)}
                @change=${() => this.change(path, {way})}
              />${names.ways[way]}
            </label>`
        )}
      </div>
      <label>
        <input
          type="checkbox"
          name="loop"
          .checked=${live(path.loop.value)}
          @change=${() => this.change(path, {loop: !path.loop.peek()})}
        />${names.loop}
      </label>
      <label>
        ${names.duration}
        <input
          type="number"
          name="duration"
          min=${SHORTEST}
          max=${LONGEST}
          step="0.5"
          .value=${live(String(path.durationMs.value / 1000))}
          @change=${(event: Event) => {
            const {valueAsNumber: seconds} = event.target as HTMLInputElement;
            const durationMs = 1000 * Math.min(Math.max(seconds, SHORTEST), LONGEST);
            if (Number.isFinite(durationMs)) this.change(path, {durationMs});
            // What was typed is not always what is kept.
            this.requestUpdate();
          }}
        />
      </label>
    </div>`;
  }

  private renderFrame(session: Session, path: CodePath, frame: KeyFrame, place: number) {
    const {path: names} = explorerStrings;
    const {id, name, code} = frame;
    const drawn = path.pictures.state.value.value;
    const picture = drawn?.region === session.region.value ? drawn.pictures.get(code) : undefined;
    const isLast = place === path.frames.value.length - 1;
    return html`<li class="frame ${id === this.dragged ? 'dragged' : ''}">
      <button
        class="go"
        aria-label=${names.go(name, place)}
        aria-current=${path.place.value === place ? 'true' : 'false'}
        @click=${() => this.goTo(session, path, place)}
        @pointerdown=${({clientX: x, clientY: y, isPrimary}: PointerEvent) => {
          if (isPrimary) this.grip = {id, x, y};
        }}
      >
        <redo-picture .picture=${picture}></redo-picture>
        <span>${place + 1} ${name}</span>
      </button>
      <div class="group">
        <button
          class="earlier"
          aria-label=${names.earlier(name)}
          ?disabled=${place === 0}
          @click=${() => this.step(path, frame, place - 1, 'earlier')}
        >
          ‹
        </button>
        <button
          class="later"
          aria-label=${names.later(name)}
          ?disabled=${isLast}
          @click=${() => this.step(path, frame, place + 1, 'later')}
        >
          ›
        </button>
        <button
          class="remove"
          aria-label=${names.remove(name)}
          @click=${() => this.discard(path, frame, place)}
        >
          ×
        </button>
      </div>
    </li>`;
  }

  private renderPlay(session: Session, path: CodePath) {
    const {path: names} = explorerStrings;
    const region = session.region.value;
    const length = path.length.value;
    const text = names.place(length > 0 ? path.place.value / length : 0);
    const shown = session.views.redraws.value[region]?.state.value.value?.region;
    return html`<div class="play">
      <redo-picture class="shown" label=${names.shown(region)} .picture=${shown}></redo-picture>
      <button
        class="primary toggle"
        ?disabled=${length === 0}
        @click=${() => this.togglePlay(session, path)}
      >
        ${this.playing ? names.pause : names.play}
      </button>
      <input
        type="range"
        min="0"
        max=${Math.max(length, 1)}
        step="0.01"
        aria-label=${names.slider}
        aria-valuetext=${text}
        .value=${live(path.place.value.toFixed(2))}
        ?disabled=${length === 0}
        @input=${(event: Event) =>
          this.goTo(session, path, (event.target as HTMLInputElement).valueAsNumber)}
      />
      <output>${length > 0 ? text : nothing}</output>
    </div>`;
  }

  protected override renderSession(session: Session) {
    const {path: names} = explorerStrings;
    const {path} = explorerOf(session);
    const frames = path.frames.value;
    return html`
      ${this.renderErrors(path.pictures)}${this.renderBar(session, path)}
      <ol
        part="frames"
        class="frames"
        aria-label=${names.list}
        @pointermove=${(event: PointerEvent) => this.handleDrag(event, path)}
        @pointerup=${this.release}
        @pointercancel=${this.release}
      >
        ${repeat(
          frames,
          ({id}) => id,
          (frame, place) => this.renderFrame(session, path, frame, place)
        )}
      </ol>
      ${this.renderPlay(session, path)}
      ${this.recording.render(path.length.value > 0, kind => this.record(session, path, kind))}
      ${path.ways.value.map(({reason}, from) =>
        reason
          ? html`<p class="hint straight">
              ${names.straight[reason](from, (from + 1) % frames.length)}
            </p>`
          : nothing
      )}
      <p class="hint soft">${frames.length > 1 ? names.hint : names.empty}</p>
      <p class="visually-hidden" role="status">${this.message}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-code-path': RedoCodePath;
  }
}
