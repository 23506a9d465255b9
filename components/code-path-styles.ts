import {css} from 'lit';

/** Looks of `<redo-code-path>`. */
export const codePathStyles = css`
  .bar label {
    display: flex;
    align-items: center;
    gap: 6px;
  }

  select {
    max-width: 16em;
    min-height: 30px;
    padding: 0 6px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .bar input[type='number'] {
    width: 68px;
  }

  .frames {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin: 0;
    padding: 0;
    list-style: none;
  }

  .frame {
    display: grid;
    gap: 4px;
    width: 96px;
  }

  .go {
    display: grid;
    gap: 2px;
    width: 100%;
    padding: 4px;
    font-size: 12px;
    /* A finger that goes sideways drags. */
    touch-action: pan-y;
  }

  .go span {
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .go[aria-current='true'] {
    border-color: var(--_accent);
    box-shadow: inset 0 0 0 1px var(--_accent);
  }

  .dragged .go {
    cursor: grabbing;
    opacity: 0.7;
  }

  .frame .group > button {
    flex: 1;
    padding: 0;
  }

  .play {
    display: grid;
    grid-template-columns: 96px auto minmax(0, 1fr) 8.5em;
    align-items: center;
    gap: 8px 12px;
  }

  .play button {
    min-width: 76px;
  }

  .play input {
    width: 100%;
    min-width: 0;
  }

  output {
    text-align: end;
    white-space: nowrap;
  }

  @container (max-width: 480px) {
    .play {
      grid-template-columns: 96px minmax(0, 1fr);
    }

    .play input,
    output {
      grid-column: 1 / -1;
    }

    output {
      text-align: start;
    }
  }

  :host {
    container-type: inline-size;
  }
`;
