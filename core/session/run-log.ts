/**
 * A run's log as it grows: read on from where it was left, a line once.
 *
 * A line is an iteration, `{"iteration": 1, "generatorLoss": …}`, or an event: `validation` with
 * accuracy and IoU on validation images, `probe` with the file of a picture, `collapse` where the run begins
 * again.
 */

import type {IterationReport, Split} from '../training/report.js';
import {History} from './history.js';
import type {RunSource} from './run-source.js';

export const LOG = 'log.jsonl';

/** Bytes before the place that was read to which are read again: if they differ, the log is another. */
const OVERLAP = 256;

interface Entry extends Partial<IterationReport> {
  event?: string;
  accuracy?: number;
  objectIou?: number;
  reason?: string;
  file?: string;
}

/** A picture of what the weights did to a few images, the same all along. */
export interface Probe {
  iteration: number;
  /** In the run's folder, a PNG. */
  file: string;
}

export class RunLog {
  /** Iterations of the present try, and the looks at validation images. */
  readonly history = new History();
  /** Tries that collapsed, with what the run said of them. */
  collapses: {iteration: number; reason: string}[] = [];
  /** Pictures on the way, those of tries that collapsed too, in the order of the log. */
  probes: readonly Probe[] = [];
  /** Lines that could not be read, of the present log. */
  unreadable = 0;

  /** Bytes that were read, up to the end of a line. */
  private at = 0;
  /** The last of them. */
  private tail = new Uint8Array();

  /**
   * Reads what is new. A log that was cut, or begun again, is read from its beginning.
   *
   * @returns Whether there was anything new; undefined if there is no log.
   */
  async readOn(source: RunSource, signal: AbortSignal): Promise<boolean | undefined> {
    const from = this.at - this.tail.length;
    const bytes = await source.read(LOG, from, signal);
    signal.throwIfAborted();
    if (!bytes) return undefined;
    const isSame = this.tail.every((byte, i) => bytes[i] === byte);
    if (!isSame) {
      this.clear();
      const again = await this.readOn(source, signal);
      return again === undefined ? undefined : true;
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end <= this.tail.length) return false;
    this.take(new TextDecoder().decode(bytes.subarray(this.tail.length, end)));
    this.at = from + end;
    this.tail = bytes.slice(Math.max(0, end - OVERLAP), end);
    return true;
  }

  private clear(): void {
    this.at = 0;
    this.tail = new Uint8Array();
    this.collapses = [];
    this.probes = [];
    this.unreadable = 0;
    this.history.clear();
  }

  private take(text: string): void {
    let reports: IterationReport[] = [];
    const flush = (): void => {
      this.history.append(reports);
      reports = [];
    };
    for (const line of text.split('\n').slice(0, -1)) {
      const entry = parse(line);
      if (!entry) {
        this.unreadable++;
      } else if (entry.event === undefined) {
        // A run that was begun again counts from 1 again: what it did before is forgotten.
        if (reports.length > 0 && entry.iteration <= reports.at(-1)!.iteration) flush();
        const {split, stepMs = NaN, ...rest} = entry;
        reports.push({...rest, stepMs, ...(isSplit(split) && {split})});
      } else {
        flush();
        this.takeEvent(entry);
      }
    }
    flush();
  }

  private takeEvent({event, iteration, accuracy, objectIou, reason, file}: EntryAt): void {
    if (event === 'validation' && accuracy !== undefined && objectIou !== undefined) {
      this.history.look(iteration, {accuracy, objectIou});
    } else if (event === 'collapse') {
      this.collapses = [...this.collapses, {iteration, reason: reason ?? ''}];
    } else if (event === 'probe' && PROBE_FILE.test(file ?? '')) {
      this.probes = [...this.probes, {iteration, file: file!}];
    }
  }
}

type EntryAt = Entry & {iteration: number};

const NEWLINE = 10;

/** A log must not lead out of its folder. */
const PROBE_FILE = /^probe-\d+-\d+\.png$/;

function isSplit(split: Split | undefined): split is Split {
  return [split?.from, split?.to].every(Number.isSafeInteger);
}

function parse(line: string): EntryAt | undefined {
  try {
    const entry = JSON.parse(line) as Entry | null;
    return Number.isSafeInteger(entry?.iteration) ? (entry as EntryAt) : undefined;
  } catch {
    return undefined;
  }
}
