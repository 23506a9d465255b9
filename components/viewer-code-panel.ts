/** The panel of `<redo-viewer>` for the code in hand: its sliders, and the map of codes. */

import {html, nothing, type TemplateResult} from 'lit';
import {live} from 'lit/directives/live.js';
import {fitChoice} from '../core/session/latent.js';
import type {Session} from '../core/session/session.js';
import {strings} from './strings.js';
import type {Looks, SetLooks} from './viewer-panels.js';

export function renderCode(session: Session, looks: Looks, setLooks: SetLooks): TemplateResult {
  const {code} = strings;
  const {views, latent} = session;
  const region = session.region.value;
  const recovered = looks.showRecovered
    ? views.recovery.state.value.value?.recovered[region]
    : undefined;
  const effects = looks.showEffects ? latent.effects.state.value.value : undefined;
  const check = (name: string, key: 'showRecovered' | 'showEffects', label: string) =>
    html`<label class="check">
      <input
        type="checkbox"
        name=${name}
        .checked=${live(looks[key])}
        @change=${() => setLooks({[key]: !looks[key]})}
      />${label}
    </label>`;
  return html`<section class="code" data-view="code" aria-labelledby="code-title">
    <div class="head">
      <h2 id="code-title">${strings.region(region)}: ${code.title(region)}</h2>
      <div class="checks">
        ${check('effects', 'showEffects', code.showEffects)}
        ${check('recovered', 'showRecovered', code.recover)}
      </div>
    </div>
    <redo-code-sliders
      .region=${region}
      .code=${session.codes.all[region]!.value}
      .recovered=${recovered}
      .effects=${effects?.region === region ? effects.values : undefined}
      .byEffect=${looks.byEffect}
      @order-pick=${({detail}: CustomEvent<{byEffect: boolean}>) => setLooks(detail)}
    ></redo-code-sliders>
    ${session.codes.all[region]!.value.length > 1 ? renderMap(session, recovered, looks, setLooks) : nothing}
  </section>`;
}

function renderMap(
  session: Session,
  recovered: Float32Array | undefined,
  {showMap}: Looks,
  setLooks: SetLooks
): TemplateResult {
  const handleToggle = (event: Event) => {
    const {open} = event.target as HTMLDetailsElement;
    if (open !== showMap) setLooks({showMap: open});
  };
  return html`<details class="map" ?open=${showMap} @toggle=${handleToggle}>
    <summary>${strings.map.title}</summary>
    ${showMap ? renderOpenMap(session, recovered) : nothing}
  </details>`;
}

function renderOpenMap(session: Session, recovered: Float32Array | undefined): TemplateResult {
  const {map, code: names} = strings;
  const {latent} = session;
  const region = session.region.value;
  const code = session.codes.all[region]!.value;
  const choice = fitChoice(latent.choice.value, code.length);
  const directions =
    choice.kind === 'principal'
      ? latent.directions.state.value
      : {value: undefined, pending: false};
  const survey = latent.survey.state.value;
  const shares = directions.value?.region === region ? directions.value.shares : undefined;
  const {playing, remaining} = session.training;
  const [across, up] =
    choice.kind === 'principal'
      ? [0, 1].map(rank => map.direction(rank, shares?.[rank]))
      : [choice.x, choice.y].map(names.dimension);
  const fits = survey.value?.region === region && survey.value.image === session.image.value;
  return html`<redo-latent-map
    .region=${region}
    .code=${code}
    .plane=${latent.plane.value}
    .survey=${fits ? survey.value : undefined}
    .recovered=${recovered}
    .across=${across}
    .up=${up}
    .pending=${survey.pending || directions.pending}
    .outdated=${playing.value || remaining.value > 0}
  >
    ${
      code.length > 2
        ? html`<redo-plane-choice .codeSize=${code.length} .choice=${choice}></redo-plane-choice>`
        : nothing
    }
  </redo-latent-map>`;
}
