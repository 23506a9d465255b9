import {css, html, nothing, type TemplateResult} from 'lit';
import {customElement, state} from 'lit/decorators.js';
import {unsafeHTML} from 'lit/directives/unsafe-html.js';
import type {Picture} from '../core/engine/protocol.js';
import {
  type ImageScore,
  parseScores,
  rankedScores,
  scoresOf,
} from '../core/session/image-scores.js';
import type {Session} from '../core/session/session.js';
import type {Split} from '../datasets/dataset.js';
import {experimentsStrings, formatIou} from './experiments-strings.js';
import {experimentsStyles} from './experiments-styles.js';
import {lookAt, rankedFigure, type FigureSubject} from './mask-figures.js';
import {drawPictureFigure} from './picture-figure-drawing.js';
import {saveFile} from './save-file.js';
import {SessionElement} from './session-element.js';
import './redo-picture.js';

/** Images shown at a time. */
const PAGE = 12;

/** Images a row of the figures, and the seed of those that are drawn at random. */
const FIGURE = {columns: 8, seed: 0};

const ORDERS = ['worst-iou', 'best-iou', 'worst-accuracy', 'best-accuracy'] as const;
type Order = (typeof ORDERS)[number];

interface Tile extends ImageScore {
  input: Picture;
  truth?: Picture;
  found: Picture;
}

/**
 * The images of a viewer in the order of their scores, with truth and masks: scored by the open model,
 * or as a file of `npm run evaluate -- --csv` says. Of all of them the paper's Figures 4 to 6 are drawn:
 * the best, some at random, the worst.
 *
 * @summary Images by score.
 * @fires file-saved - The user saved the figure; `detail` is `{name: string, blob: Blob}`.
 */
@customElement('redo-image-scores')
export class RedoImageScores extends SessionElement {
  static override styles = [
    ...SessionElement.styles,
    experimentsStyles,
    css`
      ol {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr));
        gap: 16px;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      .figure {
        overflow-x: auto;
      }

      .figure > svg {
        display: block;
        border-radius: var(--_radius);
      }

      .tile {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: 4px;
      }

      .tile > span {
        display: flex;
        grid-column: 1 / -1;
        justify-content: space-between;
        align-items: center;
        gap: 8px;
      }
    `,
  ];

  @state() private order: Order = 'worst-iou';
  @state() private scores: readonly ImageScore[] = [];
  @state() private tiles: readonly Tile[] = [];
  /** Figures 4 to 6, once they are asked for. */
  @state() private figure?: {title: string; svg: string};
  @state() private working = false;
  @state() private trouble = '';
  /** What the scores are of. */
  @state() private about = '';

