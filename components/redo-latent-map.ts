import {drag, select, zoom, zoomIdentity, type D3DragEvent, type D3ZoomEvent} from 'd3';
import {html, LitElement, nothing, type PropertyValues} from 'lit';
import {customElement, property, query, state} from 'lit/decorators.js';
import {
  codeAt,
  coordinatesOf,
  type CodePlane,
  type Coordinates,
} from '../core/session/code-plane.js';
import {CODE_LIMIT} from '../core/session/codes.js';
import {SURVEY_COLUMNS, surveyGrid, type Survey} from '../core/session/latent.js';
import {
  drawMarks,
  drawTiles,
  makeAtlas,
  mapScales,
  type Atlas,
  type MapScales,
} from './latent-map-drawing.js';
import {latentMapStyles} from './latent-map-styles.js';
import {regionInk} from './palette.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';

/** How far the map can be magnified. */
const MAX_ZOOM = 8;

/** Of one press of a button or key. */
const ZOOM_STEP = 1.5;

/** Of one press of an arrow key, in standard deviations. */
const STEP = 0.1;
const LARGE_STEP = 0.5;

const GRID = surveyGrid();

/**
 * A map of the codes of one region: a plane of the code space over which the region is drawn small
 * at each point of a grid. The code is a dot; wherever it is dragged, the region follows.
 *
 * The arrow keys move the code by a tenth of a standard deviation, with Shift by half of one, Home
 * to the middle; + and − zoom. The wheel zooms with Ctrl, or while the map has the focus; two
 * fingers zoom and pan; Shift and the mouse pan.
 *
 * @summary Two-dimensional map of one region's codes.
 * @slot - What chooses the plane.
 * @fires code-move - The user moved the code; `detail` is `{code: Float32Array}`.
 * @csspart field - What the code is dragged on.
 * @cssproperty [--redo-map-size=420px] - Width of the map at most.
 */
@customElement('redo-latent-map')
export class RedoLatentMap extends LitElement {
  static override styles = [theme, controls, latentMapStyles];

  @query('.field') private field!: HTMLElement;
  @query('canvas') private canvas!: HTMLCanvasElement;
  @query('.field > svg') private svg!: SVGSVGElement;

  /** Height and width of the field, in CSS pixels; 0 until it is known. */
  @state() private side = 0;
  @state() private view = zoomIdentity;

  /** z_k `[codeSize]`. */
  @property({attribute: false}) code: Float32Array = new Float32Array();

  /** The plane that the map shows; nothing is drawn while absent. */
  @property({attribute: false}) plane?: CodePlane;

  /** The region over the plane, or over the last one while this one's is drawn. */
  @property({attribute: false}) survey?: Survey;

  /** δ's reading of the code `[codeSize]`, a second mark; none if absent. */
  @property({attribute: false}) recovered?: Float32Array;

  /** Name of the horizontal axis. */
  @property() across = '';

  /** Name of the vertical axis. */
  @property() up = '';

  /** Region index k, from 0; gives the colour. */
  @property({type: Number}) region = 0;

  /** Whether another survey or plane is awaited. */
  @property({type: Boolean}) pending = false;

  @property({type: Boolean}) disabled = false;

  private atlas?: Atlas;
  private readonly resizing = new ResizeObserver(() => this.measure());

