import {html, nothing} from 'lit';
import {customElement, property, state} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import {repeat} from 'lit/directives/repeat.js';
import {shelfOf, snapCode, type CodeShelf, type StorageSource} from '../core/session/code-shelf.js';
import type {Session} from '../core/session/session.js';
import type {ShelfEntry} from '../core/session/shelf-file.js';
import {renderComparison, type ComparedCode} from './code-comparison.js';
import {codeShelfStyles} from './code-shelf-styles.js';
import {explorerStrings} from './explorer-strings.js';
import {regionCss} from './palette.js';
import {SessionElement} from './session-element.js';
import {strings} from './strings.js';
import './redo-error-panel.js';
import './redo-picture.js';

/** The browser's storage for this page. */
export const pageStorage: StorageSource = () => localStorage;

/**
 * Codes that were kept: loaded into the region in hand or into another one, on whatever image is in
 * hand, and compared. The browser keeps them for all models of the same data set, regions and code
 * size.
 *
 * @summary Shelf of codes.
 * @fires code-snap - The user kept the code in hand; `detail` is `{name: string}`.
 * @fires code-load - The user loaded a code; `detail` is `{region: number, code: Float32Array}`.
 * @fires code-rename - The user named a code; `detail` is `{id: number, name: string}`.
 * @fires code-delete - The user took a code off the shelf; `detail` is `{id: number}`.
 * @fires code-undo - The user put back what was taken off last.
 * @csspart entries - The codes.
 */
@customElement('redo-code-shelf')
export class RedoCodeShelf extends SessionElement {
  static override styles = [...SessionElement.styles, codeShelfStyles];

  /** Codes that are compared, by id: two at most. */
  @state() private compared: readonly number[] = [];
  /** Where codes are loaded to; the region in hand where absent. */
  @state() private target?: number;
  @state() private message = '';

  /** Where the shelf is saved. */
  @property({attribute: false}) storage: StorageSource = pageStorage;

  private snap(session: Session, shelf: CodeShelf): void {
    const name = this.freshName(session, shelf);
    this.message = explorerStrings.shelf.kept(name);
    void snapCode(session, shelf, name);
    this.fire('code-snap', {name});
  }

  /** A name that no other code on the shelf has. */
  private freshName(session: Session, shelf: CodeShelf): string {
    const taken = new Set(shelf.entries.peek().map(({name}) => name));
    const [region, image] = [session.region.peek(), session.image.peek().index];
    let number = 1;
    const name = () => explorerStrings.shelf.fresh(region, image, number);
    while (taken.has(name())) number++;
    return name();
  }

  private load(session: Session, region: number, {code, name}: ShelfEntry): void {
    session.codes.set(region, code);
    this.message = explorerStrings.shelf.loaded(name, region);
    this.fire('code-load', {region, code});
  }

  private rename(shelf: CodeShelf, entry: ShelfEntry, input: HTMLInputElement): void {
    const name = input.value.trim();
    if (name === '' || name === entry.name) {
      // What was typed is not always what is kept.
      input.value = entry.name;
      return;
    }
    shelf.rename(entry.id, name);
    this.fire('code-rename', {id: entry.id, name});
  }

