import {signal} from '@preact/signals-core';
import {css, html, LitElement, nothing} from 'lit';
import {customElement, property, state} from 'lit/decorators.js';
import {RunFollower} from '../core/session/run-follower.js';
import type {RunSource} from '../core/session/run-source.js';
import {experimentsStrings, formatIou} from './experiments-strings.js';
import {experimentsStyles} from './experiments-styles.js';
import {formatCount} from './format.js';
import {PUBLISHED_SCORES, type PublishedScore} from './published-scores.js';
import type {RunPick} from './redo-run-picker.js';
import {overlay, QUANTITIES, type Quantity} from './run-overlay.js';
import {controls, theme} from './theme.js';
import {watchWhileSeen} from './watch-while-seen.js';
import './redo-line-chart.js';
import './redo-run-picker.js';

/**
 * Several runs, followed live: their curves laid over one another, and their best scores on validation
 * images beside what was published.
 *
 * @summary Run comparison.
 */
@customElement('redo-run-comparison')
export class RedoRunComparison extends LitElement {
  static override styles = [
    theme,
    controls,
    experimentsStyles,
    css`
      :host {
        --redo-chart-height: 240px;
      }

      .scroll {
        overflow-x: auto;
      }

      table {
        width: 100%;
        border-collapse: collapse;
      }

      caption {
        padding-bottom: 4px;
        text-align: start;
      }

      th,
      td {
        padding: 4px 12px 4px 0;
        border-bottom: 1px solid var(--_line);
        text-align: start;
        white-space: nowrap;
      }

      th {
        font-weight: 600;
      }

      :is(td, th).number {
        text-align: end;
      }
    `,
  ];

  @state() private quantity: Quantity = 'objectIou';
  @state() private row?: number;
  @state() private zoom?: readonly [number, number];

  /** Milliseconds between two looks into each folder. */
  @property({type: Number, attribute: 'every-ms'}) everyMs = 2000;

  private readonly list = signal<readonly RunFollower[]>([]);
  private readonly watcher = watchWhileSeen(this);

  override connectedCallback(): void {
    super.connectedCallback();
    for (const follower of this.list.peek()) void follower.follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const follower of this.list.peek()) follower.stop();
  }

  /** The runs that are compared. */
  get runs(): readonly RunFollower[] {
    return this.list.value;
  }

  /** Adds a run; one of the same folder's name takes its place. */
  add(source: RunSource): void {
    this.forget(source.name);
    const follower = new RunFollower(source, {everyMs: this.everyMs, checkpoints: false});
    this.list.value = [...this.list.peek(), follower];
    void follower.follow();
  }

  private forget(name: string): void {
    this.list.value = this.list.peek().filter(follower => {
      if (follower.name === name) follower.stop();
      return follower.name !== name;
    });
  }

  private renderRun(follower: RunFollower) {
    const {compare} = experimentsStrings;
    const {history, name, collapses} = follower;
    void history.revision.value;
    const facts = follower.facts.value;
    const {looks} = history;
    const best = looks.objectIou.reduce((at, iou, i) => (iou > looks.objectIou[at]! ? i : at), 0);
    const restarts = facts.restarts ?? collapses.length;
    const error = follower.error.value;
    return html`<tr>
      <td>${name}${error ? html`<p role="alert" class="soft">${error.message}</p>` : nothing}</td>
      <td>${facts.config?.dataset?.split('/').at(-1) ?? '–'}</td>
      <td>${compare.validation}</td>
      <td class="number">${formatIou(looks.accuracy[best])}</td>
      <td class="number">${formatIou(looks.objectIou[best])}</td>
      <td>
        ${compare.course(
          formatCount(history.iterations.at(-1) ?? 0),
          looks.iterations[best],
          restarts
        )}
      </td>
      <td>
        <button aria-label=${compare.removeRun(name)} @click=${() => this.forget(name)}>
          ${compare.remove}
        </button>
      </td>
    </tr>`;
  }

  private renderPublished(score: PublishedScore) {
    const {method, dataset, split, accuracy, accuracyDeviation, iou, iouDeviation} = score;
    const withDeviation = (mean: number | undefined, deviation: number | undefined): string =>
      deviation === undefined ? formatIou(mean) : `${formatIou(mean)} ± ${formatIou(deviation)}`;
    return html`<tr>
      <td>${method}</td>
      <td>${dataset}</td>
      <td>${split}</td>
      <td class="number">${withDeviation(accuracy, accuracyDeviation)}</td>
      <td class="number">${withDeviation(iou, iouDeviation)}</td>
      <td><a href=${score.url}>${score.source}</a></td>
      <td></td>
    </tr>`;
  }

  private renderTable(runs: readonly RunFollower[]) {
    const {compare} = experimentsStrings;
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${compare.table}>
      <table>
        <caption class="soft">
          ${compare.caption}
        </caption>
        <thead>
          <tr>
            <th>${compare.method}</th>
            <th>${compare.images}</th>
            <th>${compare.split}</th>
            <th class="number">${compare.accuracy}</th>
            <th class="number">${compare.iou}</th>
            <th>${compare.source}</th>
            <td></td>
          </tr>
        </thead>
        <tbody>
          ${runs.map(run => this.renderRun(run))}
          ${PUBLISHED_SCORES.map(score => this.renderPublished(score))}
        </tbody>
      </table>
    </div>`;
  }

  private renderChart(runs: readonly RunFollower[]) {
    const {compare} = experimentsStrings;
    for (const {history} of runs) void history.revision.value;
    return html`<div class="bar">
        <label>
          ${compare.quantity}
          <select
            @change=${(event: Event) =>
              (this.quantity = (event.target as HTMLSelectElement).value as Quantity)}
          >
            ${QUANTITIES.map(
              each =>
                html`<option value=${each} ?selected=${each === this.quantity}>
                  ${compare.quantities[each]}
                </option>`
            )}
          </select>
        </label>
      </div>
      <section aria-label=${compare.chart}>
        <redo-line-chart
          heading=${compare.quantities[this.quantity]}
          .data=${overlay(runs, this.quantity)}
          .row=${this.row}
          .zoom=${this.zoom}
          .empty=${compare.empty}
          @cursor-move=${({detail}: CustomEvent<{row?: number}>) => (this.row = detail.row)}
          @zoom-change=${({detail}: CustomEvent<{zoom?: readonly [number, number]}>) =>
            (this.zoom = detail.zoom)}
        ></redo-line-chart>
      </section>`;
  }

  protected override render() {
    return this.watcher.track(() => {
      const {value: runs} = this.list;
      return html`<redo-run-picker
          @run-pick=${({detail}: CustomEvent<RunPick>) => this.add(detail.source)}
        ></redo-run-picker>
        ${
          runs.length > 0
            ? this.renderChart(runs)
            : html`<p class="soft">${experimentsStrings.compare.none}</p>`
        }
        ${this.renderTable(runs)}`;
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-run-comparison': RedoRunComparison;
  }
}