  private readonly zooming = zoom<HTMLElement, unknown>()
    .scaleExtent([1, MAX_ZOOM])
    .touchable(true)
    .filter((event: Event) => this.isZoom(event))
    .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => (this.view = event.transform));

  private readonly dragging = drag<HTMLElement, unknown>()
    .container(() => this.field)
    // A screen may come later than the element.
    .touchable(true)
    .filter((event: Event) => !this.disabled && !this.isZoom(event) && isPlain(event))
    .on('start drag', (event: D3DragEvent<HTMLElement, unknown, unknown>) => {
      // A second finger zooms.
      if (this.isZoom(event.sourceEvent as Event)) return;
      const {x, y} = this.scales();
      this.moveTo(within([x.invert(event.x), y.invert(event.y)]));
    });

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => {
      if (this.isConnected) this.resizing.observe(this.field);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizing.disconnect();
  }

  protected override firstUpdated(): void {
    // Zooming first: while it has two fingers, dragging does not see them.
    select(this.field).call(this.zooming).on('dblclick.zoom', null).call(this.dragging);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('survey')) return;
    this.atlas = this.survey && makeAtlas(this.survey.pictures, SURVEY_COLUMNS);
  }

  protected override updated(): void {
    if (this.side === 0) return;
    const scales = this.scales();
    drawTiles(this.canvas, this.isShown ? this.atlas : undefined, GRID, scales);
    const {plane, recovered} = this;
    const marks = {
      code: this.coordinates,
      recovered: plane && recovered && coordinatesOf(plane, recovered),
      hue: regionInk(this.region),
      labels: [this.across, this.up] as const,
    };
    drawMarks(this.svg, marks, scales, this.side);
  }

  private measure(): void {
    const side = this.field.clientWidth;
    if (side === 0 || side === this.side) return;
    const {k, x, y} = this.view;
    const grown = this.side === 0 ? 1 : side / this.side;
    const box: [[number, number], [number, number]] = [
      [0, 0],
      [side, side],
    ];
    this.side = side;
    this.zooming.extent(box).translateExtent(box);
    const view = zoomIdentity.translate(grown * x, grown * y).scale(k);
    select(this.field).call(this.zooming.transform, view);
  }

  private get coordinates(): Coordinates | undefined {
    return this.plane && coordinatesOf(this.plane, this.code);
  }

  /** Whether the survey belongs to what is shown, or to what was, and another is on its way. */
  private get isShown(): boolean {
    return this.plane !== undefined && (this.pending || this.survey?.plane === this.plane);
  }

  private scales(): MapScales {
    return mapScales(this.side, this.view);
  }

  private isZoom(event: Event): boolean {
    if (event instanceof WheelEvent) {
      return event.ctrlKey || event.metaKey || this.shadowRoot?.activeElement === this.field;
    }
    if (event instanceof MouseEvent) {
      return event.button === 1 || (event.button === 0 && event.shiftKey);
    }
    return 'touches' in event && (event as TouchEvent).touches.length > 1;
  }

  private moveTo(at: Coordinates): void {
    if (!this.plane || this.disabled) return;
    const code = codeAt(this.plane, at);
    this.dispatchEvent(
      new CustomEvent('code-move', {detail: {code}, bubbles: true, composed: true})
    );
  }

  /** Zooms about the code, so that it stays where it is seen. */
  private zoomBy(factor: number): void {
    const {x, y} = this.scales();
    const [u, v] = this.coordinates ?? [0, 0];
    select(this.field).call(this.zooming.scaleBy, factor, [x(u), y(v)]);
  }

  private zoomOut(): void {
    select(this.field).call(this.zooming.transform, zoomIdentity);
  }

  private handleKey(event: KeyboardEvent): void {
    const {coordinates} = this;
    if (!coordinates || event.ctrlKey || event.metaKey || event.altKey) return;
    const [x, y] = coordinates;
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const target: Coordinates | undefined = {
      ArrowLeft: [x - step, y] as const,
      ArrowRight: [x + step, y] as const,
      ArrowUp: [x, y + step] as const,
      ArrowDown: [x, y - step] as const,
      Home: [0, 0] as const,
    }[event.key];
    const factor = {'+': ZOOM_STEP, '=': ZOOM_STEP, '-': 1 / ZOOM_STEP}[event.key];
    if (!target && !factor) return;
    event.preventDefault();
    if (factor) this.zoomBy(factor);
    if (target) {
      this.keepInView(within(target));
      this.moveTo(within(target));
    }
  }

  /** Pans to a point where it would be out of sight. */
  private keepInView([u, v]: Coordinates): void {
    const {x, y} = this.scales();
    const seen = [x(u), y(v)].every(pixel => pixel >= 0 && pixel <= this.side);
    if (seen) return;
    const whole = mapScales(this.side, zoomIdentity);
    select(this.field).call(this.zooming.translateTo, whole.x(u), whole.y(v));
  }

  private renderZoom() {
    const {map} = strings;
    const button = (label: string, text: string, press: () => void, disabled: boolean) =>
      html`<button aria-label=${label} title=${label} ?disabled=${disabled} @click=${press}>
        ${text}
      </button>`;
    const {k} = this.view;
    return html`<div class="group zoom" role="group" aria-label=${map.zoom}>
      ${button(map.zoomOut, '−', () => this.zoomBy(1 / ZOOM_STEP), k <= 1)}
      ${button(map.zoomIn, '+', () => this.zoomBy(ZOOM_STEP), k >= MAX_ZOOM)}
      ${button(map.whole, '⤢', () => this.zoomOut(), k === 1)}
    </div>`;
  }

  protected override render() {
    const {map} = strings;
    const {across, up} = this;
    const at = this.coordinates ?? [0, 0];
    const stale = this.survey?.plane !== this.plane;
    return html`
      <div class="bar"><slot></slot>${this.renderZoom()}</div>
      <div class="plot" aria-busy=${this.pending ? 'true' : 'false'}>
        <div
          part="field"
          class="field"
          role="slider"
          tabindex=${this.disabled ? nothing : '0'}
          aria-label=${map.label(across, up)}
          aria-describedby="hint"
          aria-valuemin=${-CODE_LIMIT}
          aria-valuemax=${CODE_LIMIT}
          aria-valuenow=${at[0].toFixed(2)}
          aria-valuetext=${map.at(across, up, at)}
          aria-disabled=${this.disabled ? 'true' : 'false'}
          @keydown=${this.handleKey}
        >
          <canvas class=${stale || this.pending ? 'stale' : ''} aria-hidden="true"></canvas>
          <svg aria-hidden="true"></svg>
        </div>
        ${
          this.pending
            ? html`<p class="note">${this.plane ? map.drawing : map.searching}</p>`
            : nothing
        }
      </div>
      <p id="hint" class="hint soft">${map.hint}</p>
    `;
  }
}

/** The point of the map that is nearest. */
function within(at: Coordinates): Coordinates {
  const clamp = (value: number) => Math.min(Math.max(value, -CODE_LIMIT), CODE_LIMIT);
  return [clamp(at[0]), clamp(at[1])];
}

/** Whether it is the main button, or a finger. */
function isPlain(event: Event): boolean {
  return !(event instanceof MouseEvent) || (event.button === 0 && !event.ctrlKey);
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-latent-map': RedoLatentMap;
  }
}