  private discard(shelf: CodeShelf, {id, name}: ShelfEntry): void {
    shelf.remove(id);
    this.compared = this.compared.filter(each => each !== id);
    this.message = explorerStrings.shelf.removed(name);
    this.fire('code-delete', {id});
    // The button that had the focus is gone; the next thing wanted may be the way back.
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('.undo')?.focus()
    );
  }

  private undo(shelf: CodeShelf): void {
    shelf.undo();
    this.message = explorerStrings.shelf.undone;
    this.fire('code-undo', {});
  }

  private toggleCompared(id: number): void {
    const {compared} = this;
    this.compared = compared.includes(id)
      ? compared.filter(each => each !== id)
      : [...compared.slice(-1), id];
  }

  private renderBar(session: Session, shelf: CodeShelf) {
    const {shelf: names} = explorerStrings;
    return html`<div class="bar">
      <button class="primary snap" @click=${() => this.snap(session, shelf)}>${names.snap}</button>
      <label>
        ${names.into}
        <select
          @change=${(event: Event) => {
            const {value} = event.target as HTMLSelectElement;
            this.target = value === '' ? undefined : Number(value);
          }}
        >
          <option value="">${names.inHand}</option>
          ${session.codes.all.map(
            (_, region) =>
              html`<option value=${region} ?selected=${region === this.target}>
                ${strings.region(region)}
              </option>`
          )}
        </select>
      </label>
      <button class="undo" ?disabled=${!shelf.canUndo.value} @click=${() => this.undo(shelf)}>
        ${names.undo}
      </button>
    </div>`;
  }

  private renderEntry(session: Session, shelf: CodeShelf, entry: ShelfEntry, target: number) {
    const {shelf: names} = explorerStrings;
    const {id, name, region, image, model, picture} = entry;
    const isOther = JSON.stringify(model.config) !== JSON.stringify(session.model.value!.config);
    return html`<li class="entry">
      <redo-picture label=${names.picture(name)} .picture=${picture}></redo-picture>
      <div class="facts">
        <input
          type="text"
          maxlength="60"
          aria-label=${names.name}
          .value=${live(name)}
          @change=${(event: Event) => this.rename(shelf, entry, event.target as HTMLInputElement)}
        />
        <span class="region" style="--hue: ${regionCss(region)}">
          <span class="chip"></span>${names.from(region, image)}
        </span>
        <span class="soft">${names.model(model.config.size, model.iteration)}</span>
        ${isOther ? html`<span class="soft other">${names.otherModel}</span>` : nothing}
      </div>
      <div class="actions">
        <button
          class="load"
          aria-label=${names.loadOne(name, target)}
          @click=${() => this.load(session, target, entry)}
        >
          ${names.load}
        </button>
        <button
          class="compare"
          aria-label=${names.compareOne(name)}
          aria-pressed=${this.compared.includes(id) ? 'true' : 'false'}
          @click=${() => this.toggleCompared(id)}
        >
          ${names.compare}
        </button>
        <button
          class="remove"
          aria-label=${names.removeOne(name)}
          @click=${() => this.discard(shelf, entry)}
        >
          ${names.remove}
        </button>
      </div>
    </li>`;
  }

  /** What is compared: two entries, or one with the code in hand. */
  private renderCompared(session: Session, entries: readonly ShelfEntry[]) {
    const sides = this.compared.flatMap((id): ComparedCode[] => {
      const entry = entries.find(each => each.id === id);
      return entry ? [{...entry, picture: entry.picture}] : [];
    });
    const [first, second] = sides;
    if (!first) return nothing;
    return renderComparison(first, second ?? this.codeInHand(session));
  }

  private codeInHand(session: Session): ComparedCode {
    const region = session.region.value;
    const picture = session.views.redraws.value[region]?.state.value.value?.region;
    const code = session.codes.all[region]!.value;
    return {name: explorerStrings.shelf.now, code, picture};
  }

  private renderIssue(shelf: CodeShelf) {
    const issue = shelf.issue.value;
    if (!issue) return nothing;
    return html`<redo-error-panel
      .words=${explorerStrings.shelf.issues[issue.kind]}
      message=${issue.message}
      @try-again=${() => issue.retry()}
    ></redo-error-panel>`;
  }

  protected override renderSession(session: Session) {
    const {shelf: names} = explorerStrings;
    const shelf = shelfOf(session.model.value!, this.storage);
    const entries = shelf.entries.value;
    const regions = session.codes.all.length;
    // A model may have fewer regions than the last one.
    const target =
      this.target !== undefined && this.target < regions ? this.target : session.region.value;
    return html`
      ${this.renderIssue(shelf)}${this.renderBar(session, shelf)}
      <ul part="entries" class="entries" aria-label=${names.list}>
        ${repeat(
          entries,
          ({id}) => id,
          entry => this.renderEntry(session, shelf, entry, target)
        )}
      </ul>
      ${this.renderCompared(session, entries)}
      <p class="hint soft">${entries.length > 0 ? names.hint : names.empty}</p>
      <p class="visually-hidden" role="status">${this.message}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-code-shelf': RedoCodeShelf;
  }
}
