import {css} from 'lit';

/** Space between cells, in CSS pixels. */
export const GAP = 6;

/** Styles of `<redo-image-browser>`. */
export const imageBrowserStyles = css`
  .list {
    position: relative;
    height: 318px;
    min-height: 90px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_sunken);
    overflow-y: auto;
    overflow-x: hidden;
    overscroll-behavior: contain;
    resize: vertical;
  }

  .all {
    position: relative;
  }

  .list .hint {
    position: absolute;
    inset: 12px;
  }

  .cell {
    position: absolute;
    inset-block-start: 0;
    inset-inline-start: 0;
    border-radius: var(--_radius);
    cursor: pointer;
  }

  .cell[aria-selected='true'] {
    box-shadow:
      0 0 0 1px var(--_surface),
      0 0 0 4px var(--_accent);
  }

  .cell:hover:not([aria-selected='true']) {
    box-shadow: 0 0 0 2px var(--_line-strong);
  }

  .said {
    position: absolute;
    inset-block-end: 2px;
    inset-inline-start: 2px;
    padding-inline: 4px;
    border-radius: 3px;
    background: var(--_surface);
    color: var(--_ink);
    font-size: 11px;
    line-height: 15px;
    font-variant-numeric: tabular-nums;
  }

  fieldset {
    display: flex;
    gap: 4px 12px;
    margin: 0;
    padding: 0;
    border: 0;
  }

  label {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }

  select {
    min-height: 30px;
    padding-inline: 6px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
`;
