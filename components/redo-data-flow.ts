import {html, LitElement, nothing, svg, type ReactiveController} from 'lit';
import {customElement, property, query, queryAll, state} from 'lit/decorators.js';
import {repeat} from 'lit/directives/repeat.js';
import {nextTurn} from '../core/graph/turn.js';
import {
  FLOW_PLACES,
  flowLights,
  flowWays,
  NETWORK_AT,
  recoveryError,
  type Flow,
  type FlowLights,
  type FlowPlace,
} from './data-flow.js';
import {drawCode, drawWays} from './data-flow-drawing.js';
import {layoutFlow, type Box, type FlowLayout} from './data-flow-layout.js';
import {dataFlowStyles} from './data-flow-styles.js';
import {regionCss} from './palette.js';
import type {RedoViewer} from './redo-viewer.js';
import {strings} from './strings.js';
import {theme} from './theme.js';
import './redo-mask-view.js';
import './redo-picture.js';

const EMPTY: Flow = {region: 0, variant: 'published'};

/** What a key does with the place in focus. */
const STEPS: Record<string, (place: number, last: number) => number> = {
  ArrowRight: place => place + 1,
  ArrowDown: place => place + 1,
  ArrowLeft: place => place - 1,
  ArrowUp: place => place - 1,
  Home: () => 0,
  End: (_, last) => last,
};

/**
 * The paper's Figure 1 on what the networks make of one image now: image, masks, code, redraw,
 * composition, score and the code read back, with the networks between. The phase of training that
 * ran last is lit, and gradients flow back, the thicker the larger.
 *
 * It shows the data of `flow`; or, bound to a `<redo-viewer>` by `viewer` or by its id in `for`,
 * what that has in hand, anew each time that it has updated; ẑ where the viewer reads it back.
 *
 * @summary Data-flow diagram.
 * @csspart diagram - The diagram.
 */
@customElement('redo-data-flow')
export class RedoDataFlow extends LitElement {
  static override styles = [theme, dataFlowStyles];

  /** As wide as the diagram, and of no height: a diagram that grows taller is no news. */
  @query('.ruler') private ruler!: HTMLElement;
  @query('.diagram > svg') private waysSvg!: SVGSVGElement;
  @queryAll('.place') private placeElements!: NodeListOf<HTMLElement>;

  /** Width of the diagram, in CSS pixels. */
  @state() private width = 0;
  /** The place that Tab goes to. */
  @state() private current = 0;

  /** What to show; of no effect on an element that is bound to a viewer. */
  @property({attribute: false}) flow: Flow = EMPTY;

  /** The viewer to show the data flow of. */
  @property({attribute: false}) viewer?: RedoViewer;

  /** Id of that viewer. */
  @property({attribute: 'for'}) htmlFor?: string;

