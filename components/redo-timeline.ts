import {html, LitElement} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import {sliderRow} from './slider-row.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';

/**
 * The states of a training that one can go back to, on a slider: masks and redraws follow as it is
 * dragged, and training goes on from where it stands.
 *
 * @summary Time line.
 * @fires timeline-go - The user went to a state; `detail` is `{iteration: number}`.
 */
@customElement('redo-timeline')
export class RedoTimeline extends LitElement {
  static override styles = [theme, controls, sliderRow];

  /** Iterations of the states that are kept, rising. */
  @property({attribute: false}) kept: readonly number[] = [];

  /** Iterations that the weights have behind them. */
  @property({type: Number}) iteration = 0;

  /** What the states take of the memory, in bytes. */
  @property({type: Number}) bytes = 0;

  /** Why no more are kept. */
  @property() error?: string;

  @property({type: Boolean}) disabled = false;

  /** The states, and the present where it is none of them. */
  private get stops(): number[] {
    return [...new Set([...this.kept, this.iteration])].sort((a, b) => a - b);
  }

  private go(stop: number): void {
    const iteration = this.stops[stop];
    if (iteration === undefined || iteration === this.iteration) return;
    const event = new CustomEvent('timeline-go', {
      detail: {iteration},
      ...{bubbles: true, composed: true},
    });
    this.dispatchEvent(event);
  }

  protected override render() {
    const {timeline} = strings;
    const {stops, iteration, kept, bytes, error} = this;
    const latest = stops.at(-1)!;
    const note = error === undefined ? timeline.note(kept.length, bytes) : timeline.failed(error);
    return html`<label id="label" for="slider">${timeline.title}</label>
      <input
        id="slider"
        type="range"
        min="0"
        max=${Math.max(1, stops.length - 1)}
        step="1"
        aria-valuetext=${timeline.at(iteration, latest)}
        .value=${live(String(stops.indexOf(iteration)))}
        ?disabled=${this.disabled || stops.length < 2}
        @input=${(event: Event) => this.go(Number((event.target as HTMLInputElement).value))}
      />
      <output for="slider">${timeline.at(iteration, latest)}</output>
      <p class="soft">${kept.length > 0 || error ? note : timeline.empty}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-timeline': RedoTimeline;
  }
}
