import {css, html, LitElement, nothing, type PropertyValues} from 'lit';
import {customElement, property, query, state} from 'lit/decorators.js';
import type {Masks, Picture} from '../core/engine/protocol.js';
import {floodCoverage, paintRegion, type Point} from '../core/session/mask-edits.js';
import {MaskStroke, type MaskTool} from '../core/session/mask-stroke.js';
import {regionAt} from './mask-drawing.js';
import {BRUSH_SIZES, type PaintEvents} from './paint-events.js';
import {strings} from './strings.js';
import {theme} from './theme.js';
import './redo-mask-view.js';

/** Pixels that the cursor moves with Shift held. */
const LEAP = 8;

/** Button of a pen whose other end, the eraser, is on the surface. */
const PEN_ERASER = 5;

const ARROWS: Partial<Record<string, Point>> = {
  ArrowLeft: {x: -1, y: 0},
  ArrowRight: {x: 1, y: 0},
  ArrowUp: {x: 0, y: -1},
  ArrowDown: {x: 0, y: 1},
};

/**
 * Masks to paint on: with mouse, pen or finger, or with a cursor that the arrow keys move.
 *
 * As an input keeps what is typed into it, `masks` and `brushSize` take the user's change before
 * an event tells of it. Masks from outside end a stroke under way.
 *
 * @summary Paints one region's mask.
 * @fires mask-edit - A stroke goes on, or a stroke or a fill has ended; `detail` is `{masks: Masks, ended: boolean}`. A stroke that is given up ends with the masks that it began with.
 * @fires mask-undo - The user asked for the last edit to be undone.
 * @fires mask-redo - The user asked for it to be done again.
 * @fires brush-change - The user made the brush larger or smaller; `detail` is `{brushSize: number, hardness: number}`.
 * @csspart surface - What is painted on.
 */
