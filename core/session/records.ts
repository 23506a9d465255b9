/** What a viewer shows as text that other programs read. */

import type {History, LookColumns, ScalarName} from './history.js';
import type {Session} from './session.js';

/**
 * The course of training as CSV (RFC 4180): a line of names, then one line an iteration.
 *
 * Columns: `iteration`, the numbers of `History` in their order, `area0`, `area1`, … the mean of each
 * mask. A number that an iteration does not have is an empty field.
 */
export function historyCsv({iterations, scalars, areas}: History): string {
  const columns: [string, readonly number[]][] = [
    ['iteration', iterations],
    ...Object.entries(scalars),
    ...areas.map((area, region): [string, readonly number[]] => [`area${region}`, area]),
  ];
  const lines = [columns.map(([name]) => name)];
  for (let row = 0; row < iterations.length; row++) {
    lines.push(columns.map(([, values]) => (Number.isFinite(values[row]) ? `${values[row]}` : '')));
  }
  return lines.map(line => `${line.join(',')}\r\n`).join('');
}

/** What is in hand and what led to it, ready for `JSON.stringify`. */
export interface ViewRecord {
  format: 'redo-viewer-record-1';
  dataset: string;
  iteration: number;
  model: unknown;
  training: unknown;
  backend: unknown;
  image: {split: string; index: number};
  region: number;
  /** z_k of every region. */
  codes: number[][];
  /** By the names of the CSV's columns; null where an iteration lacks the number. */
  history: Record<'iteration' | ScalarName, (number | null)[]> & {areas: (number | null)[][]};
  /** Looks at held-out images on the way. */
  validation: LookColumns;
}

/** @returns Undefined while no model is open. */
export function viewRecord(session: Session): ViewRecord | undefined {
  const info = session.model.value;
  if (!info) return undefined;
  const {history, codes, image, region, iteration} = session;
  const plain = (values: readonly number[]) =>
    values.map(value => (Number.isFinite(value) ? value : null));
  const scalars = Object.entries(history.scalars).map(([name, values]) => [name, plain(values)]);
  return {
    format: 'redo-viewer-record-1',
    dataset: info.dataset.name,
    iteration: iteration.value,
    model: info.config,
    training: info.training,
    backend: info.backend,
    image: {...image.value},
    region: region.value,
    codes: codes.all.map(code => [...code.value]),
    history: {
      iteration: plain(history.iterations),
      ...(Object.fromEntries(scalars) as Record<ScalarName, (number | null)[]>),
      areas: history.areas.map(plain),
    },
    validation: structuredClone(history.looks),
  };
}
