/**
 * What all elements share: colours, spacing, controls.
 *
 * Colours follow the `color-scheme` that is inherited from the page. A page changes them by the
 * public custom properties `--redo-*`; elements read the private ones, made from them here.
 */

import {css} from 'lit';

/** Tokens of colour, space and type. Space is a scale of 4 pixels. */
export const theme = css`
  :host {
    --_ink: var(--redo-ink, light-dark(#191c20, #e9ebee));
    --_ink-soft: var(--redo-ink-soft, light-dark(#59616b, #a3abb5));
    --_line: var(--redo-line, light-dark(#e2e5e9, #2d3239));
    --_line-strong: var(--redo-line-strong, light-dark(#868e98, #6d7681));
    --_surface: var(--redo-surface, light-dark(#ffffff, #15181c));
    --_sunken: var(--redo-sunken, light-dark(#f4f5f7, #1c2025));
    --_accent: var(--redo-accent, light-dark(#1d5fa8, #7fb8f0));
    --_on-accent: var(--redo-on-accent, light-dark(#ffffff, #0b1620));
    --_danger: var(--redo-danger, light-dark(#a4262c, #ff9f97));
    --_radius: var(--redo-radius, 6px);
    --_font: var(--redo-font, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif);

    box-sizing: border-box;
    color: var(--_ink);
    font: 400 13px/1.45 var(--_font);
    font-variant-numeric: tabular-nums;
    -webkit-text-size-adjust: 100%;
  }

  :host([hidden]) {
    display: none !important;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  .soft {
    color: var(--_ink-soft);
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 0.01ms !important;
    }
  }
`;

/** Buttons, number fields and choices of one among few. */
export const controls = css`
  button,
  input,
  select {
    margin: 0;
    color: inherit;
    font: inherit;
    font-variant-numeric: inherit;
  }

  button,
  input[type='number'],
  .choice {
    min-height: 30px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  button {
    padding: 0 12px;
    font-weight: 500;
    white-space: nowrap;
    cursor: pointer;
    transition: background-color 120ms;
  }

  button:hover:not(:disabled) {
    background: var(--_sunken);
  }

  button.primary {
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_on-accent);
  }

  button.primary:hover:not(:disabled) {
    background: color-mix(in oklab, var(--_accent) 88%, var(--_ink));
  }

  button:disabled {
    border-color: var(--_line);
    color: color-mix(in oklab, var(--_ink-soft) 60%, var(--_surface));
    cursor: default;
  }

  button.primary:disabled {
    border-color: var(--_line);
    background: var(--_sunken);
  }

  input[type='number'] {
    width: 100%;
    padding: 0 8px;
  }

  input[type='range'] {
    accent-color: var(--_accent);
  }

  .group {
    display: inline-flex;
  }

  .group > button {
    border-radius: 0;
    margin-inline-start: -1px;
  }

  .group > button:first-of-type {
    margin-inline-start: 0;
    border-start-start-radius: var(--_radius);
    border-end-start-radius: var(--_radius);
  }

  .group > button:last-of-type {
    border-start-end-radius: var(--_radius);
    border-end-end-radius: var(--_radius);
  }

  .group > button:focus-visible {
    z-index: 1;
  }

  .choice {
    display: inline-flex;
    padding: 2px;
    gap: 2px;
    border-color: transparent;
    background: var(--_sunken);
  }

  .choice label {
    display: flex;
    align-items: center;
    padding: 0 10px;
    border-radius: calc(var(--_radius) - 2px);
    color: var(--_ink-soft);
    white-space: nowrap;
    cursor: pointer;
  }

  .choice label:hover {
    color: var(--_ink);
  }

  .choice label:has(:checked) {
    background: var(--_surface);
    box-shadow:
      0 0 0 1px var(--_line),
      0 1px 2px rgb(0 0 0 / 12%);
    color: var(--_ink);
    font-weight: 500;
  }

  .choice label:has(:focus-visible) {
    outline: 2px solid var(--_accent);
    outline-offset: 1px;
  }

  .choice label:has(:disabled) {
    opacity: 0.55;
    cursor: default;
  }

  .choice input {
    position: absolute;
    opacity: 0;
    pointer-events: none;
  }
`;
