import {css, html, nothing} from 'lit';
import {customElement, property, state} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import {repeat} from 'lit/directives/repeat.js';
import {modelShelfOf, type ModelShelf} from '../core/session/model-shelf.js';
import {DatabaseStore, type KeptModel, type ModelStore} from '../core/session/model-store.js';
import type {Session} from '../core/session/session.js';
import {explorerStrings} from './explorer-strings.js';
import {SessionElement} from './session-element.js';
import {saveFile} from './save-file.js';
import {strings} from './strings.js';
import './redo-error-panel.js';

/** The browser's database for this page. */
const pageStore: ModelStore = new DatabaseStore();

/**
 * Trainings that are kept in the browser: opened again, they go on to the same numbers as without the
 * break. Also saved as files, ours or PyTorch's.
 *
 * @summary Shelf of trainings.
 * @fires model-keep - The user kept the training; `detail` is `{name: string}`.
 * @fires model-open - The user opened one that is kept; `detail` is `{id: number}`.
 * @fires model-rename - The user named one; `detail` is `{id: number, name: string}`.
 * @fires model-delete - The user deleted one; `detail` is `{id: number}`.
 * @fires file-saved - A file was handed to the browser; `detail` is `{name: string, blob: Blob}`. Cancel
 *     the event to keep the browser from saving it.
 * @csspart models - What is kept.
 */
@customElement('redo-model-shelf')
export class RedoModelShelf extends SessionElement {
  static override styles = [
    ...SessionElement.styles,
    css`
      input {
        min-height: 30px;
        padding: 0 6px;
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius);
        background: var(--_surface);
      }

      ul {
        display: grid;
        gap: 8px;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 12px;
        padding: 8px;
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
      }

      li input {
        flex: 1 1 160px;
        min-width: 0;
        font-weight: 500;
      }

      .facts {
        flex: 2 1 260px;
        font-size: 12px;
      }
    `,
  ];

  @state() private message = '';
  private keeping = false;

  /** Where trainings are kept. */
  @property({attribute: false}) store: ModelStore = pageStore;

  /** A name that no other training on the shelf has. */
  private freshName(session: Session, shelf: ModelShelf): string {
    const taken = new Set(shelf.models.peek().map(({name}) => name));
    const {dataset} = session.model.peek()!;
    let number = 1;
    const name = () => explorerStrings.models.fresh(dataset.name, session.iteration.peek(), number);
    while (taken.has(name())) number++;
    return name();
  }

  private async keep(session: Session, shelf: ModelShelf): Promise<void> {
    // A second press while the first is at work is meant for the first.
    if (this.keeping) return;
    this.keeping = true;
    const name = this.freshName(session, shelf);
    this.message = '';
    const isKept = await shelf.keep(session, name);
    this.keeping = false;
    if (!isKept) return;
    this.message = explorerStrings.models.kept(name);
    this.fire('model-keep', {name});
  }

  private async open(session: Session, shelf: ModelShelf, {id, name}: KeptModel): Promise<void> {
    const bytes = await shelf.read(id);
    if (!bytes) return;
    this.fire('model-open', {id});
    await session.openFile({name, arrayBuffer: () => Promise.resolve(bytes)});
  }

  private async download(shelf: ModelShelf, {id, name}: KeptModel): Promise<void> {
    const bytes = await shelf.read(id);
    if (bytes) this.hand(bytes, name);
  }

  private async exportWeights(session: Session, name: string): Promise<void> {
    try {
      this.hand(await session.snapshot({plain: true}), `${name} weights`);
    } catch (error) {
      this.message = strings.save.failed((error as Error).message);
    }
  }

  /** Hands a file to the browser. */
  private hand(bytes: ArrayBuffer, title: string): void {
    const name = `${title.replaceAll(/[^\p{L}\p{N}.-]+/gu, '-')}.safetensors`;
    const blob = new Blob([bytes]);
    saveFile(this, name, blob);
    this.message = strings.save.saved(name, blob.size);
  }

  private async rename(shelf: ModelShelf, kept: KeptModel, input: HTMLInputElement): Promise<void> {
    const name = input.value.trim();
    if (name === '' || name === kept.name || !(await shelf.rename(kept, name))) {
      input.value = kept.name;
      return;
    }
    this.fire('model-rename', {id: kept.id, name});
  }

  private async discard(shelf: ModelShelf, {id, name}: KeptModel): Promise<void> {
    if (!(await shelf.remove(id))) return;
    this.message = explorerStrings.models.removed(name);
    this.fire('model-delete', {id});
    // The button that had the focus is gone.
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.keep')?.focus();
  }

  private renderModel(session: Session, shelf: ModelShelf, kept: KeptModel) {
    const {models: names} = explorerStrings;
    const {name} = kept;
    const button = (kind: string, text: string, label: string, work: () => Promise<void>) =>
      html`<button class=${kind} aria-label=${label} @click=${() => void work()}>${text}</button>`;
    return html`<li>
      <input
        type="text"
        maxlength="60"
        aria-label=${names.name}
        .value=${live(name)}
        @change=${(event: Event) => void this.rename(shelf, kept, event.target as HTMLInputElement)}
      />
      <span class="facts soft">${names.facts(kept)}</span>
      ${button('open', names.open, names.openOne(name), () => this.open(session, shelf, kept))}
      ${button('download', names.download, names.downloadOne(name), () =>
        this.download(shelf, kept)
      )}
      ${button('remove', names.remove, names.removeOne(name), () => this.discard(shelf, kept))}
    </li>`;
  }

  protected override renderSession(session: Session) {
    const {models: names} = explorerStrings;
    const shelf = modelShelfOf(this.store);
    const models = shelf.models.value;
    const issue = shelf.issue.value;
    const space = shelf.space.value;
    return html`
      ${
        issue
          ? html`<redo-error-panel
              .words=${names.issues[issue.kind]}
              message=${issue.message}
              @try-again=${() => issue.retry()}
            ></redo-error-panel>`
          : nothing
      }
      <div class="bar">
        <button class="primary keep" @click=${() => void this.keep(session, shelf)}>
          ${names.keep}
        </button>
        <button
          class="export"
          @click=${() => void this.exportWeights(session, session.model.peek()!.dataset.name)}
        >
          ${names.export}
        </button>
        ${space ? html`<span class="soft space">${names.space(space)}</span>` : nothing}
      </div>
      <ul part="models" aria-label=${names.list}>
        ${repeat(
          models,
          ({id}) => id,
          kept => this.renderModel(session, shelf, kept)
        )}
      </ul>
      <p class="hint soft">${models.length > 0 ? names.hint : names.empty}</p>
      <p class="soft message" role="status">${this.message}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-model-shelf': RedoModelShelf;
  }
}
