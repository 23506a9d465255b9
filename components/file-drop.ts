/** Model files that are dropped on an element. What else is dropped is left to others. */

import type {ReactiveController, ReactiveControllerHost} from 'lit';

/** Endings of files that may hold a model: what a file picker asks for. */
export const MODEL_FILES = ['.safetensors', '.pth', '.pt', '.tar.gz', '.tgz', '.tar'] as const;

/** Whether a file may hold a model, by its name. */
export function isModelFile({name}: Pick<File, 'name'>): boolean {
  const lower = name.toLowerCase();
  return MODEL_FILES.some(ending => lower.endsWith(ending));
}

/** Whether what is dragged may be one model file: names are told only when it is dropped. */
function mayBeModel({items}: DataTransfer): boolean {
  const [item, ...others] = items;
  return others.length === 0 && item?.kind === 'file' && !/^(image|text|video)\//.test(item.type);
}

/** Takes up the drop of one model file on its host. */
export class FileDrop implements ReactiveController {
  /** Whether something that may be a model file is held over the host. */
  over = false;
  private readonly host: ReactiveControllerHost & HTMLElement;
  private readonly onFile: (file: File) => void;

  constructor(host: ReactiveControllerHost & HTMLElement, onFile: (file: File) => void) {
    this.host = host;
    this.onFile = onFile;
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('dragover', this.handleOver);
    this.host.addEventListener('dragleave', this.handleLeave);
    this.host.addEventListener('drop', this.handleDrop);
  }

  hostDisconnected(): void {
    this.host.removeEventListener('dragover', this.handleOver);
    this.host.removeEventListener('dragleave', this.handleLeave);
    this.host.removeEventListener('drop', this.handleDrop);
    this.over = false;
  }

  private readonly handleOver = (event: DragEvent): void => {
    if (!event.dataTransfer || !mayBeModel(event.dataTransfer)) return;
    // Without this nothing can be dropped.
    event.preventDefault();
    this.setOver(true);
  };

  private readonly handleLeave = ({relatedTarget}: DragEvent): void => {
    // Also told when the pointer goes from one part of the host to another.
    if (!(relatedTarget instanceof Node && this.host.contains(relatedTarget))) this.setOver(false);
  };

  private readonly handleDrop = (event: DragEvent): void => {
    this.setOver(false);
    const [file, ...others] = event.dataTransfer?.files ?? [];
    if (!file || others.length > 0 || !isModelFile(file)) return;
    event.preventDefault();
    this.onFile(file);
  };

  private setOver(over: boolean): void {
    if (over === this.over) return;
    this.over = over;
    this.host.requestUpdate();
  }
}
