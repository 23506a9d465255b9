import {css} from 'lit';

/** Layout of `<redo-viewer>`: one sheet of panels, apart by hairlines. */
export const viewerStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }

  :host([theme='auto']) {
    color-scheme: light dark;
  }

  :host([theme='light']) {
    color-scheme: light;
  }

  :host([theme='dark']) {
    color-scheme: dark;
  }

  .sheet {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1px;
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) + 6px);
    background: var(--_surface);
    overflow: clip;
  }

  /* Each panel draws its hairline into the gap, so that a place without a panel is as empty as they are. */
  .sheet > *,
  .side > * {
    min-width: 0;
    padding: 16px;
    background: var(--_surface);
    box-shadow: 0 0 0 1px var(--_line);
  }

  .sheet > .side {
    display: grid;
    grid-template-rows: auto 1fr;
    gap: 1px;
    padding: 0;
    background: none;
    box-shadow: none;
  }

  .sheet > .side > :only-child {
    grid-row: 1 / -1;
  }

  .notices {
    display: grid;
    gap: 8px;
    margin-bottom: 12px;
  }

  h2 {
    margin: 0;
    font-size: 13px;
    font-weight: 600;
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: 30px;
    margin-bottom: 12px;
  }

  .head > :last-child:not(h2) {
    margin-inline-start: auto;
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

  .loading {
    display: grid;
    align-content: center;
    min-height: 360px;
  }

  .loading > redo-progress {
    width: min(320px, 100%);
    margin: auto;
  }

  .sheet > .images {
    padding-block: 8px 10px;
  }

  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: start;
    gap: 8px 24px;
  }

  /* Takes what the others leave, for what it shows when it is open. */
  .tools > redo-data-panel {
    flex: 1 1 260px;
    min-width: 0;
  }

  .undo-bar {
    display: flex;
    gap: 8px;
  }

  .pictures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(84px, 1fr));
    gap: 12px;
  }

  figure {
    display: grid;
    gap: 6px;
    align-content: start;
    margin: 0;
  }

  figcaption {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 12px;
  }

  .options {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 12px;
    margin-top: 12px;
  }

  .check {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 30px;
    cursor: pointer;
  }

  .check input {
    accent-color: var(--_accent);
  }

  .check input[type='checkbox'] {
    width: 16px;
    height: 16px;
  }

  .check input[type='range'] {
    width: 96px;
    margin: 0;
  }

  .head button[aria-pressed='true'] {
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_on-accent);
  }

  /* Beneath what is looked at, and large. */
  .painting {
    grid-column: 1 / -1;
    order: 1;
    gap: 12px;
  }

  .painting > .canvas {
    display: grid;
    gap: 6px;
  }

  redo-mask-legend {
    display: block;
    margin-top: 8px;
  }

  .checks {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 16px;
  }

  .map {
    margin-top: 16px;
  }

  .map > summary,
  .more > summary,
  .flow summary {
    width: fit-content;
    min-height: 30px;
    line-height: 30px;
    cursor: pointer;
  }

  .map > summary,
  .flow summary {
    font-weight: 600;
  }

  redo-train-controls + .more {
    margin-top: 10px;
  }

  .charts {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 24px;
  }

  .sheet > .save {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
    gap: 16px;
  }

  .sheet > .save > div {
    display: grid;
    align-content: start;
    gap: 8px;
  }

  .drop {
    position: fixed;
    inset: 8px;
    z-index: 10;
    display: grid;
    place-items: center;
    border: 2px dashed var(--_accent);
    border-radius: var(--_radius);
    background: color-mix(in oklab, var(--_surface) 80%, transparent);
    font-weight: 600;
    pointer-events: none;
  }

  .sheet > .foot {
    display: grid;
    gap: 8px;
    padding-block: 10px;
    background: var(--_sunken);
  }

  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  @container (min-width: 640px) {
    .sheet > *,
    .side > * {
      padding: 16px 20px;
    }

    .sheet > .images {
      padding-block: 8px 10px;
    }

    .sheet > .foot {
      padding-block: 10px;
    }

    .charts {
      grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
    }

    .pictures:has(.painting) {
      grid-template-columns: repeat(auto-fill, 140px);
    }

    .painting {
      grid-template-columns: minmax(0, 420px) minmax(240px, 1fr);
      gap: 20px;
    }
  }

  @container (min-width: 860px) {
    .sheet {
      grid-template-columns: minmax(0, 3fr) minmax(320px, 2fr);
    }

    .wide,
    .image,
    .history {
      grid-column: 1 / -1;
    }

    .pictures:not(:has(.painting)) {
      grid-template-columns: repeat(auto-fit, minmax(160px, 1fr));
      max-width: 780px;
    }
  }

  @container (min-width: 1180px) {
    .sheet {
      grid-template: auto auto 1fr auto auto / 256px minmax(0, 1fr) 372px;
    }

    .image,
    .side {
      grid-column: auto;
      grid-row: span 2;
    }

    .history {
      grid-column: 2;
    }

    .pictures,
    .pictures:not(:has(.painting)),
    .pictures:has(.painting) {
      grid-template-columns: minmax(0, 1fr);
      gap: 16px;
    }

    .painting {
      order: 0;
      grid-template-columns: minmax(0, 1fr);
      gap: 12px;
    }
  }

  .sheet:has(> .loading) {
    grid-template: none / minmax(0, 1fr);
  }

  /* Of some panels none has a place of its own; there are no more columns than panels side by side. */
  @container (min-width: 640px) {
    .sheet.chosen {
      --_share: calc((100% - (var(--_across) - 1) * 1px) / var(--_across));
      grid-template: none / repeat(auto-fit, minmax(max(min(320px, 100%), var(--_share)), 1fr));
    }

    .sheet.chosen > * {
      grid-area: auto;
    }

    .sheet.chosen > :is(.wide, .history) {
      grid-column: 1 / -1;
    }
  }

  @container (min-width: 1400px) {
    .sheet:not(.chosen):has(.painting) {
      grid-template-columns: 360px minmax(0, 1fr) 372px;
    }
  }
`;
