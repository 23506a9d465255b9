import type {ReactiveController, ReactiveControllerHost} from 'lit';

/** Follows the size of a part of an element, also where the part comes and goes as it is rendered. */
export class PartSize implements ReactiveController {
  private readonly find: () => Element | null | undefined;
  private readonly observer: ResizeObserver;
  private part?: Element | null;

  /**
   * @param find The part as it is rendered now, if it is.
   * @param onChange Told of each change, and of the first size of each part.
   */
  constructor(
    host: ReactiveControllerHost,
    find: () => Element | null | undefined,
    onChange: () => void
  ) {
    this.find = find;
    this.observer = new ResizeObserver(onChange);
    host.addController(this);
  }

  hostConnected(): void {
    this.follow();
  }

  hostUpdated(): void {
    this.follow();
  }

  hostDisconnected(): void {
    this.observer.disconnect();
    this.part = undefined;
  }

  private follow(): void {
    const part = this.find();
    if (part === this.part) return;
    this.observer.disconnect();
    if (part) this.observer.observe(part);
    this.part = part;
  }
}