  /** The split that the scores are of. */
  private split?: Split;
  private controller = new AbortController();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.controller.abort();
  }

  /** @param split Of the images; the viewer's if absent. */
  private async run(
    work: (subject: FigureSubject, split: Split) => Promise<void>,
    given?: Split
  ): Promise<void> {
    const session = this.bound?.session;
    const info = session?.model.peek();
    if (!session || !info) return;
    this.controller.abort();
    this.controller = new AbortController();
    const {signal} = this.controller;
    const split = given ?? session.image.peek().split;
    this.working = true;
    this.trouble = '';
    try {
      await work({engine: session.client, model: info, split, signal}, split);
    } catch (error) {
      if (!signal.aborted) this.trouble = (error as Error).message;
    } finally {
      if (!signal.aborted) this.working = false;
    }
  }

  private score(): Promise<void> {
    return this.run(async (subject, split) => {
      const {engine, model, signal} = subject;
      const request = {model: model.model, split, count: model.dataset.counts[split]};
      const evaluation = await engine.request('evaluate', request, {signal});
      [this.scores, this.split, this.figure] = [scoresOf(evaluation), split, undefined];
      const {accuracy, objectIou, count} = evaluation;
      this.about = experimentsStrings.images.about(split, count, accuracy, objectIou);
      await this.show(subject);
    });
  }

  private open(file: File): Promise<void> {
    return this.run(async (subject, split) => {
      const scores = parseScores(await file.text());
      const {[split]: count} = subject.model.dataset.counts;
      const beyond = scores.find(({image}) => image >= count);
      if (beyond) throw new Error(experimentsStrings.images.beyond(beyond.image, count, split));
      [this.scores, this.split, this.figure] = [scores, split, undefined];
      this.about = file.name;
      await this.show(subject);
    });
  }

  private drawFigure(): Promise<void> {
    return this.run(async subject => {
      const figure = await rankedFigure(subject, rankedScores(this.scores), FIGURE);
      this.figure = {title: figure.title, svg: drawPictureFigure(figure)};
    }, this.split);
  }

  private renderFigure() {
    const {images} = experimentsStrings;
    const {figure} = this;
    if (!figure) return nothing;
    const save = () =>
      saveFile(this, 'figures-4-6.svg', new Blob([figure.svg], {type: 'image/svg+xml'}));
    return html`<div class="bar"><button @click=${save}>${images.save}</button></div>
      <div class="figure" tabindex="0" role="img" aria-label=${figure.title}>
        ${unsafeHTML(figure.svg)}
      </div>`;
  }

  private reorder(order: Order): Promise<void> {
    this.order = order;
    return this.run(subject => this.show(subject), this.split);
  }

  /** Shows the first images of the present order, one after the other. */
  private async show(subject: FigureSubject): Promise<void> {
    const name = this.order.endsWith('iou') ? 'objectIou' : 'accuracy';
    const sign = this.order.startsWith('best') ? -1 : 1;
    const sorted = this.scores.toSorted((a, b) => sign * (a[name] - b[name]) || a.image - b.image);
    this.tiles = [];
    for (const score of sorted.slice(0, PAGE)) {
      const look = await lookAt(subject, {split: subject.split, index: score.image});
      subject.signal?.throwIfAborted();
      this.tiles = [...this.tiles, {...score, ...look}];
    }
  }

  private look(image: number): void {
    Object.assign(this.bound!, {split: this.split, image});
  }

  private renderTile({image, accuracy, objectIou, input, truth, found}: Tile) {
    const {images} = experimentsStrings;
    return html`<li class="tile">
      <redo-picture label=${images.input(image)} .picture=${input}></redo-picture>
      <redo-picture label=${images.truth(image)} .picture=${truth}></redo-picture>
      <redo-picture label=${images.found(image)} .picture=${found}></redo-picture>
      <span>
        ${images.scores(image, formatIou(accuracy), formatIou(objectIou))}
        <button aria-label=${images.takeImage(image)} @click=${() => this.look(image)}>
          ${images.take}
        </button>
      </span>
    </li>`;
  }

  protected override renderSession(session: Session): TemplateResult {
    const {images} = experimentsStrings;
    void session.model.value;
    return html`<div class="bar">
        <button class="primary" ?disabled=${this.working} @click=${() => void this.score()}>
          ${images.score}
        </button>
        <label>
          ${images.open}
          <input
            type="file"
            accept=".csv,text/csv"
            ?disabled=${this.working}
            @change=${({target}: Event) => {
              const input = target as HTMLInputElement;
              const [file] = input.files!;
              if (file) void this.open(file);
              input.value = '';
            }}
          />
        </label>
        <label>
          ${images.order}
          <select
            ?disabled=${this.scores.length === 0}
            @change=${({target}: Event) =>
              void this.reorder((target as HTMLSelectElement).value as Order)}
          >
            ${ORDERS.map(
              order =>
                html`<option value=${order} ?selected=${order === this.order}>
                  ${images.orders[order]}
                </option>`
            )}
          </select>
        </label>
        <button
          ?disabled=${this.working || this.scores.length === 0}
          @click=${() => void this.drawFigure()}
        >
          ${images.figure}
        </button>
        ${this.working ? html`<span class="updating">${images.working}</span>` : nothing}
      </div>
      ${this.about ? html`<p class="soft" role="status">${this.about}</p>` : nothing}
      ${this.trouble ? html`<p class="trouble" role="alert">${this.trouble}</p>` : nothing}
      <ol>
        ${this.tiles.map(tile => this.renderTile(tile))}
      </ol>
      ${this.renderFigure()}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-image-scores': RedoImageScores;
  }
}
