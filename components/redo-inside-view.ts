import {html, nothing, type PropertyValues} from 'lit';
import {customElement, property, query, state} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {Features, InsideNetwork, Spectrum} from '../core/engine/protocol.js';
import {explorerOf} from '../core/session/explorer.js';
import {
  CHANNEL_ORDERS,
  type ChannelOrder,
  INSIDE_NETWORKS,
  type Inside,
} from '../core/session/inside.js';
import type {Session} from '../core/session/session.js';
import {explorerStrings} from './explorer-strings.js';
import {CHART_HEIGHT, drawHistogram, drawSpectrum} from './inside-drawing.js';
import {insideViewStyles} from './inside-view-styles.js';
import {SessionElement} from './session-element.js';
import {updating} from './updating.js';
import './redo-channel-grid.js';

/**
 * What a layer of f, of a generator or of D gives for the image in hand, channel by channel, with its
 * mean, its spread and the share of it that is dead; and its weights, with their singular values.
 *
 * @summary Feature maps, dead channels and spectra of the networks.
 * @fires layer-pick - The user picked a network or a layer; `detail` is `{network: InsideNetwork, layer: string | undefined}`.
 */
@customElement('redo-inside-view')
export class RedoInsideView extends SessionElement {
  static override styles = [...SessionElement.styles, insideViewStyles];

  @query('.histogram > svg') private histogram?: SVGSVGElement;
  @query('.spectrum > svg') private curve?: SVGSVGElement;

  /** Width of the element, in CSS pixels. */
  @state() private width = 0;
  /** Order of the channels: as they are, or the largest mean, spread or dead share first. */
  @property() order: ChannelOrder = 'channel';

  /** Whether each channel has a colour scale to itself, in the place of one for all. */
  @property({type: Boolean, attribute: 'own-scale'}) ownScale = false;

  private features?: Features;
  private spectrum?: Spectrum;
  private readonly resizing = new ResizeObserver(() => (this.width = this.clientWidth));

  override connectedCallback(): void {
    super.connectedCallback();
    this.resizing.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizing.disconnect();
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    if (this.width === 0) return;
    const {histogram, curve, spectrum} = this;
    if (histogram && spectrum) {
      drawHistogram(histogram, spectrum.histogram, widthOf(histogram));
    }
    if (curve && spectrum) drawSpectrum(curve, spectrum, widthOf(curve));
  }

  private pick(inside: Inside, network: InsideNetwork, layer?: string): void {
    inside.network.value = network;
    if (layer !== undefined) inside.pick(layer);
    this.fire('layer-pick', {network, layer: inside.layer.peek()?.name});
  }

  private renderChoice(session: Session, inside: Inside) {
    const {inside: names} = explorerStrings;
    const network = inside.network.value;
    const layer = inside.layer.value;
    const layers = layer ? inside.layers.state.value.value![network] : [];
    const value = (event: Event) => (event.target as HTMLSelectElement).value;
    return html`<div class="bar">
      <label>
        ${names.network}
        <select
          name="network"
          @change=${(event: Event) => this.pick(inside, value(event) as InsideNetwork)}
        >
          ${INSIDE_NETWORKS.map(each => {
            const name =
              each === 'generator'
                ? names.networks.generator(session.region.value)
                : names.networks[each];
            return html`<option value=${each} .selected=${live(each === network)}>${name}</option>`;
          })}
        </select>
      </label>
      <label>
        ${names.layer}
        <select name="layer" @change=${(event: Event) => this.pick(inside, network, value(event))}>
          ${layers.map(
            each =>
              html`<option value=${each.name} .selected=${live(each === layer)}>
                ${names.layerOf(each)}
              </option>`
          )}
        </select>
      </label>
      ${
        network === 'discriminator'
          ? html`<label>
              <input
                type="checkbox"
                name="redrawn"
                .checked=${live(inside.redrawn.value)}
                @change=${(event: Event) =>
                  (inside.redrawn.value = (event.target as HTMLInputElement).checked)}
              />
              ${names.redrawn}
            </label>`
          : nothing
      }
    </div>`;
  }

