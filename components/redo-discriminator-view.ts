import {css, html, nothing, type PropertyValues} from 'lit';
import {customElement, query, state} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {Drawable, Picture} from '../core/engine/protocol.js';
import {SCORE_COUNTS, separation, type Discriminator} from '../core/session/discriminator.js';
import {explorerOf} from '../core/session/explorer.js';
import type {Session} from '../core/session/session.js';
import {asPicture} from './drawable-pixels.js';
import {explorerStrings} from './explorer-strings.js';
import {regionInk} from './palette.js';
import {PartSize} from './part-size.js';
import {LOWERS, onBrightness, paintSaliency, RAISES, saliencyLimit} from './saliency-drawing.js';
import {drawScores, meanOf, scoresHeight, type ScoreLane} from './score-drawing.js';
import {SessionElement} from './session-element.js';
import {updating} from './updating.js';
import './redo-picture.js';

/** The diverging scale as a CSS image. */
const SCALE = `linear-gradient(to right, rgb(${LOWERS.join(' ')}), #ddd, rgb(${RAISES.join(' ')}))`;

/** A gradient as it is drawn: once for an answer and the picture that it is about. */
interface Painted {
  pixels: {picture: Picture; limit: number};
  mask: {picture: Picture; limit: number};
}

/**
 * What D says of images as they are and of each region redrawn, with the image in hand as a needle
 * on the distributions; and where it looks: the gradient of its score on the redraw's pixels, and on
 * the region's mask.
 *
 * @summary Scores of the discriminator, and their gradients.
 * @fires count-pick - The user asked for another number of images; `detail` is `{count: number}`.
 * @csspart scores - The distributions.
 */
@customElement('redo-discriminator-view')
export class RedoDiscriminatorView extends SessionElement {
  static override styles = [
    ...SessionElement.styles,
    css`
      :host {
        container-type: inline-size;
      }

      .views {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px 24px;
      }

      .pair {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 220px));
        gap: 12px;
      }

      @container (min-width: 760px) {
        .views {
          grid-template-columns: minmax(0, 1fr) minmax(0, 420px);
        }
      }

      h3 {
        margin: 0;
        font-size: inherit;
        font-weight: 600;
      }

      .scores {
        position: relative;
        overflow: clip;
      }

      .scores > svg {
        display: block;
        position: absolute;
      }

      .count select {
        min-height: 30px;
        padding-inline: 6px;
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius);
        background: var(--_surface);
      }

      .density {
        fill: var(--hue);
        fill-opacity: 0.3;
        stroke: var(--hue);
      }

      .rug {
        stroke: var(--hue);
        stroke-opacity: 0.6;
      }

      .mean {
        stroke: var(--hue);
        stroke-width: 2;
      }

      .needle {
        stroke: var(--_ink);
        stroke-width: 2;
      }

      text.needle {
        fill: var(--_ink);
        stroke: var(--_surface);
        stroke-width: 3;
        paint-order: stroke;
        font: 600 11px var(--_font);
      }

      .margin {
        stroke: var(--_line-strong);
        stroke-dasharray: 1 3;
      }

      text.label {
        fill: var(--_ink);
        font: 12px var(--_font);
      }

      .domain,
      .tick line {
        stroke: var(--_line-strong);
      }

      .tick text {
        fill: var(--_ink-soft);
        font: 11px var(--_font);
        font-variant-numeric: tabular-nums;
      }

      figure {
        display: grid;
        gap: 6px;
        align-content: start;
        margin: 0;
      }

      .scale {
        height: 8px;
        border-radius: 4px;
      }

      .ends {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 8px;
        font-size: 12px;
      }
    `,
  ];

  @query('.scores') private plot?: HTMLElement;
  @query('.scores > svg') private svg?: SVGSVGElement;

  /** Width of the plot, in CSS pixels. */
  @state() private width = 0;

  private lanes: readonly ScoreLane[] = [];
  private painted?: {answer: object; below: Drawable | undefined; painted: Painted};

  constructor() {
    super();
    new PartSize(
      this,
      () => this.plot,
      () => (this.width = this.plot?.clientWidth ?? 0)
    );
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    if (this.svg && this.width > 0) drawScores(this.svg, this.lanes, this.width);
  }

  private pickCount(discriminator: Discriminator, count: number): void {
    discriminator.count.value = count;
    this.fire('count-pick', {count});
  }

