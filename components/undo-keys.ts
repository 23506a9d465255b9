/** The keys of undo and redo, where nothing inside has a use of its own for them. */

import type {ReactiveController, ReactiveControllerHost} from 'lit';
import {isTyping} from './typing.js';

/** Ctrl+Z or ⌘Z, with Shift or by Y forth again, anywhere in its host. */
export class UndoKeys implements ReactiveController {
  private readonly host: ReactiveControllerHost & HTMLElement;
  private readonly onMove: (way: 'undo' | 'redo') => void;

  constructor(host: ReactiveControllerHost & HTMLElement, onMove: (way: 'undo' | 'redo') => void) {
    this.host = host;
    this.onMove = onMove;
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('keydown', this.handleKey);
  }

  hostDisconnected(): void {
    this.host.removeEventListener('keydown', this.handleKey);
  }

  private readonly handleKey = (event: KeyboardEvent): void => {
    const {key, ctrlKey, metaKey, altKey, shiftKey, defaultPrevented} = event;
    const letter = key.toLowerCase();
    if (defaultPrevented || altKey || !(ctrlKey || metaKey)) return;
    if ((letter !== 'z' && letter !== 'y') || isTyping(event.composedPath()[0])) return;
    event.preventDefault();
    this.onMove(letter === 'y' || shiftKey ? 'redo' : 'undo');
  };
}
