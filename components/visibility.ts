import type {ReactiveController, ReactiveControllerHost} from 'lit';

/** How far from the window's edge an element still counts as seen, so that it is ready in time. */
const MARGIN_PX = 100;

/** Tells whether an element can be seen: on the screen, rendered, its page in front. */
export class Visibility implements ReactiveController {
  private readonly host: ReactiveControllerHost & Element;
  private readonly onChange: (visible: boolean) => void;
  private readonly observer: IntersectionObserver;
  private onScreen = false;
  private visible?: boolean;

  /** @param onChange Told of each change, and of the first answer. */
  constructor(host: ReactiveControllerHost & Element, onChange: (visible: boolean) => void) {
    this.host = host;
    this.onChange = onChange;
    this.observer = new IntersectionObserver(
      entries => {
        this.onScreen = entries.at(-1)!.isIntersecting;
        this.update();
      },
      {rootMargin: `${MARGIN_PX}px`}
    );
    host.addController(this);
  }

  hostConnected(): void {
    this.observer.observe(this.host);
    document.addEventListener('visibilitychange', this.update);
  }

  hostDisconnected(): void {
    this.observer.disconnect();
    document.removeEventListener('visibilitychange', this.update);
  }

  private readonly update = (): void => {
    const visible = this.onScreen && document.visibilityState === 'visible';
    if (visible === this.visible) return;
    this.visible = visible;
    this.onChange(visible);
  };
}
