import {css} from 'lit';

/** Looks of `<redo-latent-map>`. Marks have a light halo: they lie over any texture. */
export const latentMapStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
    min-width: 0;
  }

  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    width: 100%;
  }

  .plot {
    position: relative;
    width: min(100%, var(--redo-map-size, 420px));
    aspect-ratio: 1;
    overflow: clip;
  }

  .field {
    position: absolute;
    inset: 4px 4px 46px 46px;
    border-radius: 2px;
    background: var(--_sunken);
    touch-action: none;
    cursor: crosshair;
  }

  .field[aria-disabled='true'] {
    cursor: default;
  }

  canvas {
    display: block;
    width: 100%;
    height: 100%;
    image-rendering: pixelated;
    transition: opacity 120ms;
  }

  canvas.stale {
    opacity: 0.4;
  }

  .field > svg {
    position: absolute;
    inset: 0;
    overflow: visible;
    pointer-events: none;
  }

  .domain {
    stroke: var(--_line-strong);
  }

  .tick line {
    stroke: var(--_line-strong);
  }

  .tick text,
  text.label {
    fill: var(--_ink-soft);
    font: 11px var(--_font);
    font-variant-numeric: tabular-nums;
  }

  text.label {
    fill: var(--_ink);
    text-anchor: middle;
  }

  .halo,
  .ring.line,
  .between.line {
    fill: none;
    stroke: #fff;
    stroke-opacity: 0.75;
    stroke-width: 3;
  }

  .ring.line,
  .between.line {
    stroke: #111;
    stroke-opacity: 1;
    stroke-width: 1;
  }

  .ring.line {
    stroke-dasharray: 4 3;
  }

  text.ring {
    fill: #111;
    stroke: #fff;
    stroke-width: 3;
    stroke-opacity: 0.75;
    font: 600 11px var(--_font);
    paint-order: stroke;
  }

  circle.mark {
    fill: var(--hue);
    stroke: #fff;
    stroke-width: 2.5;
    filter: drop-shadow(0 0 1.5px #000);
  }

  circle.recovered {
    fill: #fff;
    stroke: var(--hue);
  }

  .note {
    position: absolute;
    inset-block-start: 8px;
    inset-inline: 0;
    width: fit-content;
    margin: 0 auto;
    padding: 2px 8px;
    border-radius: var(--_radius);
    background: color-mix(in oklab, var(--_surface) 88%, transparent);
    color: var(--_ink-soft);
    pointer-events: none;
    opacity: 0;
    animation: appear 200ms 600ms forwards;
  }

  @keyframes appear {
    to {
      opacity: 1;
    }
  }

  .hint {
    margin: 0;
    font-size: 12px;
  }

  .zoom {
    margin-inline-start: auto;
  }

  .zoom button {
    min-width: 30px;
    padding: 0 8px;
  }
`;
