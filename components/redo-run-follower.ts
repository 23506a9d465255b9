import {signal} from '@preact/signals-core';
import {css, html, LitElement, nothing, type PropertyValues} from 'lit';
import {customElement, property, state} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import {RunFollower} from '../core/session/run-follower.js';
import type {RunSource} from '../core/session/run-source.js';
import {chartListeners, renderChartChecks, renderCharts, type ChartLooks} from './charts-panel.js';
import {experimentsStrings} from './experiments-strings.js';
import {experimentsStyles} from './experiments-styles.js';
import {historyCharts} from './history-charts.js';
import type {RunPick} from './redo-run-picker.js';
import {runAt} from './run-drop.js';
import {RunViewer, type ModelHost} from './run-viewer.js';
import {controls, theme} from './theme.js';
import {watchWhileSeen} from './watch-while-seen.js';
import './redo-error-panel.js';
import './redo-line-chart.js';
import './redo-probe-images.js';
import './redo-run-picker.js';

/**
 * A training that runs elsewhere, followed live: its folder is read while it grows, its numbers are
 * drawn, and its newest weights go to a viewer, where masks are seen and codes dragged meanwhile.
 *
 * @summary Run follower.
 * @fires run-pick - The user picked a run; `detail` is a `RunPick`.
 */
@customElement('redo-run-follower')
export class RedoRunFollower extends LitElement {
  static override styles = [
    theme,
    controls,
    experimentsStyles,
    css`
      .checks,
      .facts {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 16px;
      }

      .bar > .facts {
        flex: 1 1 auto;
      }

      .check {
        display: flex;
        align-items: center;
        gap: 6px;
      }

      .charts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr));
        gap: 24px;
      }
    `,
  ];

  @state() private looks: ChartLooks = {logScale: false, smooth: false};
  @state() private isSnapshot = false;

  /** Address of a run's folder to be followed. */
  @property() url?: string;

  /** The viewer that the newest weights go to. */
  @property({attribute: false}) viewer?: ModelHost;

  /** Id of that viewer, in the same document or shadow tree. */
  @property({attribute: 'for'}) htmlFor?: string;

  /** Milliseconds between two looks into the folder. */
  @property({type: Number, attribute: 'every-ms'}) everyMs = 2000;

  private readonly current = signal<RunFollower | undefined>(undefined);
  private readonly shown = new RunViewer(() => this.bound);
  private readonly watcher = watchWhileSeen(this);

  override connectedCallback(): void {
    super.connectedCallback();
    // An element that is moved is taken out and put back.
    const follower = this.current.peek();
    if (!follower) return;
    this.shown.follow(follower);
    void follower.follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.current.peek()?.stop();
    this.shown.leave();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('url') && this.url) {
      const source = runAt(this.url);
      if (source) this.follow(source);
    }
  }

  /** The run that is followed. */
  get follower(): RunFollower | undefined {
    return this.current.value;
  }

  /** Follows a run in the place of the present one. */
  follow(source: RunSource, isSnapshot = false): void {
    this.current.peek()?.stop();
    this.isSnapshot = isSnapshot;
    this.looks = {...this.looks, row: undefined, zoom: undefined};
    const follower = new RunFollower(source, {everyMs: this.everyMs});
    this.current.value = follower;
    this.shown.follow(follower);
    void follower.follow();
  }

  private get bound(): ModelHost | undefined {
    if (this.viewer || !this.htmlFor || !this.isConnected) return this.viewer;
    const found = (this.getRootNode() as Document | ShadowRoot).getElementById(this.htmlFor);
    return (found as (HTMLElement & ModelHost) | null) ?? undefined;
  }

  private renderFacts(follower: RunFollower) {
    const {run} = experimentsStrings;
    const {history, name} = follower;
    const facts = follower.facts.value;
    const {best} = facts;
    const seed = facts.seed ?? facts.config?.seed;
    return html`<div class="facts">
      <strong>${name}</strong>
      <span>${run.at(history.iterations.at(-1))}</span>
      ${best ? html`<span>${run.best(best.objectIou, best.iteration)}</span>` : nothing}
      ${seed === undefined ? nothing : html`<span class="soft">${run.seed(seed)}</span>`}
      <span class="soft">${follower.following.value ? run.following : run.stopped}</span>
    </div>`;
  }

  private renderNotes(follower: RunFollower) {
    const {run} = experimentsStrings;
    const {collapses, unreadable} = follower;
    const last = collapses.at(-1);
    const notes = [
      this.isSnapshot ? run.snapshot : '',
      last ? run.collapses(collapses.length, last.iteration, last.reason) : '',
      unreadable > 0 ? run.unreadable(unreadable) : '',
      follower.trouble.value ? run.notShown(follower.trouble.value) : '',
      this.shown.note.value,
    ].filter(Boolean);
    return notes.map(note => html`<p class="soft">${note}</p>`);
  }

  private renderRun(follower: RunFollower) {
    const {run} = experimentsStrings;
    const {wantsCheckpoints, following, history} = follower;
    const error = follower.error.value;
    // The columns grow in place: the revision is what tells.
    void history.revision.value;
    void follower.grownAt.value;
    const set = (change: Partial<ChartLooks>) => (this.looks = {...this.looks, ...change});
    const {cursor, zoom} = chartListeners(set);
    return html`<div class="bar">
        ${this.renderFacts(follower)}
        <button @click=${() => (following.peek() ? follower.stop() : void follower.follow())}>
          ${following.value ? run.stop : run.resume}
        </button>
      </div>
      ${
        error
          ? html`<redo-error-panel
              during="run"
              message=${error.message}
              @try-again=${() => void follower.follow()}
            ></redo-error-panel>`
          : nothing
      }
      <div class="bar">
        ${
          this.bound
            ? html`<label class="check">
                <input
                  type="checkbox"
                  name="load"
                  .checked=${live(wantsCheckpoints.value === true)}
                  @change=${() => (wantsCheckpoints.value = !wantsCheckpoints.peek())}
                />${run.load}
              </label>`
            : nothing
        }
        ${renderChartChecks(this.looks, set)}
      </div>
      ${this.renderNotes(follower)}
      <section aria-label=${run.charts(follower.name)} @cursor-move=${cursor} @zoom-change=${zoom}>
        ${renderCharts(historyCharts(history), this.looks, run)}
      </section>
      ${
        follower.probes.length > 0
          ? html`<redo-probe-images
              .probes=${follower.probes}
              .read=${follower.readProbe}
            ></redo-probe-images>`
          : nothing
      }`;
  }

  protected override render() {
    return this.watcher.track(() => {
      const {value: follower} = this.current;
      return html`<redo-run-picker
          @run-pick=${({detail}: CustomEvent<RunPick>) =>
            this.follow(detail.source, detail.isSnapshot)}
        ></redo-run-picker>
        ${
          follower
            ? this.renderRun(follower)
            : html`<p class="soft">${experimentsStrings.run.none}</p>`
        }`;
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-run-follower': RedoRunFollower;
  }
}
