import {css, html, type PropertyValues} from 'lit';
import {customElement} from 'lit/decorators.js';
import {recoveredOf, RECOVERY_DRAWS, type Recovered} from '../core/session/code-recovery.js';
import {explorerOf} from '../core/session/explorer.js';
import type {Session} from '../core/session/session.js';
import {explorerStrings} from './explorer-strings.js';
import {regionInk} from './palette.js';
import {drawScatter} from './recovery-scatter-drawing.js';
import {SessionElement} from './session-element.js';
import {strings} from './strings.js';
import {updating} from './updating.js';

/** Height and width of a panel, in CSS pixels. */
const SIDE = 104;

/**
 * Codes of the region in hand against what δ reads back from the redrawn image: a scatter a
 * component, with the share R² of the component that survives.
 *
 * @summary Recovered codes against codes.
 * @csspart panel - The scatter of one component.
 */
@customElement('redo-recovery-scatter')
export class RedoRecoveryScatter extends SessionElement {
  static override styles = [
    ...SessionElement.styles,
    css`
      .panels {
        display: grid;
        grid-template-columns: repeat(auto-fill, ${SIDE}px);
        gap: 12px;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      figure {
        margin: 0;
      }

      figcaption {
        display: flex;
        justify-content: space-between;
      }

      svg {
        display: block;
        border-radius: 2px;
        background: var(--_sunken);
      }

      svg.stale {
        opacity: 0.55;
      }

      .axis {
        stroke: var(--_line-strong);
        stroke-opacity: 0.5;
      }

      .diagonal {
        stroke: var(--_ink-soft);
        stroke-dasharray: 4 3;
      }

      .dots {
        fill: none;
        stroke-width: 4;
        stroke-linecap: round;
        stroke-opacity: 0.75;
      }
    `,
  ];

  private panels: readonly Recovered[] = [];
  private region = 0;

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    this.renderRoot
      .querySelectorAll<SVGSVGElement>('.panels svg')
      .forEach((svg, d) => drawScatter(svg, this.panels[d]!, SIDE, regionInk(this.region)));
  }

  private renderPanel({r2}: Recovered, dimension: number, isOld: boolean) {
    const {recovery: names} = explorerStrings;
    return html`<li>
      <figure part="panel">
        <svg
          class=${isOld ? 'stale' : ''}
          role="img"
          aria-label=${names.panel(dimension, r2)}
        ></svg>
        <figcaption>
          <b>${strings.code.dimension(dimension)}</b>
          <span class="soft">${names.r2(r2)}</span>
        </figcaption>
      </figure>
    </li>`;
  }

  protected override renderSession(session: Session) {
    const {recovery: names} = explorerStrings;
    const {node} = explorerOf(session).recovery;
    const {value, pending} = node.state.value;
    const region = session.region.value;
    // The last answer outlives its model.
    const fits = value?.model === session.model.value!.model && region < value.regions;
    this.panels = fits ? recoveredOf(value, region) : [];
    this.region = region;
    const isOld = pending && value?.image !== session.image.value;
    const mean = this.panels.reduce((sum, {r2}) => sum + r2 / this.panels.length, 0);
    const draws = fits ? value.codes.length / (value.regions * value.codeSize) : 0;
    return html`
      ${this.renderErrors(node)}
      <div class="bar">
        <span>${names.summary(region, draws)}</span>
        <b>${this.panels.length > 0 ? names.mean(mean) : ''}</b>
        ${updating(pending && draws === RECOVERY_DRAWS)}
      </div>
      <ul class="panels" aria-label=${names.all} aria-busy=${pending ? 'true' : 'false'}>
        ${this.panels.map((panel, dimension) => this.renderPanel(panel, dimension, isOld))}
      </ul>
      <p class="hint soft">${names.hint}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-recovery-scatter': RedoRecoveryScatter;
  }
}
