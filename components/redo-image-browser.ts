import {html, nothing, type PropertyValues} from 'lit';
import {customElement, query, state} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import {SPLITS, type Split} from '../datasets/dataset.js';
import {explorerOf} from '../core/session/explorer.js';
import {
  ASSESS_COUNTS,
  IMAGE_ORDERS,
  type ImageBrowser,
  type ImageOrder,
} from '../core/session/image-browser.js';
import type {Session} from '../core/session/session.js';
import {explorerStrings} from './explorer-strings.js';
import {formatValue} from './format.js';
import {GAP, imageBrowserStyles} from './image-browser-styles.js';
import {PartSize} from './part-size.js';
import {SessionElement} from './session-element.js';
import {updating} from './updating.js';
import './redo-picture.js';

/** Width of a cell at least, in CSS pixels. */
const CELL = 72;

/** Rows that are drawn beyond those in sight, on each side. */
const BEYOND = 2;

/**
 * All images of a split, to pick one from, by their place or by what is said of them: the IoU of the
 * objects, the accuracy of the masks, D's score. Only what is in sight is read and drawn.
 *
 * A listbox: the arrow keys pick, Page Up and Page Down by what is in sight, Home and End.
 *
 * @summary Browser of a data set's images.
 * @fires image-pick - The user picked an image; `detail` is `{index: number, split: Split}`.
 * @fires split-pick - The user looks at another split; `detail` is `{split: Split}`.
 * @fires order-pick - The user chose another order; `detail` is `{order: ImageOrder, descending: boolean}`.
 * @csspart list - The listbox, which scrolls.
 */
@customElement('redo-image-browser')
export class RedoImageBrowser extends SessionElement {
  static override styles = [...SessionElement.styles, imageBrowserStyles];

  @query('.list') private list?: HTMLElement;

  /** Width and height of the list, and how far it is scrolled, in CSS pixels. */
  @state() private view = {width: 0, height: 0, top: 0};

  /** Whether the picked image takes the focus when it is next rendered. */
  private moveFocus = false;
  /** Places that are rendered: from the first to before the last. */
  private sight: readonly [from: number, to: number] = [0, 0];

  constructor() {
    super();
    new PartSize(
      this,
      () => this.list,
      () => this.measure()
    );
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    // Not now: it is to be rendered again as pending.
    queueMicrotask(() => this.tellSight());
    const picked = this.moveFocus && this.list?.querySelector<HTMLElement>('[tabindex="0"]');
    if (!picked) return;
    picked.focus({preventScroll: true});
    this.moveFocus = false;
  }

  /** What is in sight is asked for. */
  private tellSight(): void {
    const {session} = this.bound ?? {};
    if (!session) return;
    const {sight} = explorerOf(session).browser;
    const [from, to] = sight.peek();
    if (from !== this.sight[0] || to !== this.sight[1]) sight.value = this.sight;
  }

  private measure(): void {
    if (!this.list) return;
    const {clientWidth: width, clientHeight: height, scrollTop: top} = this.list;
    if (width !== this.view.width || height !== this.view.height || top !== this.view.top) {
      this.view = {width, height, top};
    }
  }

  /** Cells in a row, and the height of one with its gap. */
  private get grid(): {columns: number; row: number} {
    const inner = Math.max(this.view.width - GAP, CELL);
    const columns = Math.max(Math.floor(inner / (CELL + GAP)), 1);
    return {columns, row: inner / columns};
  }

  private pick(session: Session, place: number): void {
    const {list, split} = explorerOf(session).browser;
    const index = list.peek()[Math.min(Math.max(place, 0), list.peek().length - 1)];
    const {bound: host} = this;
    if (index === undefined || !host) return;
    this.moveFocus = true;
    session.selectImage({split: split.peek(), index});
    host.pickedSplit = split.peek();
    host.image = index;
    this.reveal(list.peek().indexOf(index));
    this.fire('image-pick', {index, split: split.peek()});
    this.requestUpdate();
  }

  /** Scrolls a place into sight: the list alone, not the page. */
  private reveal(place: number): void {
    if (!this.list) return;
    const {columns, row} = this.grid;
    const top = Math.floor(place / columns) * row;
    const {scrollTop, clientHeight} = this.list;
    this.list.scrollTop = Math.min(top, Math.max(scrollTop, top + row + GAP - clientHeight));
    this.measure();
  }

  private handleKey(event: KeyboardEvent, session: Session, at: number): void {
    const {columns, row} = this.grid;
    const page = columns * Math.max(Math.floor(this.view.height / row), 1);
    const last = explorerOf(session).browser.list.peek().length - 1;
    const target = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - columns,
      ArrowDown: at + columns,
      PageUp: at - page,
      PageDown: at + page,
      Home: 0,
      End: last,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.pick(session, target);
  }

  private pickSplit(browser: ImageBrowser, split: Split): void {
    browser.chosen.value = split;
    this.scrollToStart();
    this.fire('split-pick', {split});
  }

  private pickOrder(browser: ImageBrowser, order: ImageOrder, descending: boolean): void {
    browser.order.value = order;
    browser.descending.value = descending;
    this.scrollToStart();
    this.fire('order-pick', {order, descending});
  }

  private scrollToStart(): void {
    if (this.list) this.list.scrollTop = 0;
    this.measure();
  }

