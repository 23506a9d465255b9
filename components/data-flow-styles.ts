import {css} from 'lit';

/** Looks of `<redo-data-flow>`. */
export const dataFlowStyles = css`
  :host {
    --_lit: light-dark(#9a5b00, #f0b44a);
    --_back: light-dark(#a3336f, #f08fc0);

    display: block;
    min-width: 0;
  }

  .diagram {
    position: relative;
    min-height: 200px;
    /* Drawn for a width that is no more, it must not make the page wider meanwhile. */
    overflow: clip;
    overflow-clip-margin: 14px;
  }

  .diagram > svg {
    position: absolute;
    inset: 0;
    overflow: visible;
    pointer-events: none;
  }

  .way {
    fill: none;
    stroke: var(--_line-strong);
  }

  .forward {
    stroke: var(--_lit);
    stroke-dasharray: 8 4;
    animation: flow 600ms linear infinite;
  }

  .backward {
    stroke: var(--_back);
    stroke-dasharray: 8 4;
    animation: flow 600ms linear infinite reverse;
  }

  @keyframes flow {
    from {
      stroke-dashoffset: 12px;
    }

    to {
      stroke-dashoffset: 0;
    }
  }

  #head path {
    fill: var(--_line-strong);
  }

  #head-lit path {
    fill: var(--_lit);
  }

  #head-back path {
    fill: var(--_back);
  }

  .place {
    position: absolute;
    display: flex;
    flex-direction: column;
    align-items: center;
    border-radius: var(--_radius);
  }

  .body {
    position: relative;
    display: grid;
    flex: none;
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: 0 0 0 1px var(--_line);
    overflow: clip;
  }

  .body > * {
    min-width: 0;
  }

  .network > .body {
    place-content: center;
    border-radius: 50%;
    background: var(--_sunken);
    box-shadow: 0 0 0 1px var(--_line-strong);
  }

  .lit > .body {
    box-shadow: 0 0 0 3px var(--_lit);
  }

  .sign {
    font:
      italic 500 18px/1 Georgia,
      'Times New Roman',
      serif;
  }

  .number,
  .none {
    place-self: center;
    font-size: 18px;
    font-weight: 600;
  }

  .none {
    color: var(--_ink-soft);
  }

  .mask i {
    position: absolute;
    inset: auto auto 6px 6px;
    width: 12px;
    height: 12px;
    border: 2px solid var(--_surface);
    border-radius: 50%;
  }

  .caption {
    display: flex;
    flex-direction: column;
    max-width: 100%;
    padding-top: 2px;
    font-size: 12px;
    line-height: 16px;
    text-align: center;
    white-space: nowrap;
  }

  rect {
    fill: var(--_accent);
  }

  .recovered rect {
    opacity: 0.75;
  }

  line.zero {
    stroke: var(--_line-strong);
  }

  line.mark {
    stroke: var(--_ink);
    stroke-width: 2;
  }

  .note {
    min-height: 1.45em;
    margin: 12px 0 0;
  }

  @media (prefers-reduced-motion: reduce) {
    .forward,
    .backward {
      animation: none;
    }
  }
`;