  /** The viewer that is followed, and what tells of its updates. */
  private followed?: RedoViewer;
  private readonly following: ReactiveController = {
    hostUpdated: () => this.requestUpdate(),
    // A viewer that is removed lets go of its session a moment later.
    hostDisconnected: () => void nextTurn().then(() => this.requestUpdate()),
  };
  private readonly resizing = new ResizeObserver(() => (this.width = this.ruler.clientWidth));
  private drawn: {flow: Flow; layout: FlowLayout; lights: FlowLights} | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => {
      if (this.isConnected) this.resizing.observe(this.ruler);
    });
    // The viewer may be defined after this element, which looks for it once more then.
    void customElements.whenDefined('redo-viewer').then(() => this.requestUpdate());
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizing.disconnect();
    this.follow(undefined);
  }

  protected override willUpdate(): void {
    this.follow(this.isConnected ? this.bound() : undefined);
  }

  protected override updated(): void {
    if (!this.drawn) return;
    const {flow, layout, lights} = this.drawn;
    drawWays(this.waysSvg, flowWays(flow.variant), layout, lights);
    for (const name of ['code', 'recovered'] as const) {
      const code = flow[name];
      const canvas = this.renderRoot.querySelector<SVGSVGElement>(`.place.${name} svg`);
      const marks = name === 'recovered' ? flow.code : undefined;
      if (code && canvas) drawCode(canvas, code, layout.places[name].body.width, marks);
    }
  }

  private bound(): RedoViewer | undefined {
    if (this.viewer || !this.htmlFor) return this.viewer;
    const found = (this.getRootNode() as Document | ShadowRoot).getElementById(this.htmlFor);
    const defined = found?.localName === 'redo-viewer' && 'addController' in found;
    return defined ? (found as RedoViewer) : undefined;
  }

  private follow(viewer: RedoViewer | undefined): void {
    if (viewer === this.followed) return;
    this.followed?.removeController(this.following);
    viewer?.addController(this.following);
    this.followed = viewer;
  }

  private shown(): Flow {
    if (!this.viewer && !this.htmlFor) return this.flow;
    return this.followed?.flow ?? EMPTY;
  }

  private handleKey(event: KeyboardEvent): void {
    const last = FLOW_PLACES.length - 1;
    const next = STEPS[event.key]?.(this.current, last);
    if (next === undefined) return;
    event.preventDefault();
    this.current = Math.min(Math.max(next, 0), last);
    this.placeElements[this.current]!.focus();
  }

  private renderPlace(place: FlowPlace, index: number, flow: Flow, layout: FlowLayout) {
    const {lights} = this.drawn!;
    const {box, body} = layout.places[place];
    const value = valueOf(place, flow);
    const lit = lights.places.has(place);
    const network = place in NETWORK_AT;
    const said = [strings.flow.spoken[place](flow.region), value, lit ? strings.flow.lit : ''];
    return html`<div
      class=${['place', place, network && 'network', lit && 'lit'].filter(Boolean).join(' ')}
      style=${`left: ${box.x}px; top: ${box.y}px; width: ${box.width}px; height: ${box.height}px`}
      role="img"
      aria-label=${said.filter(Boolean).join(', ')}
      tabindex=${index === this.current ? 0 : -1}
      @focus=${() => (this.current = index)}
    >
      <div class="body" style=${sizeOf(body)}>${renderBody(place, flow)}</div>
      <div class="caption">
        ${network ? nothing : html`<span>${strings.flow.name[place](flow.region)}</span>`}
        <span class="soft">${value}</span>
      </div>
    </div>`;
  }

  protected override render() {
    const flow = this.shown();
    const ways = flowWays(flow.variant);
    const {width} = this;
    this.drawn =
      width > 0
        ? {flow, layout: layoutFlow(width, ways), lights: flowLights(flow.phase, ways)}
        : undefined;
    const layout = this.drawn?.layout;
    return html`
      <div class="ruler"></div>
      <div
        part="diagram"
        class="diagram"
        role="group"
        aria-label=${strings.flow.label}
        style=${layout ? `height: ${layout.height}px` : nothing}
        @keydown=${this.handleKey}
      >
        <svg aria-hidden="true">
          <defs>${['head', 'head-lit', 'head-back'].map(renderHead)}</defs>
          <g class="ways"></g>
        </svg>
        ${
          layout
            ? repeat(
                FLOW_PLACES,
                place => place,
                (place, index) => this.renderPlace(place, index, flow, layout)
              )
            : nothing
        }
      </div>
      <p class="soft note">${strings.flow.note(flow.phase)}</p>
    `;
  }
}

function renderHead(id: string) {
  return svg`<marker
    id=${id}
    viewBox="0 0 8 8"
    refX="7"
    refY="4"
    markerWidth="8"
    markerHeight="8"
    markerUnits="userSpaceOnUse"
    orient="auto-start-reverse"
  ><path d="M0 0L8 4L0 8Z" /></marker>`;
}

function sizeOf({width, height}: Box): string {
  return `width: ${width}px; height: ${height}px`;
}

/** What stands in a place: pixels, bars, a number, or a network's sign. */
function renderBody(place: FlowPlace, flow: Flow) {
  switch (place) {
    case 'image':
    case 'drawn':
    case 'composition':
      return html`<redo-picture .picture=${flow[place]}></redo-picture>`;
    case 'masks':
      return html`<redo-mask-view mode="colours" .masks=${flow.masks}></redo-mask-view>`;
    case 'mask':
      return html`<redo-mask-view
          mode="single"
          .masks=${flow.masks}
          .region=${flow.region}
        ></redo-mask-view>
        <i style=${`background: ${regionCss(flow.region)}`}></i>`;
    case 'code':
    case 'recovered':
      return flow[place] ? html`<svg></svg>` : html`<span class="none">–</span>`;
    case 'score':
      return html`<span class="number">${strings.flow.number(flow.score)}</span>`;
    case 'f':
    case 'G':
    case 'D':
    case 'delta':
      return html`<span class="sign">${strings.flow.sign[place](flow.region)}</span>`;
  }
}

/** The number that is told of a place; empty where there is none. */
function valueOf(place: FlowPlace, flow: Flow): string {
  const {flow: text} = strings;
  const network = NETWORK_AT[place];
  if (network) return text.gradient(flow.phase?.values.gradientNorms?.[network]);
  if (place === 'image') return text.imageScore(flow.imageScore);
  if (place === 'mask') return text.area(flow.areas?.[flow.region]);
  if (place === 'score') return text.score(flow.score);
  if (place === 'recovered') return text.error(recoveryError(flow));
  return '';
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-data-flow': RedoDataFlow;
  }
}
