import {css, html, LitElement, nothing} from 'lit';
import {customElement, property, state} from 'lit/decorators.js';
import type {ModelConfig} from '../core/model/config.js';
import {
  encodeView,
  LONGEST_LINK,
  parseView,
  type View,
  viewJson,
} from '../core/session/view-link.js';
import {explorerStrings} from './explorer-strings.js';
import {saveFile} from './save-file.js';
import {htmlSnippet, javascriptSnippet, pytorchSnippet} from './share-snippets.js';
import {controls, theme} from './theme.js';

/** What a viewer tells of itself to be shared. */
export interface Sharable {
  view: View;
  config: ModelConfig;
  /** What the view rests on and a link cannot carry, in words. */
  left: readonly string[];
}

/**
 * Reproduces what is seen: as a link, as lines of HTML, JavaScript or PyTorch, and as a file.
 *
 * @summary Links and lines that lead to the same picture.
 * @fires view-open - A view was read from a file; `detail` is `{view: View}`.
 * @fires file-saved - As in `<redo-save-menu>`.
 */
@customElement('redo-share-menu')
export class RedoShareMenu extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }

      textarea {
        flex-basis: 100%;
        min-height: 6em;
        box-sizing: border-box;
        padding: 8px;
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius);
        background: var(--_sunken);
        color: inherit;
        font:
          12px/1.5 ui-monospace,
          monospace;
      }

      .message {
        flex-basis: 100%;
        margin: 0;
      }

      .failed {
        color: var(--_danger);
      }

      input {
        display: none;
      }
    `,
  ];

  /** What is seen at the moment, asked for when it is wanted; undefined while no model is open. */
  @property({attribute: false}) sharable: () => Promise<Sharable | undefined> = async () =>
    undefined;

  /** Page that a link leads to. */
  @property() page = location.href;

  /** What files are called. */
  @property({attribute: 'file-name'}) fileName = 'redo';

  @state() private message = '';
  @state() private failed = false;
  /** Shown to be copied by hand, where the browser does not copy. */
  @state() private text = '';

  private async attempt(work: (given: Sharable) => Promise<string>): Promise<void> {
    this.failed = false;
    this.text = '';
    try {
      const given = await this.sharable();
      if (!given) throw new Error(explorerStrings.share.nothing);
      this.message = [await work(given), ...given.left].join(' ');
    } catch (error) {
      this.failed = true;
      this.message = (error as Error).message;
    }
  }

  private copy(what: string, make: (given: Sharable) => Promise<string> | string): Promise<void> {
    return this.attempt(async given => {
      const text = await make(given);
      try {
        await navigator.clipboard.writeText(text);
        return explorerStrings.share.copied(what, text.length);
      } catch {
        this.text = text;
        return explorerStrings.share.byHand(what);
      }
    });
  }

  private async link({view}: Sharable): Promise<string> {
    const address = new URL(this.page);
    address.hash = `redo=${await encodeView(view)}`;
    if (address.href.length > LONGEST_LINK) {
      throw new RangeError(explorerStrings.share.tooLong(address.href.length));
    }
    return address.href;
  }

  private save(): Promise<void> {
    return this.attempt(({view}) => {
      const name = `${this.fileName}-view.json`;
      const blob = new Blob([viewJson(view)], {type: 'application/json'});
      saveFile(this, name, blob);
      return Promise.resolve(explorerStrings.share.saved(name));
    });
  }

  private async openFile(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    input.value = '';
    if (!file) return;
    this.failed = false;
    this.text = '';
    try {
      const view = parseView(await file.text());
      this.message = explorerStrings.share.opened(file.name);
      this.dispatchEvent(
        new CustomEvent('view-open', {detail: {view}, bubbles: true, composed: true})
      );
    } catch (error) {
      this.failed = true;
      this.message = `${file.name}: ${(error as Error).message}`;
    }
  }

  protected override render() {
    const {share} = explorerStrings;
    const {message, failed, text} = this;
    return html`
      <button @click=${() => this.copy(share.link, given => this.link(given))}>
        ${share.link}
      </button>
      <button
        @click=${() => this.copy('HTML', async ({view}) => htmlSnippet(await encodeView(view)))}
      >
        HTML
      </button>
      <button @click=${() => this.copy('JavaScript', ({view}) => javascriptSnippet(view))}>
        JavaScript
      </button>
      <button
        @click=${() => this.copy('PyTorch', ({view, config}) => pytorchSnippet(view, config))}
      >
        PyTorch
      </button>
      <button @click=${this.save}>${share.save}</button>
      <button @click=${() => this.renderRoot.querySelector('input')!.click()}>${share.open}</button>
      <input
        type="file"
        accept=".json,application/json"
        aria-label=${share.open}
        @change=${(event: Event) => void this.openFile(event.target as HTMLInputElement)}
      />
      <p class="message ${failed ? 'failed' : 'soft'}" role="status">${message || nothing}</p>
      ${text ? html`<textarea readonly aria-label=${share.text} .value=${text}></textarea>` : nothing}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-share-menu': RedoShareMenu;
  }
}
