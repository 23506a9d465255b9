/** The panel of `<redo-viewer>` for the data flow, with training in slow motion. */

import {html, nothing, type TemplateResult} from 'lit';
import {live} from 'lit/directives/live.js';
import type {FlowEvents} from './redo-flow-controls.js';
import {strings} from './strings.js';
import {flowOf} from './viewer-flow.js';
import type {Looks, SetLooks} from './viewer-panels.js';
import type {ViewerState} from './viewer-state.js';

export function renderFlow(
  state: ViewerState,
  {showFlow, showRecovered}: Looks,
  setLooks: SetLooks
): TemplateResult {
  const handleToggle = (event: Event) => {
    const {open} = event.target as HTMLDetailsElement;
    if (open !== showFlow) setLooks({showFlow: open});
  };
  const {training} = state.session;
  return html`<section
    class="wide flow"
    data-view="flow"
    aria-label=${strings.flow.title}
    @train-pace=${({detail}: CustomEvent<FlowEvents['train-pace']>) =>
      (training.phaseRestMs.value = detail.phaseRestMs)}
  >
    <details ?open=${showFlow} @toggle=${handleToggle}>
      <summary>${strings.flow.title}</summary>
      ${showFlow ? renderOpenFlow(state, showRecovered, setLooks) : nothing}
    </details>
  </section>`;
}

function renderOpenFlow(
  state: ViewerState,
  showRecovered: boolean,
  setLooks: SetLooks
): TemplateResult {
  const {playing, remaining, phaseRestMs, phase} = state.session.training;
  const {status} = state.session;
  return html`<div class="head">
      <redo-flow-controls
        .playing=${playing.value}
        .busy=${remaining.value > 0}
        .phaseRestMs=${phaseRestMs.value}
        .phase=${phase.value}
        .disabled=${status.value === 'opening' || status.value === 'disposed'}
      ></redo-flow-controls>
      <label class="check">
        <input
          type="checkbox"
          name="flow-recovered"
          .checked=${live(showRecovered)}
          @change=${() => setLooks({showRecovered: !showRecovered})}
        />${strings.flow.readBack}
      </label>
    </div>
    <redo-data-flow .flow=${flowOf(state, showRecovered)}></redo-data-flow>`;
}