  private renderBar(session: Session, browser: ImageBrowser) {
    const {browser: names} = explorerStrings;
    const {counts, labelled} = session.model.value!.dataset;
    const {order, descending, split, count, assessed} = browser;
    const hasTruth = (labelled?.[split.value] ?? counts[split.value]) > 0;
    const orders = IMAGE_ORDERS.filter(
      each => hasTruth || (each !== 'objectIou' && each !== 'accuracy')
    );
    const handleOrder = ({target}: Event) =>
      this.pickOrder(browser, (target as HTMLSelectElement).value as ImageOrder, descending.peek());
    const handleCount = ({target}: Event) =>
      (count.value = Number((target as HTMLSelectElement).value));
    return html`<div class="bar">
      <fieldset class="splits">
        <legend class="visually-hidden">${names.split}</legend>
        ${SPLITS.filter(each => counts[each] > 0).map(
          each =>
            html`<label
              ><input
                type="radio"
                name="split"
                value=${each}
                .checked=${live(each === split.value)}
                @change=${() => this.pickSplit(browser, each)}
              />${names.splitOf(each, counts[each])}</label
            >`
        )}
      </fieldset>
      <label>
        ${names.order}
        <select name="order" @change=${handleOrder}>
          ${orders.map(
            each =>
              html`<option value=${each} .selected=${live(each === order.value)}>
                ${names.orders[each]}
              </option>`
          )}
        </select>
      </label>
      <label class="check"
        ><input
          type="checkbox"
          name="descending"
          .checked=${live(descending.value)}
          @change=${() => this.pickOrder(browser, order.peek(), !descending.peek())}
        />${names.descending}</label
      >
      ${
        order.value === 'place'
          ? nothing
          : html`<label>
                ${names.count}
                <select name="count" @change=${handleCount}>
                  ${ASSESS_COUNTS.map(
                    each =>
                      html`<option value=${each} .selected=${live(each === count.value)}>
                        ${names.first(each)}
                      </option>`
                  )}
                </select>
              </label>
              ${this.renderProgress(assessed)}`
      }
    </div>`;
  }

  private renderProgress({state}: ImageBrowser['assessed']) {
    const {value, pending} = state.value;
    return pending && value && value.done < value.scores.length
      ? html`<span class="soft"
          >${explorerStrings.browser.progress(value.done, value.scores.length)}</span
        >`
      : updating(pending);
  }

  private renderCell(session: Session, browser: ImageBrowser, place: number, focusable: number) {
    const {browser: names} = explorerStrings;
    const {columns, row} = this.grid;
    const list = browser.list.value;
    const index = list[place]!;
    const {value: order} = browser.order;
    const said = order === 'place' ? undefined : browser.assessed.state.value.value?.[order][index];
    const {split: shown, index: inHand} = session.image.value;
    const isPicked = shown === browser.split.value && inHand === index;
    const {value: thumbnails} = browser.thumbnails.state.value;
    const picture =
      thumbnails?.split === browser.split.value ? thumbnails.pictures.get(index) : undefined;
    const [x, y] = [(place % columns) * row, Math.floor(place / columns) * row];
    const label = names.item(index, said === undefined ? '' : names.said(order, said));
    return html`<div
      role="option"
      class="cell"
      aria-selected=${isPicked}
      aria-label=${label}
      aria-posinset=${place + 1}
      aria-setsize=${list.length}
      title=${label}
      tabindex=${place === focusable ? 0 : -1}
      style="width: ${row - GAP}px; transform: translate(${x + GAP}px, ${y + GAP}px)"
      @click=${() => this.pick(session, place)}
    >
      <redo-picture .picture=${picture}></redo-picture>
      ${said === undefined ? nothing : html`<span class="said">${formatValue(said)}</span>`}
    </div>`;
  }

  protected override renderSession(session: Session) {
    const {browser: names} = explorerStrings;
    const {browser} = explorerOf(session);
    const {columns, row} = this.grid;
    const list = browser.list.value;
    const from = Math.max(Math.floor(this.view.top / row) - BEYOND, 0) * columns;
    const rows = Math.ceil(this.view.height / row) + 1 + 2 * BEYOND;
    const to = this.view.width > 0 ? Math.min(from + rows * columns, list.length) : from;
    this.sight = [from, to];
    const {split, index} = session.image.value;
    const picked = split === browser.split.value ? list.indexOf(index) : -1;
    const inSight = picked >= from && picked < to;
    const focusable = inSight ? picked : from;
    const places = Array.from({length: Math.max(to - from, 0)}, (_, i) => from + i);
    const {assessed, thumbnails} = browser;
    const pending = thumbnails.state.value.pending;
    const isAsked = browser.order.value !== 'place';
    return html`
      ${this.renderErrors(thumbnails, ...(isAsked ? [assessed] : []))}
      ${this.renderBar(session, browser)}
      <div
        part="list"
        class="list"
        role="listbox"
        aria-label=${names.list}
        aria-busy=${pending}
        @scroll=${() => this.measure()}
        @keydown=${(event: KeyboardEvent) => this.handleKey(event, session, focusable)}
      >
        <div
          class="all"
          role="presentation"
          style="height: ${Math.ceil(list.length / columns) * row + GAP}px"
        >
          ${places.map(place => this.renderCell(session, browser, place, focusable))}
        </div>
        ${list.length === 0 ? html`<p class="hint soft">${isAsked ? names.none : names.empty}</p>` : nothing}
      </div>
      <p class="hint soft">${names.hint}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-image-browser': RedoImageBrowser;
  }
}
