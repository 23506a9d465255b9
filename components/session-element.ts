import {batch} from '@preact/signals-core';
import {css, html, LitElement, nothing, type TemplateResult} from 'lit';
import {property} from 'lit/decorators.js';
import type {Split} from '../datasets/dataset.js';
import type {Resource} from '../core/graph/resource.js';
import type {Session} from '../core/session/session.js';
import {explorerStrings} from './explorer-strings.js';
import {controls, theme} from './theme.js';
import {watchWhileSeen} from './watch-while-seen.js';
import './redo-error-panel.js';

/** What has a session and takes up what is picked: `<redo-viewer>`. */
export interface SessionHost {
  /** Read from a signal: who reads it while rendering renders again when it is another. */
  readonly session: Session | undefined;
  /** Split that was picked by hand; gone with another model or other images. */
  pickedSplit?: Split;
  /** Index of the image in hand within its split. */
  image: number;
  /** Region in hand, from 0. */
  region: number;
}

/**
 * A view of a viewer's session: bound by property, or by id as a label is to its control. It watches
 * nothing while it is out of sight.
 */
export abstract class SessionElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 8px;
        min-width: 0;
      }

      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        min-height: 30px;
      }

      .hint {
        margin: 0;
        font-size: 12px;
      }

      .updating {
        color: var(--_ink-soft);
        opacity: 0;
        animation: appear 200ms 600ms forwards;
      }

      @keyframes appear {
        to {
          opacity: 1;
        }
      }
    `,
  ];

  /** The viewer whose session is shown. */
  @property({attribute: false}) viewer?: SessionHost;

  /** Id of that viewer, in the same document or shadow tree. */
  @property({attribute: 'for'}) htmlFor?: string;

  private readonly watcher = watchWhileSeen(this);

  override connectedCallback(): void {
    super.connectedCallback();
    // A viewer that is found before its element is defined has no session yet.
    void customElements.whenDefined('redo-viewer').then(() => this.requestUpdate());
  }

  /** What it is bound to. */
  protected get bound(): SessionHost | undefined {
    if (this.viewer || !this.htmlFor) return this.viewer;
    const found = (this.getRootNode() as Document | ShadowRoot).getElementById(this.htmlFor);
    return (found as (HTMLElement & SessionHost) | null) ?? undefined;
  }

  /** Takes an image, a region and its code in hand. */
  protected take(image: number, region: number, code: Float32Array): void {
    const {bound: host} = this;
    if (!host?.session) return;
    const {session} = host;
    // At once, so that what is drawn next is of all three.
    batch(() => {
      session.selectImage({split: session.image.peek().split, index: image});
      session.region.value = region;
      session.codes.set(region, code);
    });
    host.image = image;
    host.region = region;
  }

  protected fire(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, {detail, bubbles: true, composed: true}));
  }

  /** What failed of nodes, and the way on. */
  protected renderErrors(...nodes: Resource<unknown>[]) {
    const failed = nodes.filter(node => node.state.value.error);
    if (failed.length === 0) return nothing;
    return html`<redo-error-panel
      during="view"
      message=${failed[0]!.state.value.error!.message}
      @try-again=${() => failed.forEach(node => node.reload())}
    ></redo-error-panel>`;
  }

  /** What is shown of a session with an open model. */
  protected abstract renderSession(session: Session): TemplateResult;

  protected override render() {
    return this.watcher.track(() => {
      const session = this.bound?.session;
      if (session?.model.value) return this.renderSession(session);
      return html`<p class="hint soft">${explorerStrings.unbound}</p>`;
    });
  }
}
