import {css, html, LitElement, nothing, type PropertyValues} from 'lit';
import {customElement, property, query, state} from 'lit/decorators.js';
import type {Features, Picture} from '../core/engine/protocol.js';
import {type ChannelOrder, orderedChannels} from '../core/session/inside.js';
import {explorerStrings} from './explorer-strings.js';
import {BARS_HEIGHT, drawShares} from './inside-drawing.js';
import {LOWERS, paintSaliency, RAISES, saliencyLimit} from './saliency-drawing.js';
import {controls, theme} from './theme.js';
import './redo-picture.js';

/** Channels that are shown until more are asked for. */
const SHOWN = 64;

/** The diverging scale as a CSS image over the ground: of negative values, and of positive ones. */
const [LOW, HIGH] = [LOWERS.join(' '), RAISES.join(' ')];
const SCALE = `linear-gradient(to right, rgb(${LOW}), rgb(${LOW} / 0) 50%, rgb(${HIGH} / 0) 50%, rgb(${HIGH}))`;

/**
 * The channels of a layer as small pictures, with the share of each that is dead as a row of bars. The
 * channel in hand, or under the pointer, tells its numbers.
 *
 * Arrow keys go from channel to channel.
 *
 * @summary Feature maps, channel by channel.
 * @fires channel-pick - The user took another channel in hand; `detail` is `{channel: number}`.
 * @csspart channels - The pictures of the channels.
 */
