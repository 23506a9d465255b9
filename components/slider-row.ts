import {css} from 'lit';

/** A host that is a slider with its name and its value in a row; what else there is lies below. */
export const sliderRow = css`
  :host {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: center;
    gap: 4px 12px;
  }

  input {
    width: 100%;
    accent-color: var(--_accent);
  }

  output {
    font-variant-numeric: tabular-nums;
  }

  p {
    grid-column: 1 / -1;
    margin: 0;
  }
`;
