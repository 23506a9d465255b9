import {css, html, LitElement, nothing} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {NetworkName, TrainingConfig, Tuning} from '../core/model/config.js';
import {explorerStrings} from './explorer-strings.js';
import {controls, theme} from './theme.js';

const NETWORKS: readonly NetworkName[] = ['mask', 'generator', 'discriminator', 'encoder'];

/**
 * What may be changed while training runs: λ_z and the four learning rates. A change counts from the
 * next iteration.
 *
 * @summary Hyper-parameters of training.
 * @fires training-tune - The user changed a number; `detail` is `{tuning: Tuning}`.
 */
@customElement('redo-training-options')
export class RedoTrainingOptions extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 8em;
        align-items: center;
        gap: 6px 12px;
      }

      label {
        display: contents;
      }

      input {
        width: 100%;
        padding: 0 8px;
      }

      p {
        grid-column: 1 / -1;
        margin: 0;
      }
    `,
  ];

  /** What the model is trained with; nothing is shown while absent. */
  @property({attribute: false}) training?: TrainingConfig;

  @property({type: Boolean}) disabled = false;

  private change(event: Event, now: number, tuning: (value: number) => Tuning): void {
    const input = event.target as HTMLInputElement;
    const value = input.valueAsNumber;
    if (!(value >= 0 && value < Infinity)) {
      input.value = String(now);
      return;
    }
    const detail = {tuning: tuning(value)};
    this.dispatchEvent(new CustomEvent('training-tune', {detail, bubbles: true, composed: true}));
  }

  private renderNumber(
    name: string,
    label: string,
    value: number,
    tuning: (value: number) => Tuning
  ) {
    return html`<label>
      <span>${label}</span>
      <input
        type="number"
        name=${name}
        min="0"
        step="any"
        .value=${live(String(value))}
        ?disabled=${this.disabled}
        @change=${(event: Event) => this.change(event, value, tuning)}
      />
    </label>`;
  }

  protected override render() {
    const {options} = explorerStrings;
    if (!this.training) return nothing;
    const {lambdaZ, learningRates, start, maskNoise, splits} = this.training;
    const plan = [
      start && options.start(start.regions, start.warmUp, start.balance),
      maskNoise && options.noise(maskNoise.fromIteration, maskNoise.toIteration),
      splits && options.splits(splits.fromIteration, splits.toIteration),
    ];
    return html`${this.renderNumber('lambdaZ', options.lambdaZ, lambdaZ, value => ({
        lambdaZ: value,
      }))}
      ${NETWORKS.map(network =>
        this.renderNumber(network, options.rate[network], learningRates[network], value => ({
          learningRates: {[network]: value},
        }))
      )}
      <p class="soft">${options.note}</p>
      ${plan.map(each => each && html`<p class="soft">${each}</p>`)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-training-options': RedoTrainingOptions;
  }
}
