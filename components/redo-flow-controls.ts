import {css, html, LitElement} from 'lit';
import {customElement, property} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {PhaseReport} from '../core/training/report.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';

/** Rests after each phase that the slider offers, in milliseconds: from one phase a click to none. */
export const RESTS_MS: readonly number[] = [Infinity, 3000, 1500, 800, 400, 150, 0];

/** A phase is said aloud where there is time to. */
const SPOKEN_FROM_MS = 1500;

/** Details of the events of `<redo-flow-controls>`; the others are those of `<redo-train-controls>`. */
export interface FlowEvents {
  'train-pace': {phaseRestMs: number};
}

/**
 * Controls of training in slow motion: play, pause, the next phase, and how fast.
 *
 * @summary Play, phase and speed.
 * @fires train-play - The user started training.
 * @fires train-pause - The user paused training.
 * @fires train-phase - The user asked for the next phase.
 * @fires train-pace - The user chose the speed; `detail` is `{phaseRestMs: number}`, Infinity for one phase a click, 0 for full speed.
 */
@customElement('redo-flow-controls')
export class RedoFlowControls extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
      }

      .buttons {
        display: flex;
        gap: 8px;
      }

      .primary {
        min-width: 84px;
      }

      label {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 30px;
      }

      input {
        width: 120px;
      }

      .pace {
        min-width: 11em;
      }

      .phase {
        margin: 0;
        font-weight: 500;
      }
    `,
  ];

  /** Whether training goes on until paused. */
  @property({type: Boolean}) playing = false;

  /** Whether nothing can be asked for now. */
  @property({type: Boolean}) disabled = false;

  /** Whether iterations run that were asked for elsewhere. */
  @property({type: Boolean}) busy = false;

  /** Rest after each phase while playing, in milliseconds; Infinity for one phase a click. */
  @property({type: Number, attribute: 'phase-rest-ms'}) phaseRestMs = 0;

  /** The phase that ran last by itself. */
  @property({attribute: false}) phase?: PhaseReport;

  private emit(type: string, detail?: FlowEvents['train-pace']): void {
    this.dispatchEvent(new CustomEvent(type, {detail, bubbles: true, composed: true}));
  }

  private handlePace(event: Event): void {
    const phaseRestMs = RESTS_MS[(event.target as HTMLInputElement).valueAsNumber]!;
    this.emit('train-pace', {phaseRestMs});
  }

  protected override render() {
    const {training, flow} = strings;
    const {phase, phaseRestMs, playing, disabled, busy} = this;
    // The nearest that the slider has, for a rest that was set elsewhere.
    const place = RESTS_MS.findIndex(rest => rest <= phaseRestMs);
    const pace = flow.pace(phaseRestMs);
    const spoken = !playing || phaseRestMs >= SPOKEN_FROM_MS;
    return html`
      <span class="buttons">
        <button
          class="primary"
          ?disabled=${disabled || busy || (!playing && phaseRestMs === Infinity)}
          @click=${() => this.emit(playing ? 'train-pause' : 'train-play')}
        >
          ${playing ? training.pause : training.play}
        </button>
        <button ?disabled=${disabled || busy || playing} @click=${() => this.emit('train-phase')}>
          ${training.nextPhase}
        </button>
      </span>
      <label>
        ${flow.speed}
        <input
          type="range"
          name="pace"
          min="0"
          max=${RESTS_MS.length - 1}
          step="1"
          aria-valuetext=${pace}
          .value=${live(String(place))}
          ?disabled=${disabled}
          @input=${this.handlePace}
        />
        <span class="soft pace">${pace}</span>
      </label>
      <p class="phase" aria-live=${spoken ? 'polite' : 'off'}>
        ${phase ? training.phaseAt(phase.side, phase.phase) : ''}
      </p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-flow-controls': RedoFlowControls;
  }
}
