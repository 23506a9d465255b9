import {css, html, LitElement, nothing} from 'lit';
import {customElement, property, query} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {PhaseReport, Side} from '../core/training/report.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';

/** Numbers of iterations that a button runs. */
const STEPS = [1, 10, 100, 1000];

const SIDES: readonly {side?: Side; label: string}[] = [
  {label: strings.training.both},
  {side: 'generator', label: strings.training.generator},
  {side: 'discriminator', label: strings.training.discriminator},
];

/** Details of the events of `<redo-train-controls>`. */
export interface TrainEvents {
  'train-step': {count: number};
  'train-phase': undefined;
  'train-play': undefined;
  'train-pause': undefined;
  'train-side': {side: Side | undefined};
  'train-rate': {stepsPerFrame: number};
  'train-reset': {seed: number};
}

/**
 * Controls of training: so many iterations, one phase, on and on, one side only, from new weights.
 *
 * @summary Train controls.
 * @fires train-step - The user asked for iterations; `detail` is `{count: number}`.
 * @fires train-phase - The user asked for the next phase.
 * @fires train-play - The user started training.
 * @fires train-pause - The user paused training, or what is left of the iterations asked for.
 * @fires train-side - The user chose the networks to update; `detail` is `{side?: 'generator' | 'discriminator'}`.
 * @fires train-rate - The user chose the iterations a refresh; `detail` is `{stepsPerFrame: number}`.
 * @fires train-reset - The user asked for new weights; `detail` is `{seed: number}`.
 */
@customElement('redo-train-controls')
export class RedoTrainControls extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 12px;
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }

      .group > button {
        padding: 0 10px;
      }

      .primary {
        min-width: 84px;
      }

      fieldset {
        display: contents;
      }

      legend {
        float: inline-start;
        padding: 0;
        color: var(--_ink-soft);
      }

      .field {
        display: flex;
        align-items: center;
        gap: 8px;
        color: var(--_ink-soft);
      }

      .field input {
        width: 84px;
        color: var(--_ink);
      }

      form {
        display: contents;
      }
    `,
  ];

  @query('input[name="seed"]') private seedInput!: HTMLInputElement;

  /** Whether training goes on until paused. */
  @property({type: Boolean}) playing = false;

  /** Iterations still to be run of those asked for. */
  @property({type: Number}) remaining = 0;

  /** Whether nothing can be asked for now. */
  @property({type: Boolean}) disabled = false;

  /** The networks that are updated; undefined for both sides. */
  @property({attribute: false}) side?: Side;

  /** Iterations between two looks at the pictures. */
  @property({type: Number, attribute: 'steps-per-frame'}) stepsPerFrame = 1;

  /** Seed that the weights were made from. */
  @property({type: Number}) seed = 1;

  /** The phase that ran last by itself. */
  @property({attribute: false}) phase?: PhaseReport;

  private emit<K extends keyof TrainEvents>(type: K, detail?: TrainEvents[K]): void {
    this.dispatchEvent(new CustomEvent(type, {detail, bubbles: true, composed: true}));
  }

  private handleRate(event: Event): void {
    const input = event.target as HTMLInputElement;
    const stepsPerFrame = Math.round(Number(input.value));
    if (stepsPerFrame >= 1 && stepsPerFrame <= 1000) this.emit('train-rate', {stepsPerFrame});
    else input.value = String(this.stepsPerFrame);
  }

  private handleReset(event: SubmitEvent): void {
    event.preventDefault();
    this.emit('train-reset', {seed: Number(this.seedInput.value)});
  }

  /** While iterations run there is nothing else to start. */
  private get running(): boolean {
    return this.playing || this.remaining > 0;
  }

  private phaseText(): string {
    const {training} = strings;
    if (this.remaining > 0) return training.remaining(this.remaining);
    if (!this.phase || this.phase.ended) return training.phaseNone;
    return training.phaseAt(this.phase.side, this.phase.phase);
  }

  private renderSteps() {
    const {training} = strings;
    return html`<span class="group" role="group" aria-label=${training.step}>
      ${STEPS.map(
        count =>
          html`<button
            aria-label=${training.steps(count)}
            ?disabled=${this.disabled || this.running}
            @click=${() => this.emit('train-step', {count})}
          >
            ${count === 1 ? training.step : `+${count}`}
          </button>`
      )}
    </span>`;
  }

  private renderSides() {
    return html`<fieldset>
      <legend>${strings.training.side}</legend>
      <span class="choice">
        ${SIDES.map(
          ({side, label}) =>
            html`<label>
              <input
                type="radio"
                name="side"
                .checked=${live(side === this.side)}
                ?disabled=${this.disabled}
                @change=${() => this.emit('train-side', {side})}
              />${label}
            </label>`
        )}
      </span>
    </fieldset>`;
  }

  protected override render() {
    const {training} = strings;
    return html`
      <div class="line">
        <button
          class="primary"
          ?disabled=${this.disabled}
          @click=${() => this.emit(this.running ? 'train-pause' : 'train-play')}
        >
          ${this.running ? training.pause : training.play}
        </button>
        ${this.renderSteps()}
      </div>
      <div class="line">
        <button ?disabled=${this.disabled || this.running} @click=${() => this.emit('train-phase')}>
          ${training.nextPhase}
        </button>
        <span class="soft">${this.disabled ? nothing : this.phaseText()}</span>
      </div>
      <div class="line">${this.renderSides()}</div>
      <div class="line">
        <label class="field">
          ${training.rate}
          <input
            type="number"
            name="rate"
            min="1"
            max="1000"
            .value=${String(this.stepsPerFrame)}
            ?disabled=${this.disabled}
            @change=${this.handleRate}
          />
        </label>
      </div>
      <div class="line">
        <form @submit=${this.handleReset}>
          <label class="field">
            ${training.seed}
            <input
              type="number"
              name="seed"
              step="1"
              required
              .value=${String(this.seed)}
              ?disabled=${this.disabled}
            />
          </label>
          <button ?disabled=${this.disabled}>${training.reset}</button>
        </form>
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-train-controls': RedoTrainControls;
  }
}
