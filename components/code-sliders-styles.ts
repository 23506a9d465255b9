import {css} from 'lit';

/** Looks of `<redo-code-sliders>`. */
export const codeSlidersStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: 12px;
    container-type: inline-size;
  }

  ol {
    display: grid;
    grid-template-columns: 1fr;
    gap: 4px 24px;
    margin: 0;
    padding: 0;
    list-style: none;
  }

  @container (min-width: 560px) {
    ol {
      grid-template-columns: 1fr 1fr;
    }
  }

  li {
    display: grid;
    grid-template-columns: 2.2em minmax(0, 1fr) 5.4em;
    align-items: center;
    gap: 8px;
  }

  .name {
    color: var(--_ink-soft);
    font-style: italic;
  }

  .track {
    position: relative;
    display: flex;
  }

  input[type='range'] {
    --_share: calc((var(--value) + var(--limit)) / (2 * var(--limit)));

    appearance: none;
    width: 100%;
    height: 28px;
    margin: 0;
    background: transparent;
    cursor: pointer;
  }

  input[type='range']::-webkit-slider-runnable-track {
    height: 4px;
    border-radius: 2px;
    background: var(--_track);
  }

  input[type='range']::-moz-range-track {
    height: 4px;
    border-radius: 2px;
    background: var(--_track);
  }

  input[type='range'] {
    --_low: calc(8px + min(var(--_share), 0.5) * (100% - 16px));
    --_high: calc(8px + max(var(--_share), 0.5) * (100% - 16px));
    --_track: linear-gradient(
      to right,
      var(--_line) var(--_low),
      var(--hue) var(--_low) var(--_high),
      var(--_line) var(--_high)
    );
  }

  input[type='range']::-webkit-slider-thumb {
    appearance: none;
    width: 16px;
    height: 16px;
    margin-top: -6px;
    border: 2px solid var(--_surface);
    border-radius: 50%;
    background: var(--hue);
    box-shadow: 0 0 0 1px var(--hue);
  }

  input[type='range']::-moz-range-thumb {
    width: 12px;
    height: 12px;
    border: 2px solid var(--_surface);
    border-radius: 50%;
    background: var(--hue);
    box-shadow: 0 0 0 1px var(--hue);
  }

  input[type='range']:focus-visible {
    border-radius: 4px;
    outline-offset: 0;
  }

  .recovered {
    position: absolute;
    inset-block: 3px;
    inset-inline-start: calc(8px + var(--share) * (100% - 16px) - 1px);
    width: 2px;
    background: var(--_ink);
    pointer-events: none;
  }

  input[type='number'] {
    min-height: 26px;
    border-color: var(--_line);
    text-align: end;
    appearance: textfield;
  }

  input[type='number']:hover,
  input[type='number']:focus {
    border-color: var(--_line-strong);
  }

  input[type='number']::-webkit-inner-spin-button {
    appearance: none;
  }

  .with-effects li {
    grid-template-columns: 2.2em minmax(0, 1fr) 5.4em 48px;
  }

  .effect {
    height: 6px;
    border-radius: 3px;
    background: var(--_line);
    overflow: hidden;
  }

  .effect::before {
    display: block;
    width: calc(100% * var(--share));
    height: 100%;
    background: var(--hue);
    content: '';
    transition: width 120ms;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }

  .check {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 30px;
    cursor: pointer;
  }

  .check input {
    width: 16px;
    height: 16px;
    accent-color: var(--_accent);
  }
`;