  /** Scores of real images, then of those with each region redrawn. */
  private lanesOf(session: Session, {scores}: Discriminator): ScoreLane[] {
    const {discriminator: names} = explorerStrings;
    const {value} = scores.state.value;
    const {model, config} = session.model.value!;
    const sample = value?.model === model ? value : undefined;
    const image = session.image.value;
    const {segmentation, redraws, scores: told} = session.views;
    const isOwn = (answer: {image: object} | undefined) => answer?.image === image;
    const whole = segmentation.state.value.value;
    const real = sample?.real ?? new Float32Array();
    const lanes: ScoreLane[] = [
      {
        name: 'real',
        label: names.lane(names.real, meanOf(real)),
        colour: 'var(--_ink-soft)',
        scores: real,
        needle: isOwn(whole) ? whole!.score : undefined,
      },
    ];
    for (let region = 0; region < config.regions; region++) {
      const redrawn = sample?.redrawn[region] ?? new Float32Array();
      const lane = names.lane(names.region(region), meanOf(redrawn));
      const apart = separation(real, redrawn);
      lanes.push({
        name: `region ${region}`,
        label: Number.isNaN(apart) ? lane : `${lane} · ${names.told(apart)}`,
        colour: regionInk(region),
        scores: redrawn,
        needle: isOwn(redraws.value[region]?.state.value.value)
          ? told.value[region]?.state.value.value?.score
          : undefined,
      });
    }
    return lanes;
  }

  private paintedOf(session: Session, {saliency}: Discriminator): Painted | undefined {
    const {value: answer} = saliency.state.value;
    const {image, region} = session;
    const fits = answer?.image === image.value && answer.region === region.value;
    if (!fits) return undefined;
    const below = session.views.redraws.value[region.value]?.state.value.value?.composition;
    if (this.painted?.answer !== answer || this.painted.below !== below) {
      const ground = below && asPicture(below);
      const paint = (values: Float32Array) => {
        const limit = saliencyLimit(values);
        return {picture: paintSaliency(values, answer.width, limit, ground), limit};
      };
      const painted = {pixels: paint(onBrightness(answer.pixels)), mask: paint(answer.mask)};
      this.painted = {answer, below, painted};
    }
    return this.painted.painted;
  }

  private renderScores({count, scores}: Discriminator) {
    const {discriminator: names} = explorerStrings;
    const {value, pending} = scores.state.value;
    const spoken = this.lanes.map(({label, needle}) => names.spoken(label, needle)).join('. ');
    return html`<section aria-label=${names.scores}>
      <div class="bar">
        <h3>${names.scores}</h3>
        <label class="count">
          ${names.count}
          <select
            name="count"
            @change=${(event: Event) =>
              this.pickCount(
                explorerOf(this.bound!.session!).discriminator,
                Number((event.target as HTMLSelectElement).value)
              )}
          >
            ${SCORE_COUNTS.map(
              each =>
                html`<option value=${each} .selected=${live(each === count.value)}>${each}</option>`
            )}
          </select>
        </label>
        ${
          pending && value && value.real.length < value.count
            ? html`<span class="soft">${names.progress(value.real.length, value.count)}</span>`
            : updating(pending)
        }
      </div>
      <div
        part="scores"
        class="scores"
        role="img"
        aria-label=${`${names.scores}: ${spoken}`}
        aria-busy=${pending ? 'true' : 'false'}
        style="height: ${scoresHeight(this.lanes.length)}px"
      >
        <svg aria-hidden="true"></svg>
      </div>
      <p class="hint soft">${names.hint}</p>
    </section>`;
  }

  private renderGradient(title: string, label: string, part: Painted['mask'] | undefined) {
    const {discriminator: names} = explorerStrings;
    return html`<figure>
      <figcaption>${title}</figcaption>
      <redo-picture label=${label} .picture=${part?.picture}></redo-picture>
      <div class="scale" style="background: ${SCALE}"></div>
      <div class="ends soft">
        ${
          part
            ? html`<span>${names.lowers(part.limit)}</span><span>${names.raises(part.limit)}</span>`
            : nothing
        }
      </div>
    </figure>`;
  }

  protected override renderSession(session: Session) {
    const {discriminator: names} = explorerStrings;
    const {discriminator} = explorerOf(session);
    const {scores, saliency} = discriminator;
    const region = session.region.value;
    this.lanes = this.lanesOf(session, discriminator);
    const painted = this.paintedOf(session, discriminator);
    return html`
      ${this.renderErrors(scores, saliency)}
      <div class="views">
        ${this.renderScores(discriminator)}
        <section aria-label=${names.saliency(region)}>
          <div class="bar">
            <h3>${names.saliency(region)}</h3>
            ${updating(saliency.state.value.pending)}
          </div>
          <div class="pair">
            ${this.renderGradient(names.pixels, names.pixelsAlt, painted?.pixels)}
            ${this.renderGradient(names.mask(region), names.maskAlt, painted?.mask)}
          </div>
        </section>
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-discriminator-view': RedoDiscriminatorView;
  }
}