  private renderFeatures(inside: Inside, isOld: boolean) {
    const {inside: names} = explorerStrings;
    const {features} = this;
    const {pending} = inside.features.state.value;
    const layer = inside.layer.value;
    const activation = layer?.activation;
    const dead = features?.dead ?? [];
    const stuck = [...dead].filter(share => share === 1).length;
    return html`<section aria-label=${names.features}>
      <div class="bar">
        <h3>${names.features}</h3>
        ${
          features && layer
            ? html`<span>${names.summary(layer.shape)}</span> ${
                  stuck > 0 || activation === 'relu'
                    ? html`<span class=${stuck > 0 ? 'stuck' : 'soft'}>
                        ${names.stuck(stuck, activation)}
                      </span>`
                    : nothing
                }`
            : nothing
        }
        ${updating(pending)}
      </div>
      <div class="bar">
        <label>
          ${names.order}
          <select
            name="order"
            @change=${(event: Event) =>
              (this.order = (event.target as HTMLSelectElement).value as ChannelOrder)}
          >
            ${CHANNEL_ORDERS.map(
              each =>
                html`<option value=${each} .selected=${live(each === this.order)}>
                  ${names.orders(each, activation)}
                </option>`
            )}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            name="own-scale"
            .checked=${live(this.ownScale)}
            @change=${(event: Event) =>
              (this.ownScale = (event.target as HTMLInputElement).checked)}
          />
          ${names.ownScale}
        </label>
      </div>
      <redo-channel-grid
        .features=${features}
        .layer=${`${inside.network.value} ${layer?.name}`}
        .order=${this.order}
        .ownScale=${this.ownScale}
        .pending=${pending}
        .stale=${isOld}
      ></redo-channel-grid>
    </section>`;
  }

  private renderWeights(inside: Inside) {
    const {inside: names} = explorerStrings;
    const {spectrum} = this;
    const layer = inside.layer.value;
    return html`<section aria-label=${names.weights}>
      <div class="bar">
        <h3>${names.weights}</h3>
        ${
          spectrum
            ? html`<span>${names.shape(spectrum.shape)}</span>
                <span class="soft">${names.moments(spectrum.mean, spectrum.spread)}</span>`
            : nothing
        }
        ${updating(inside.spectrum.state.value.pending)}
      </div>
      ${layer && !layer.weighted ? html`<p class="hint soft">${names.unweighted}</p>` : nothing}
      ${spectrum ? this.renderSpectrum(spectrum) : nothing}
    </section>`;
  }

  private renderSpectrum({singularValues, rank, sigma}: Spectrum) {
    const {inside: names} = explorerStrings;
    const [largest = 0, least = 0] = [singularValues[0], singularValues.at(-1)];
    const facts = [
      names.largest(largest),
      ...(singularValues.length < rank ? [names.only(rank)] : []),
      ...(singularValues.length === rank && rank > 1 && least > 0
        ? [names.condition(largest / least)]
        : []),
      sigma === undefined ? names.plain : names.divided(sigma, largest),
    ].join('; ');
    const chart = (name: string, label: string) =>
      html`<div
        class="chart ${name}"
        role="img"
        aria-label=${label}
        style="height: ${CHART_HEIGHT}px"
      >
        <svg aria-hidden="true"></svg>
      </div>`;
    return html`
      <div class="hint soft">${names.histogram}</div>
      ${chart('histogram', names.histogram)}
      <div class="hint soft">${names.spectrum}: ${facts}</div>
      ${chart('spectrum', `${names.spectrum}: ${facts}`)}
    `;
  }

  protected override renderSession(session: Session) {
    const {inside} = explorerOf(session);
    const {layers, features, spectrum} = inside;
    const [seen, weights] = [features.state.value.value, spectrum.state.value.value];
    const network = inside.network.value;
    const isOwn = (answer: typeof seen | typeof weights): boolean => {
      const place = answer?.place;
      return (
        place?.model === session.model.value!.model &&
        place.network === network &&
        place.layer === inside.layer.value?.name &&
        (network !== 'generator' || place.region === session.region.value)
      );
    };
    this.features = isOwn(seen) ? seen : undefined;
    this.spectrum = isOwn(weights) ? weights : undefined;
    const isOld = features.state.value.pending && seen?.image !== session.image.value;
    return html`
      ${this.renderErrors(layers, features, spectrum)} ${this.renderChoice(session, inside)}
      <div class="views">${this.renderFeatures(inside, isOld)} ${this.renderWeights(inside)}</div>
      <p class="hint soft">${explorerStrings.inside.hint}</p>
    `;
  }
}

/** Width that a drawing has to itself, in CSS pixels. */
function widthOf(svg: SVGSVGElement): number {
  return svg.parentElement!.clientWidth;
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-inside-view': RedoInsideView;
  }
}