@customElement('redo-mask-editor')
export class RedoMaskEditor extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }

      .surface {
        position: relative;
        border-radius: var(--_radius);
        overflow: clip;
        cursor: crosshair;
        touch-action: none;
        user-select: none;
        -webkit-user-select: none;
      }

      .surface[aria-disabled='true'] {
        cursor: default;
        touch-action: auto;
      }

      redo-mask-view {
        pointer-events: none;
      }

      .brush {
        position: absolute;
        min-width: 3px;
        aspect-ratio: 1;
        border-radius: 50%;
        outline: 1px solid #fff;
        box-shadow: 0 0 0 2px rgb(0 0 0 / 70%);
        opacity: 0;
        pointer-events: none;
        translate: -50% -50%;
      }

      .surface:is(:hover, :focus-visible) .brush {
        opacity: 1;
      }
    `,
  ];

  @query('.surface') private surface!: HTMLElement;

  /** Where pointer or arrow keys are; undefined before either. */
  @state() private cursor?: Point;
  /** What is said aloud. */
  @state() private said = '';

  /** The masks; nothing can be painted while absent. */
  @property({attribute: false}) masks?: Masks;

  /** The image under the masks. */
  @property({attribute: false}) picture?: Picture;

  /** Region k whose mask is painted, from 0. */
  @property({type: Number}) region = 0;

  @property() tool: MaskTool = 'brush';

  /** Diameter in pixels of the masks. */
  @property({type: Number}) brushSize = 6;

  /** Of the brush's edge, in [0, 1]: 1 is crisp. */
  @property({type: Number}) hardness = 0.8;

  /** See `<redo-mask-view>`, as the four that follow. */
  @property() mode: 'overlay' | 'colours' = 'overlay';

  @property({type: Number}) opacity = 0.6;

  @property({type: Boolean}) alone = false;

  @property({type: Boolean}) hard = false;

  @property({type: Boolean}) patterns = false;

  @property({type: Boolean}) disabled = false;

  private stroke?: MaskStroke;
  /** The pointer that draws the stroke; the keyboard if none. */
  private pointer?: number;
  /** What the user asked for and has not seen yet. */
  private asked?: 'undone' | 'redone';

  protected override willUpdate(changed: PropertyValues<this>): void {
    const others = changed.has('masks') && this.masks !== this.stroke?.masks;
    if (others || this.disabled) this.stroke = undefined;
    if (others && this.asked) this.say(strings.paint[this.asked]);
    if (changed.has('masks')) this.asked = undefined;
  }

  /** The pixel under a pointer, also outside of the image. */
  private pixelOf({clientX, clientY}: PointerEvent): Point {
    const {left, top, width, height} = this.surface.getBoundingClientRect();
    return {
      x: Math.floor(((clientX - left) / width) * this.masks!.width),
      y: Math.floor(((clientY - top) / height) * this.masks!.height),
    };
  }

  private within({x, y}: Point): Point {
    const {width, height} = this.masks!;
    return {
      x: Math.min(Math.max(x, 0), width - 1),
      y: Math.min(Math.max(y, 0), height - 1),
    };
  }

  private begin(point: Point, tool: MaskTool): void {
    const {masks, region, brushSize, hardness} = this;
    if (tool === 'fill') {
      const filled = paintRegion(masks!, region, floodCoverage(masks!, this.within(point)));
      if (filled !== masks) this.edit(filled, true);
      this.say(strings.paint.drawn.fill(region));
      return;
    }
    this.stroke = new MaskStroke(masks!, region, tool, {size: brushSize, hardness});
    this.follow([point]);
  }

  private follow(points: readonly Point[]): void {
    if (this.stroke?.follow(points)) this.edit(this.stroke.masks, false);
  }

  private end(): void {
    const {stroke} = this;
    if (!stroke) return;
    this.stroke = undefined;
    if (stroke.masks !== stroke.base) this.edit(stroke.masks, true);
    this.say(strings.paint.drawn[stroke.tool](stroke.region));
  }

  /** Gives the stroke under way up. */
  private cancel(): void {
    const {stroke} = this;
    this.stroke = undefined;
    if (stroke && stroke.masks !== stroke.base) this.edit(stroke.base, true);
  }

  private edit(masks: Masks, ended: boolean): void {
    this.masks = masks;
    this.asked = undefined;
    this.emit('mask-edit', {masks, ended});
  }

  private say(text: string): void {
    this.said = text;
  }

  private emit<T extends keyof PaintEvents>(type: T, detail?: PaintEvents[T]): void {
    this.dispatchEvent(new CustomEvent(type, {detail, bubbles: true, composed: true}));
  }

  private handlePointerDown(event: PointerEvent): void {
    const erases = event.button === PEN_ERASER;
    if (!this.masks || this.disabled || this.stroke || !(event.button === 0 || erases)) return;
    this.surface.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.cursor = this.pixelOf(event);
    this.begin(this.cursor, erases ? 'eraser' : this.tool);
  }

  private handlePointerMove(event: PointerEvent): void {
    if (!this.masks || this.disabled) return;
    if (this.stroke && event.pointerId !== this.pointer) return;
    this.cursor = this.pixelOf(event);
    if (!this.stroke) return;
    const path = event.getCoalescedEvents();
    this.follow((path.length ? path : [event]).map(each => this.pixelOf(each)));
  }

  private handlePointerEnd(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    this.pointer = undefined;
    this.end();
  }

  private handleKey(event: KeyboardEvent): void {
    if (!this.masks || this.disabled) return;
    const command = event.ctrlKey || event.metaKey;
    // Many keyboards have brackets behind a modifier.
    const handled =
      this.handleSizeKey(event) ||
      (!event.altKey && (command ? this.handleCommand(event) : this.handlePlainKey(event)));
    if (handled) event.preventDefault();
  }

  private handleSizeKey({key}: KeyboardEvent): boolean {
    if (key !== '[' && key !== ']') return false;
    this.resize(this.brushSize + (key === '[' ? -1 : 1));
    return true;
  }

  private handleCommand({key, shiftKey}: KeyboardEvent): boolean {
    const letter = key.toLowerCase();
    if (letter !== 'z' && letter !== 'y') return false;
    this.cancel();
    const redo = letter === 'y' || shiftKey;
    this.asked = redo ? 'redone' : 'undone';
    this.emit(redo ? 'mask-redo' : 'mask-undo');
    return true;
  }

  private handlePlainKey({key, shiftKey, repeat}: KeyboardEvent): boolean {
    const arrow = ARROWS[key];
    if (arrow) this.moveBy(arrow, shiftKey ? LEAP : 1);
    else if (key === 'Escape' && this.stroke) this.cancel();
    else if (key !== ' ' && key !== 'Enter') return false;
    else if (!repeat && !this.stroke) {
      this.cursor ??= this.middle();
      this.begin(this.cursor, this.tool);
      if (key === 'Enter') this.end();
    }
    return true;
  }

  private handleKeyUp({key}: KeyboardEvent): void {
    if (key === ' ' && this.pointer === undefined) this.end();
  }

  private handleFocus(): void {
    this.cursor ??= this.masks && this.middle();
  }

  private handleBlur(): void {
    if (this.pointer === undefined) this.end();
  }

  private middle(): Point {
    const {width, height} = this.masks!;
    return {x: Math.floor(width / 2), y: Math.floor(height / 2)};
  }

  private moveBy({x, y}: Point, pixels: number): void {
    const from = this.cursor ?? this.middle();
    const to = this.within({x: from.x + pixels * x, y: from.y + pixels * y});
    this.cursor = to;
    if (this.stroke && this.pointer === undefined) this.follow([to]);
    this.say(strings.paint.at(to.x, to.y, regionAt(this.masks!, to.x, to.y)));
  }

  private resize(size: number): void {
    const {min, max} = BRUSH_SIZES;
    const brushSize = Math.min(Math.max(size, min), max);
    if (brushSize === this.brushSize) return;
    this.brushSize = brushSize;
    this.emit('brush-change', {brushSize, hardness: this.hardness});
    this.say(strings.paint.sizeNow(brushSize));
  }

  private renderBrush({width, height}: Masks, {x, y}: Point) {
    const size = this.tool === 'fill' ? 1 : this.brushSize;
    return html`<span
      class="brush"
      style="left: ${((x + 0.5) / width) * 100}%; top: ${((y + 0.5) / height) * 100}%; width: ${(size / width) * 100}%"
    ></span>`;
  }

  protected override render() {
    const {masks, cursor} = this;
    return html`
      <div
        part="surface"
        class="surface"
        role="application"
        tabindex="0"
        aria-label=${strings.paint.surface(this.region)}
        aria-description=${strings.paint.keys}
        aria-disabled=${this.disabled ? 'true' : nothing}
        @pointerdown=${this.handlePointerDown}
        @pointermove=${this.handlePointerMove}
        @lostpointercapture=${this.handlePointerEnd}
        @keydown=${this.handleKey}
        @keyup=${this.handleKeyUp}
        @focus=${this.handleFocus}
        @blur=${this.handleBlur}
      >
        <redo-mask-view
          mode=${this.mode}
          .masks=${masks}
          .picture=${this.picture}
          .region=${this.region}
          .opacity=${this.opacity}
          .alone=${this.alone}
          .hard=${this.hard}
          .patterns=${this.patterns}
        ></redo-mask-view>
        ${masks && cursor && !this.disabled ? this.renderBrush(masks, cursor) : nothing}
      </div>
      <p class="visually-hidden" role="status">${this.said}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-mask-editor': RedoMaskEditor;
  }
}
