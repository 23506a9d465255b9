import {css} from 'lit';

/** What the elements of the experiments look alike in. */
export const experimentsStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 12px;
    min-width: 0;
  }

  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
  }

  .bar > label {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    min-width: 0;
  }

  select {
    min-height: 30px;
    max-width: 100%;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  input[type='file'] {
    max-width: 100%;
    min-width: 0;
  }

  input[type='file']::file-selector-button {
    min-height: 30px;
    margin-inline-end: 8px;
    padding: 0 12px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: inherit;
    font: inherit;
    font-weight: 500;
    cursor: pointer;
  }

  a {
    color: var(--_accent);
  }

  p {
    margin: 0;
  }

  .trouble {
    color: var(--_danger);
  }
`;
