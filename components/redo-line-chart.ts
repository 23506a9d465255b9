import {css, html, LitElement, nothing} from 'lit';
import {customElement, property, query, state} from 'lit/decorators.js';
import {formatValue} from './format.js';
import {
  drawLineChart,
  rowAt,
  rowsIn,
  zoomBetween,
  type ChartData,
  type ChartOptions,
  type ChartSeries,
} from './line-chart-drawing.js';
import {strings} from './strings.js';
import {theme} from './theme.js';

/** A drag that is shorter was a click. */
const BRUSH_PX = 5;

/**
 * Numbers over iterations, with a legend that reads the cursor's row, or the last.
 *
 * The cursor follows the pointer and, as a slider, the arrow keys. Dragging across with a mouse or
 * pen zooms in on what is between, + and − zoom about the cursor, a double click or Escape shows all.
 * Charts are linked by giving cursor and zoom of one to the others.
 *
 * @summary Line chart.
 * @fires cursor-move - The user moved the cursor; `detail` is `{row?: number}`, absent when it left.
 * @fires zoom-change - The user chose the iterations to show; `detail` is `{zoom?: [first, last]}`, absent for all.
 * @csspart plot - The plot.
 * @cssproperty [--redo-chart-height=160px] - Height of the plot.
 */
@customElement('redo-line-chart')
export class RedoLineChart extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: grid;
        grid-template-rows: 1fr auto;
        min-width: 0;
      }

      header {
        display: flex;
        flex-wrap: wrap;
        align-content: start;
        align-items: baseline;
        gap: 2px 16px;
        min-height: 40px;
      }

      h3 {
        margin: 0;
        font-size: inherit;
        font-weight: 600;
      }

      .at {
        margin-inline-start: auto;
      }

      dl {
        display: flex;
        flex-wrap: wrap;
        flex-basis: 100%;
        gap: 2px 16px;
        margin: 0;
      }

      dl > div {
        display: flex;
        align-items: center;
        gap: 6px;
      }

      dd {
        min-width: 2.6em;
        margin: 0;
      }

      .key {
        width: 16px;
        height: 8px;
        overflow: visible;
      }

      .plot {
        position: relative;
        height: var(--redo-chart-height, 160px);
        touch-action: pan-y;
        cursor: crosshair;
        contain: layout;
      }

      .plot > svg {
        position: absolute;
        inset: 0;
        overflow: visible;
      }

      .plot > svg.without {
        visibility: hidden;
      }

      .empty {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        margin: 0;
        padding: 16px 24px;
        border-radius: var(--_radius);
        background: var(--_sunken);
        color: var(--_ink-soft);
        text-align: center;
      }

      path.line {
        fill: none;
        stroke-width: 1.5;
        stroke-linejoin: round;
      }

      path.raw {
        fill: none;
        opacity: 0.3;
      }

      rect.brush {
        fill: var(--_accent);
        fill-opacity: 0.15;
        stroke: var(--_accent);
      }

      .domain {
        stroke: none;
      }

      .tick line {
        stroke: var(--_line);
      }

      .tick text {
        fill: var(--_ink-soft);
        font: 11px var(--_font);
        font-variant-numeric: tabular-nums;
      }

      line.cursor {
        stroke: var(--_line-strong);
      }

      .mark line {
        stroke: var(--_ink-soft);
        stroke-dasharray: 2 3;
      }

      .mark path {
        fill: var(--_ink-soft);
      }

      circle.cursor {
        stroke: var(--_surface);
        stroke-width: 1.5;
      }
    `,
  ];

  @query('.plot') private plot!: HTMLElement;
  @query('.plot > svg') private svg!: SVGSVGElement;

  /** Width and height of the plot, in CSS pixels. */
  @state() private box = {width: 0, height: 0};
  /** Where a drag began and is, in CSS pixels of the plot. */
  @state() private brush?: readonly [from: number, to: number];

  /** What the numbers are. Called `heading` because `title` is the browser's. */
  @property() heading = '';

  /** The lines. A new object is new data, also where its arrays are the same and have grown. */
  @property({attribute: false}) data: ChartData = {x: [], series: []};

  /** Row that the cursor is at; none if absent. */
  @property({attribute: false}) row?: number;

  /** First and last iteration to show; all if absent. */
  @property({attribute: false}) zoom?: readonly [number, number];

  /** Draws values on a logarithmic axis, up and down from 0; of no effect where the data state a range. */
  @property({type: Boolean}) log = false;

  /** Weight of what came before in a moving average, in [0, 1); 0 draws the values alone. */
  @property({type: Number}) smoothing = 0;

  /** What is said while there are no numbers. */
  @property() empty: string = strings.charts.empty;

  private readonly resizing = new ResizeObserver(() => this.measure());

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => {
      if (this.isConnected) this.resizing.observe(this.plot);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizing.disconnect();
  }

  protected override updated(): void {
    if (this.box.width > 0) drawLineChart(this.svg, this.data, this.options());
  }

  private options(): ChartOptions {
    const {row, zoom, log, smoothing, brush} = this;
    return {...this.box, row, zoom, log, smoothing, brush};
  }

  private measure(): void {
    this.box = {width: this.plot.clientWidth, height: this.plot.clientHeight};
  }

  private move(row: number | undefined): void {
    if (row === this.row) return;
    this.dispatchEvent(
      new CustomEvent('cursor-move', {detail: {row}, bubbles: true, composed: true})
    );
  }

  private changeZoom(zoom: readonly [number, number] | undefined): void {
    if (!zoom && !this.zoom) return;
    this.dispatchEvent(
      new CustomEvent('zoom-change', {detail: {zoom}, bubbles: true, composed: true})
    );
  }

  private pixelOf(event: PointerEvent): number {
    return event.clientX - this.plot.getBoundingClientRect().left;
  }

  private handleDown(event: PointerEvent): void {
    this.handlePointer(event);
    // A finger that is dragged moves the cursor.
    if (event.button !== 0 || event.pointerType === 'touch' || this.data.x.length < 2) return;
    this.plot.setPointerCapture(event.pointerId);
    const pixel = this.pixelOf(event);
    this.brush = [pixel, pixel];
  }

  private handlePointer(event: PointerEvent): void {
    const pixel = this.pixelOf(event);
    if (this.brush) this.brush = [this.brush[0], pixel];
    this.move(rowAt(this.data, this.options(), pixel));
  }

  private handleUp(): void {
    const {brush} = this;
    this.brush = undefined;
    if (!brush || Math.abs(brush[1] - brush[0]) < BRUSH_PX) return;
    const [first, last] = zoomBetween(this.data, this.options(), brush);
    if (last > first) this.changeZoom([first, last]);
  }

  /** Shows `factor` times as many iterations, the cursor's where it is. */
  private zoomAbout(row: number, factor: number): void {
    const {x} = this.data;
    const [from, after] = rowsIn(x, this.zoom);
    const [first, last, at] = [x[from]!, x[after - 1]!, x[row]!];
    const zoom = [at + (first - at) * factor, at + (last - at) * factor] as const;
    const [low, high] = [
      Math.max(Math.round(zoom[0]), x[0]!),
      Math.min(Math.round(zoom[1]), x.at(-1)!),
    ];
    if (low === x[0] && high === x.at(-1)) this.changeZoom(undefined);
    else if (high > low) this.changeZoom([low, high]);
  }

  private handleKey(event: KeyboardEvent): void {
    const [begin, end] = rowsIn(this.data.x, this.zoom);
    const last = end - 1;
    const row = Math.min(Math.max(this.row ?? last, begin), last);
    const factor = {'+': 0.5, '=': 0.5, '-': 2}[event.key];
    if (last >= 0 && (factor || event.key === 'Escape')) {
      event.preventDefault();
      if (factor) this.zoomAbout(row, factor);
      else this.changeZoom(undefined);
      return;
    }
    const page = Math.max(1, Math.round((last - begin) / 10));
    const target = {
      ArrowLeft: row - 1,
      ArrowDown: row - 1,
      ArrowRight: row + 1,
      ArrowUp: row + 1,
      PageDown: row - page,
      PageUp: row + page,
      Home: begin,
      End: last,
    }[event.key];
    if (target === undefined || last < 0) return;
    event.preventDefault();
    this.move(Math.min(Math.max(target, begin), last));
  }

  private renderKey({label, colour, dash, values}: ChartSeries, row: number) {
    return html`<div>
      <dt>
        <svg class="key" aria-hidden="true">
          <path
            class="line"
            d="M0 4H16"
            style="stroke: ${colour}"
            stroke-dasharray=${dash ?? nothing}
          />
        </svg>
        <span class="soft">${label}</span>
      </dt>
      <dd>${formatValue(values[row])}</dd>
    </div>`;
  }

  protected override render() {
    const {x, series} = this.data;
    const row = Math.min(this.row ?? Infinity, x.length - 1);
    const {charts} = strings;
    const spoken = series.map(({label, values}) => `${label} ${formatValue(values[row])}`);
    return html`
      <header>
        <h3>${this.heading}</h3>
        <span class="soft at">${this.row === undefined || row < 0 ? '' : charts.at(x[row]!)}</span>
        <dl>${series.map(each => this.renderKey(each, row))}</dl>
      </header>
      <div
        part="plot"
        class="plot"
        role="slider"
        tabindex="0"
        aria-label=${charts.alt(this.heading, x.length)}
        aria-valuemin=${x[0] ?? 0}
        aria-valuemax=${x.at(-1) ?? 0}
        aria-valuenow=${x[row] ?? 0}
        aria-valuetext=${row < 0 ? this.empty : [charts.at(x[row]!), ...spoken].join(', ')}
        @pointermove=${this.handlePointer}
        @pointerdown=${this.handleDown}
        @pointerup=${this.handleUp}
        @pointercancel=${() => (this.brush = undefined)}
        @dblclick=${() => this.changeZoom(undefined)}
        @pointerleave=${() => this.move(undefined)}
        @keydown=${this.handleKey}
        @blur=${() => this.move(undefined)}
      >
        <svg class=${x.length === 0 ? 'without' : nothing} aria-hidden="true"></svg>
        ${x.length === 0 ? html`<p class="empty">${this.empty}</p>` : nothing}
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-line-chart': RedoLineChart;
  }
}
