import {css, html, nothing} from 'lit';
import {customElement} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {ImageRef, Picture, Requests} from '../core/engine/protocol.js';
import {explorerOf} from '../core/session/explorer.js';
import type {GridRow, RedrawGrid} from '../core/session/redraw-grid.js';
import {matchRegions} from '../core/session/region-matching.js';
import type {Session} from '../core/session/session.js';
import {explorerStrings} from './explorer-strings.js';
import {masksOfLabels, paintRegions} from './mask-drawing.js';
import {regionCss} from './palette.js';
import {SessionElement} from './session-element.js';
import {updating} from './updating.js';
import './redo-picture.js';

/** What the data set knows of an image; nothing while it is read. */
type Sample = Partial<Requests['samples']['result'][number]>;

/** Pictures before the redraws: input, truth and mask. */
const STILLS = 3;

/** Masks as pictures: painted once. */
interface Painted {
  mask: Picture;
  truth?: Picture;
}

/**
 * The paper's Figure 2: images by codes. Every column redraws one region of each image from the same
 * code; before them stand the input, its true regions and its mask.
 *
 * Arrow keys go from cell to cell; Enter takes a cell's image, region and code in hand.
 *
 * @summary Images redrawn from the same codes.
 * @fires cell-pick - The user picked a cell; `detail` is `{image: number, region: number, code: Float32Array}`.
 * @fires seed-pick - The user asked for other codes; `detail` is `{seed: number}`.
 * @csspart grid - The grid.
 */
@customElement('redo-redraw-grid')
export class RedoRedrawGrid extends SessionElement {
  static override styles = [
    ...SessionElement.styles,
    css`
      .scroll {
        overflow-x: auto;
        padding: 3px;
      }

      .grid {
        display: grid;
        gap: 4px;
        width: 100%;
        max-width: calc(var(--columns) * 104px);
        min-width: calc(var(--columns) * 48px);
      }

      [role='row'] {
        display: contents;
      }

      [role='columnheader'] {
        display: flex;
        align-items: center;
        gap: 6px;
        min-width: 0;
        color: var(--_ink-soft);
        font-size: 12px;
        white-space: nowrap;
      }

      .chip {
        flex: none;
        width: 12px;
        height: 12px;
        border-radius: 3px;
        background: var(--hue);
      }

      [role='gridcell'] {
        border-radius: var(--_radius);
      }

      .pick {
        cursor: pointer;
      }

      .pick:hover {
        box-shadow: 0 0 0 2px var(--_line-strong);
      }

      .pick[aria-selected='true'] {
        box-shadow: 0 0 0 3px var(--_accent);
      }

      .seed {
        display: flex;
        align-items: center;
        gap: 6px;
      }

      .seed input {
        width: 76px;
      }
    `,
  ];

  /** The cell that the keyboard is at. */
  private at = {row: 0, column: 0};
  private readonly painted = new WeakMap<GridRow, Painted>();

  private pick(grid: RedrawGrid, row: number, column: number): void {
    const [region, place] = this.placeOf(grid, column);
    const {index: image} = grid.images.peek()[row]!;
    const code = grid.codes.peek()[region]![place]!;
    this.at = {row, column};
    this.take(image, region, code);
    this.fire('cell-pick', {image, region, code});
    this.requestUpdate();
  }

  private pickSeed(grid: RedrawGrid, seed: number): void {
    if (!Number.isSafeInteger(seed)) return;
    grid.seed.value = seed;
    this.fire('seed-pick', {seed});
  }

  /** Region of a column, and its place among that region's. */
  private placeOf({codes}: RedrawGrid, column: number): [region: number, place: number] {
    const count = codes.peek()[0]!.length;
    return [Math.floor(column / count), column % count];
  }

