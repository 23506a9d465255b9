import {css} from 'lit';

/** Looks of `<redo-code-shelf>`. */
export const codeShelfStyles = css`
  :host {
    container-type: inline-size;
  }

  .bar label {
    display: flex;
    align-items: center;
    gap: 6px;
  }

  select,
  input[type='text'] {
    min-height: 30px;
    padding: 0 6px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .entries {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 264px), 1fr));
    gap: 8px;
    margin: 0;
    padding: 0;
    list-style: none;
  }

  .entry {
    display: grid;
    grid-template-columns: 80px minmax(0, 1fr);
    gap: 6px 10px;
    align-content: start;
    padding: 8px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
  }

  .entry:has([aria-pressed='true']) {
    border-color: var(--_accent);
  }

  .facts {
    display: grid;
    align-content: start;
    gap: 2px;
    min-width: 0;
    font-size: 12px;
  }

  .facts input {
    width: 100%;
    border-color: var(--_line);
    font-size: 13px;
    font-weight: 500;
  }

  .region {
    display: flex;
    align-items: center;
    gap: 6px;
  }

  .chip {
    flex: none;
    width: 12px;
    height: 12px;
    border-radius: 3px;
    background: var(--hue);
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    grid-column: 1 / -1;
    gap: 6px;
  }

  .actions button {
    flex: 1;
  }

  button[aria-pressed='true'] {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }

  .comparison {
    display: grid;
    grid-template-columns: minmax(0, 240px) minmax(0, 1fr);
    gap: 8px 24px;
    padding-top: 8px;
    border-top: 1px solid var(--_line);
  }

  .comparison h3 {
    grid-column: 1 / -1;
    margin: 0;
    font-size: 13px;
    font-weight: 600;
  }

  .sides {
    display: grid;
    grid-template-columns: 1fr 1fr;
    align-content: start;
    gap: 12px;
    max-width: 240px;
  }

  figure {
    display: grid;
    gap: 4px;
    margin: 0;
  }

  figcaption {
    display: flex;
    align-items: center;
    gap: 6px;
    overflow-wrap: anywhere;
  }

  .a {
    --hue: var(--_accent);
  }

  .b {
    --hue: var(--_ink-soft);
  }

  .components {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 220px), 1fr));
    align-content: start;
    gap: 4px 24px;
    margin: 0;
    padding: 0;
    list-style: none;
  }

  .components li {
    display: grid;
    grid-template-columns: 2.2em minmax(0, 1fr) 9.4em;
    align-items: center;
    gap: 8px;
  }

  .name {
    color: var(--_ink-soft);
    font-style: italic;
  }

  .values {
    text-align: end;
  }

  .bars {
    display: grid;
    gap: 2px;
    padding: 2px 0;
    background: linear-gradient(var(--_line-strong) 0 0) 50% / 1px 100% no-repeat;
  }

  .bars span {
    height: 5px;
    margin-inline-start: calc(100% * var(--from));
    width: max(1px, calc(100% * var(--length)));
    background: var(--hue);
  }

  @container (max-width: 560px) {
    .comparison {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
