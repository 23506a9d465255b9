import {css} from 'lit';

/** Looks of `<redo-inside-view>`. */
export const insideViewStyles = css`
  :host {
    container-type: inline-size;
  }

  .views {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 16px 24px;
  }

  @container (min-width: 820px) {
    .views {
      grid-template-columns: minmax(0, 1fr) minmax(0, 380px);
    }
  }

  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
    align-content: start;
  }

  h3 {
    margin: 0;
    font-size: inherit;
    font-weight: 600;
  }

  label {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
    min-height: 30px;
  }

  select {
    min-width: 0;
    max-width: 100%;
    min-height: 30px;
    padding-inline: 6px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .stuck {
    color: var(--_danger);
    font-weight: 600;
  }

  .chart {
    position: relative;
    overflow: clip;
  }

  .chart > svg {
    display: block;
    position: absolute;
  }

  .counts {
    fill: color-mix(in oklab, var(--_accent) 30%, transparent);
    stroke: var(--_accent);
  }

  .zero {
    stroke: var(--_line-strong);
    stroke-dasharray: 1 3;
  }

  .curve {
    fill: none;
    stroke: var(--_accent);
    stroke-width: 1.5;
  }

  .dots {
    fill: none;
    stroke: var(--_accent);
    stroke-width: 4;
    stroke-linecap: round;
  }

  line.sigma {
    stroke: var(--_ink);
    stroke-dasharray: 4 3;
  }

  text.sigma {
    fill: var(--_ink);
    stroke: var(--_surface);
    stroke-width: 3;
    paint-order: stroke;
    font: 600 11px var(--_font);
  }

  .domain,
  .tick line {
    stroke: var(--_line-strong);
  }

  .tick text {
    fill: var(--_ink-soft);
    font: 11px var(--_font);
    font-variant-numeric: tabular-nums;
  }
`;
