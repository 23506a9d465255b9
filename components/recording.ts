/** Recordings of a view, of either kind. */

import {GifRecorder} from './gif-recorder.js';
import {WebmRecorder} from './webm-recorder.js';

export const RECORDING_KINDS = ['gif', 'webm'] as const;
export type RecordingKind = (typeof RECORDING_KINDS)[number];

export interface Recording {
  kind: RecordingKind;
  recorder: GifRecorder | WebmRecorder;
}

/**
 * Begins to record the pictures of a view.
 *
 * @param tell Told how long it is by now: frames of a GIF, seconds of a WebM.
 * @throws Error if the browser can't write this kind.
 */
export function startRecording(
  kind: RecordingKind,
  view: HTMLElement,
  tell: (length: number) => void
): Recording {
  const recorder = kind === 'gif' ? new GifRecorder(view, tell) : new WebmRecorder(view, tell);
  return {kind, recorder};
}