@customElement('redo-channel-grid')
export class RedoChannelGrid extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 8px;
      }

      .chart {
        position: relative;
        overflow: clip;
      }

      .chart > svg {
        display: block;
        position: absolute;
      }

      .hint {
        margin: 0;
        font-size: 12px;
      }

      .told {
        min-height: 1.45em;
        margin: 0;
      }

      .channels {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(48px, 1fr));
        gap: 4px;
        max-height: 420px;
        margin: 0;
        padding: 3px;
        overflow-y: auto;
        list-style: none;
      }

      /* What a value of 0 looks like. */
      redo-picture,
      .scale > div {
        background-color: light-dark(#fff, #0c0e11);
      }

      redo-picture {
        background-image: none;
      }

      .channels.stale {
        opacity: 0.55;
      }

      .channels li {
        position: relative;
        border-radius: var(--_radius);
        cursor: pointer;
      }

      .channels li:hover {
        box-shadow: 0 0 0 2px var(--_line-strong);
      }

      .channels li[aria-selected='true'] {
        box-shadow: 0 0 0 3px var(--_accent);
      }

      /* Dead channels are told apart by more than their emptiness. */
      .channels li.dead::after {
        position: absolute;
        inset: 0;
        border: 2px dashed var(--_danger);
        border-radius: var(--_radius);
        content: '';
      }

      .scale {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 12px;
      }

      .scale > div {
        flex: 0 1 160px;
        height: 8px;
        border-radius: 4px;
      }

      .field {
        fill: var(--_sunken);
      }

      .marked {
        fill: color-mix(in oklab, var(--_accent) 35%, transparent);
      }

      .shares {
        fill: var(--_danger);
      }
    `,
  ];

  @query('.chart > svg') private bars!: SVGSVGElement;
  @query('.channels') private list!: HTMLElement;

  /** Width of the bars, in CSS pixels. */
  @state() private width = 0;
  /** The channel in hand, and that under the pointer, which is told of first. */
  @state() private inHand?: number;
  @state() private hovered?: number;
  @state() private shownAll = false;

  /** What a layer gives; nothing is shown while absent. */
  @property({attribute: false}) features?: Features;

  /** Names the layer: with another one no channel is in hand. */
  @property() layer = '';

  /** Order of the channels: as they are, or the largest mean, spread or dead share first. */
  @property() order: ChannelOrder = 'channel';

  /** Whether each channel has a colour scale to itself, in the place of one for all. */
  @property({type: Boolean, attribute: 'own-scale'}) ownScale = false;

  /** Whether what is shown is about to be another. */
  @property({type: Boolean}) pending = false;

  /** Whether it is of another image. */
  @property({type: Boolean}) stale = false;

  /** All channels, in their order. */
  private channels: readonly number[] = [];
  /** Where a colour is full, if the scale is one for all. */
  private limit = 0;
  private readonly pictures = new Map<number, Picture>();
  private readonly resizing = new ResizeObserver(() => (this.width = this.clientWidth));

  override connectedCallback(): void {
    super.connectedCallback();
    this.resizing.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizing.disconnect();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const {features} = this;
    if (changed.has('layer')) {
      this.inHand = undefined;
      this.hovered = undefined;
      this.shownAll = false;
    }
    if (changed.has('features') || changed.has('ownScale')) {
      this.pictures.clear();
      this.limit = features ? saliencyLimit(features.planes.values) : 0;
    }
    if (changed.has('features') || changed.has('order')) {
      this.channels = features ? orderedChannels(features, this.order) : [];
    }
  }

  protected override updated(): void {
    if (this.width === 0) return;
    const shares = this.channels.map(channel => this.features!.dead[channel]!);
    const place = this.channels.indexOf(this.told ?? -1);
    drawShares(this.bars, shares, this.width, place < 0 ? undefined : place);
  }

  /** The channel that is told of. */
  private get told(): number | undefined {
    return this.hovered ?? this.inHand;
  }

  private get shown(): readonly number[] {
    return this.shownAll ? this.channels : this.channels.slice(0, SHOWN);
  }

  private take(channel: number): void {
    if (channel === this.inHand) return;
    this.inHand = channel;
    this.dispatchEvent(
      new CustomEvent('channel-pick', {detail: {channel}, bubbles: true, composed: true})
    );
  }

  private handleKey(event: KeyboardEvent): void {
    const {shown} = this;
    const items = [...this.list.children] as HTMLElement[];
    const at = Math.max(shown.indexOf(this.inHand ?? -1), 0);
    const columns = items.filter(item => item.offsetTop === items[0]!.offsetTop).length;
    const target = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - columns,
      ArrowDown: at + columns,
      Home: 0,
      End: shown.length - 1,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    // Its focus takes it in hand.
    items[target]?.focus();
  }

  private pictureOf({planes}: Features, channel: number): Picture {
    let picture = this.pictures.get(channel);
    if (!picture) {
      const {width, height, values} = planes;
      const plane = values.subarray(channel * width * height, (channel + 1) * width * height);
      const limit = this.ownScale ? saliencyLimit(plane) : this.limit;
      this.pictures.set(channel, (picture = paintSaliency(plane, width, limit)));
    }
    return picture;
  }

  private renderChannels(features: Features) {
    const {inside: names} = explorerStrings;
    const {shown} = this;
    const focusable = shown.includes(this.inHand ?? -1) ? this.inHand : shown[0];
    return html`<ul
      part="channels"
      class=${this.stale ? 'channels stale' : 'channels'}
      role="listbox"
      aria-label=${names.channels}
      aria-busy=${this.pending ? 'true' : 'false'}
      @keydown=${this.handleKey}
      @pointerleave=${() => (this.hovered = undefined)}
    >
      ${shown.map(
        channel =>
          html`<li
            role="option"
            class=${features.dead[channel] === 1 ? 'dead' : ''}
            tabindex=${channel === focusable ? 0 : -1}
            aria-label=${names.channel(channel, features)}
            aria-selected=${channel === this.inHand ? 'true' : 'false'}
            @focus=${() => this.take(channel)}
            @click=${() => this.take(channel)}
            @pointerenter=${() => (this.hovered = channel)}
          >
            <redo-picture .picture=${this.pictureOf(features, channel)}></redo-picture>
          </li>`
      )}
    </ul>`;
  }

  private renderScale() {
    const {inside: names} = explorerStrings;
    return html`<div class="scale soft">
      ${names.least(this.limit)}
      <div style="background-image: ${SCALE}"></div>
      ${names.most(this.limit)}
    </div>`;
  }

  protected override render() {
    const {inside: names} = explorerStrings;
    const {features, channels, told} = this;
    const dead = features?.dead ?? new Float32Array();
    const mean = dead.reduce((sum, share) => sum + share / dead.length, 0);
    const shares = features ? names.shares(features.activation, mean) : '';
    return html`
      <div class="hint soft">${shares}</div>
      <div
        class="chart"
        role="img"
        aria-label=${shares || names.channels}
        style="height: ${BARS_HEIGHT}px"
      >
        <svg aria-hidden="true"></svg>
      </div>
      <p class="told">
        ${
          features && told !== undefined
            ? names.channel(told, features)
            : html`<span class="soft">${names.point}</span>`
        }
      </p>
      ${features ? this.renderChannels(features) : nothing}
      ${
        this.shown.length < channels.length
          ? html`<div>
              <button @click=${() => (this.shownAll = true)}>${names.all(channels.length)}</button>
            </div>`
          : nothing
      }
      ${features && !this.ownScale ? this.renderScale() : nothing}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-channel-grid': RedoChannelGrid;
  }
}
