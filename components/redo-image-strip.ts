import {css, html, LitElement, type PropertyValues} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import type {Picture} from '../core/engine/protocol.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';
import './redo-picture.js';

type Pictures = readonly (Picture | undefined)[];

/** Another list of the same pictures is no change: to scroll to the picked one costs a layout. */
function differ(now: Pictures, before: Pictures | undefined): boolean {
  return now.length !== before?.length || now.some((picture, i) => picture !== before[i]);
}

/**
 * A page of images to pick one from: a listbox, in which the arrow keys pick.
 *
 * @summary Image picker.
 * @fires image-pick - The user picked an image, also one of another page; `detail` is `{index: number}`.
 * @csspart list - The listbox.
 */
@customElement('redo-image-strip')
export class RedoImageStrip extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        gap: 8px;
      }

      ul {
        display: flex;
        gap: 8px;
        margin: 0;
        padding: 4px;
        list-style: none;
        overflow-x: auto;
        scrollbar-width: none;
      }

      li {
        flex: 1 0 44px;
        max-width: 88px;
        border-radius: var(--_radius);
        cursor: pointer;
      }

      li[aria-selected='true'] {
        box-shadow:
          0 0 0 2px var(--_surface),
          0 0 0 4px var(--_accent);
      }

      li:focus-visible {
        outline-offset: 4px;
      }

      button {
        width: 30px;
        padding: 0;
      }
    `,
  ];

  /** The images of the page; an absent one is still being read. */
  @property({attribute: false, hasChanged: differ}) pictures: Pictures = [];

  /** Index of the page's first image. */
  @property({type: Number}) first = 0;

  /** Index of the picked image. */
  @property({type: Number}) selected = 0;

  /** Number of images in all. */
  @property({type: Number}) count = 0;

  private moveFocus = false;

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('selected') && !changed.has('pictures')) return;
    const option = this.renderRoot.querySelector<HTMLElement>('[aria-selected="true"]');
    const list = this.renderRoot.querySelector('ul')!;
    if (!option) return;
    // The list alone is scrolled: `scrollIntoView` would move the page too.
    const before = option.offsetLeft - list.offsetLeft - 8;
    const after = before + option.offsetWidth + 16 - list.clientWidth;
    list.scrollLeft = Math.min(before, Math.max(list.scrollLeft, after));
    if (this.moveFocus) option.focus({preventScroll: true});
    this.moveFocus = false;
  }

  private pick(index: number, moveFocus = false): void {
    const target = Math.min(Math.max(index, 0), this.count - 1);
    if (target === this.selected || target < 0) return;
    this.moveFocus = moveFocus;
    this.dispatchEvent(
      new CustomEvent('image-pick', {detail: {index: target}, bubbles: true, composed: true})
    );
  }

  private handleKey(event: KeyboardEvent): void {
    const target = {
      ArrowLeft: this.selected - 1,
      ArrowRight: this.selected + 1,
      ArrowUp: this.selected - 1,
      ArrowDown: this.selected + 1,
      PageUp: this.selected - this.pictures.length,
      PageDown: this.selected + this.pictures.length,
      Home: 0,
      End: this.count - 1,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.pick(target, true);
  }

  protected override render() {
    const last = this.first + this.pictures.length - 1;
    const {images} = strings;
    return html`
      <button
        aria-label=${images.earlier}
        ?disabled=${this.first === 0}
        @click=${() => this.pick(this.first - 1)}
      >
        ‹
      </button>
      <ul
        part="list"
        role="listbox"
        aria-orientation="horizontal"
        aria-label=${images.list}
        @keydown=${this.handleKey}
      >
        ${this.pictures.map((picture, i) => {
          const index = this.first + i;
          const selected = index === this.selected;
          return html`<li
            role="option"
            aria-selected=${selected}
            aria-label=${images.item(index)}
            aria-posinset=${index + 1}
            aria-setsize=${this.count}
            tabindex=${selected ? 0 : -1}
            @click=${() => this.pick(index, true)}
          >
            <redo-picture .picture=${picture}></redo-picture>
          </li>`;
        })}
      </ul>
      <button
        aria-label=${images.later}
        ?disabled=${last >= this.count - 1}
        @click=${() => this.pick(last + 1)}
      >
        ›
      </button>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-image-strip': RedoImageStrip;
  }
}