  private handleKey(event: KeyboardEvent, grid: RedrawGrid): void {
    const rows = grid.images.peek().length;
    const columns = grid.codes.peek().flat().length;
    const {row, column} = this.cell(rows);
    const target = {
      ArrowLeft: {row, column: column - 1},
      ArrowRight: {row, column: column + 1},
      ArrowUp: {row: row - 1, column},
      ArrowDown: {row: row + 1, column},
      Home: {row, column: 0},
      End: {row, column: columns - 1},
    }[event.key];
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.pick(grid, row, column);
    } else if (target) {
      event.preventDefault();
      this.at = {
        row: Math.min(Math.max(target.row, 0), rows - 1),
        column: Math.min(Math.max(target.column, 0), columns - 1),
      };
      this.requestUpdate();
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector<HTMLElement>('.pick[tabindex="0"]')?.focus()
      );
    }
  }

  /** The keyboard's cell, in a grid that may have become smaller. */
  private cell(rows: number): {row: number; column: number} {
    return {...this.at, row: Math.min(this.at.row, rows - 1)};
  }

  private paintedOf(row: GridRow, {labels}: Sample): Painted {
    let painted = this.painted.get(row);
    if (!painted || (labels && !painted.truth)) {
      const {masks} = row;
      const fits = labels?.length === masks.width * masks.height;
      painted = {
        mask: paintRegions(masks),
        ...(fits && {
          truth: paintRegions(
            masksOfLabels(labels, masks.width, matchRegions(masks, labels).regionOf)
          ),
        }),
      };
      this.painted.set(row, painted);
    }
    return painted;
  }

  private renderHead({codes}: RedrawGrid) {
    const {grid: names} = explorerStrings;
    const header = (text: string) => html`<div role="columnheader">${text}</div>`;
    return html`<div role="row">
      ${header(names.input)}${header(names.truth)}${header(names.mask)}
      ${codes.value.map(
        (each, region) =>
          html`<div
            role="columnheader"
            aria-colspan=${each.length}
            style="grid-column: ${track(region, 0, each.length)} / span ${each.length}; --hue: ${regionCss(region)}"
          >
            <span class="chip"></span>${names.region(region)}
          </div>`
      )}
    </div>`;
  }

  private renderRow(session: Session, grid: RedrawGrid, image: ImageRef, row: number) {
    const {grid: names} = explorerStrings;
    const {value} = grid.node.state.value;
    // The last answer may be of other images or codes.
    const isShown = value?.images === grid.images.value && value.codes === grid.codes.value;
    const drawn = isShown ? value.rows[row] : undefined;
    const samples = session.views.samples.state.value;
    const at = session.strip.value.indexOf(image);
    const sample: Sample = (!samples.pending && samples.value?.[at]) || {};
    const painted = drawn && this.paintedOf(drawn, sample);
    const keyboard = this.cell(grid.images.value.length);
    const {index} = image;
    const still = (label: string, picture: Picture | undefined) =>
      html`<div role="gridcell">
        <redo-picture label=${`${label}, image ${index}`} .picture=${picture}></redo-picture>
      </div>`;
    let column = -1;
    return html`<div role="row">
      ${still(names.input, sample.picture)}${still(names.truth, painted?.truth)}
      ${still(names.mask, painted?.mask)}
      ${grid.codes.value.map((codes, region) =>
        codes.map((code, place) => {
          const own = ++column;
          const redraw = drawn?.redraws[region];
          const isInHand =
            session.image.value.index === index &&
            session.region.value === region &&
            isEqual(session.codes.all[region]!.value, code);
          return html`<div
            role="gridcell"
            class="pick"
            style="grid-column: ${track(region, place, codes.length)}"
            tabindex=${keyboard.row === row && keyboard.column === own ? 0 : -1}
            aria-label=${names.cell(index, region, place, redraw?.scores[place])}
            aria-selected=${isInHand ? 'true' : 'false'}
            title=${names.cell(index, region, place, redraw?.scores[place])}
            @click=${() => this.pick(grid, row, own)}
          >
            <redo-picture .picture=${redraw?.pictures[place]}></redo-picture>
          </div>`;
        })
      )}
    </div>`;
  }

  protected override renderSession(session: Session) {
    const {grid} = explorerOf(session);
    const {grid: names} = explorerStrings;
    const {pending} = grid.node.state.value;
    const seed = grid.seed.value;
    const counts = grid.codes.value.map(each => each.length);
    const columns = STILLS + counts.reduce((sum, count) => sum + count, 0);
    return html`
      ${this.renderErrors(grid.node)}
      <div class="bar">
        <label class="seed">
          ${names.seed}
          <input
            type="number"
            name="seed"
            step="1"
            .value=${live(String(seed))}
            @change=${(event: Event) =>
              this.pickSeed(grid, (event.target as HTMLInputElement).valueAsNumber)}
          />
        </label>
        <button @click=${() => this.pickSeed(grid, seed + 1)}>${names.renew}</button>
        ${updating(pending)}
      </div>
      <div class="scroll">
        <div
          part="grid"
          class="grid"
          role="grid"
          aria-label=${names.label}
          aria-busy=${pending ? 'true' : 'false'}
          style="--columns: ${columns}; grid-template-columns: ${tracks(counts)}"
          @keydown=${(event: KeyboardEvent) => this.handleKey(event, grid)}
        >
          ${this.renderHead(grid)}
          ${grid.images.value.map((image, row) => this.renderRow(session, grid, image, row))}
        </div>
      </div>
      ${counts.length > 0 ? html`<p class="hint soft">${names.hint}</p>` : nothing}
    `;
  }
}

/** Tracks of the pictures, each region's codes a little apart. */
function tracks(counts: readonly number[]): string {
  const pictures = (count: number) => `repeat(${count}, minmax(0, 1fr))`;
  return [pictures(STILLS), ...counts.map(count => `4px ${pictures(count)}`)].join(' ');
}

/** The track of a region's code, from 1. */
function track(region: number, place: number, count: number): number {
  return STILLS + region * (count + 1) + place + 2;
}

function isEqual(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-redraw-grid': RedoRedrawGrid;
  }
}
