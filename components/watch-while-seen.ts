import type {ReactiveControllerHost} from 'lit';
import {Visibility} from './visibility.js';
import {Watcher} from './watcher.js';

/** A watcher of signals for an element that follows none while it is out of sight. */
export function watchWhileSeen(host: ReactiveControllerHost & Element): Watcher {
  const watcher = new Watcher(host);
  watcher.setPaused(true);
  new Visibility(host, visible => watcher.setPaused(!visible));
  return watcher;
}
