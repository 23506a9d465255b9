import {css, html, LitElement, nothing, type PropertyValues} from 'lit';
import {customElement, property, state} from 'lit/decorators.js';
import {live} from 'lit/directives/live.js';
import type {Probe} from '../core/session/run-log.js';
import {experimentsStrings} from './experiments-strings.js';
import {sliderRow} from './slider-row.js';
import {controls, theme} from './theme.js';

/**
 * What a training made of the same images with the same codes, on a slider over its iterations; the
 * newest is shown, and those that come, until the user goes back to another.
 *
 * @summary Images on the way of a training.
 */
@customElement('redo-probe-images')
export class RedoProbeImages extends LitElement {
  static override styles = [
    theme,
    controls,
    sliderRow,
    css`
      img {
        grid-column: 1 / -1;
        width: min(100%, 560px);
        image-rendering: pixelated;
      }
    `,
  ];

  /** The pictures that there are, in their order. */
  @property({attribute: false}) probes: readonly Probe[] = [];

  /** Reads the PNG of one; undefined if it is not there any more. */
  @property({attribute: false}) read?: (
    probe: Probe,
    signal: AbortSignal
  ) => Promise<Blob | undefined>;

  /** The one that the user went to; the newest if there is none. */
  @state() private chosen?: string;
  @state() private shown?: {probe: Probe; url: string};
  @state() private trouble = '';

  private wanted?: string;
  private reading = new AbortController();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.reading.abort();
    this.wanted = undefined;
    this.show(undefined);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  private get present(): Probe | undefined {
    return this.probes.find(({file}) => file === this.chosen) ?? this.probes.at(-1);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('read')) this.wanted = undefined;
    const {present, read} = this;
    if (!this.isConnected || !present || !read || present.file === this.wanted) return;
    this.wanted = present.file;
    this.reading.abort();
    this.reading = new AbortController();
    void this.load(present, read, this.reading.signal);
  }

  /** What is shown stays until the other is there. */
  private async load(
    probe: Probe,
    read: NonNullable<RedoProbeImages['read']>,
    signal: AbortSignal
  ): Promise<void> {
    try {
      const picture = await read(probe, signal);
      if (signal.aborted) return;
      if (picture) this.show({probe, url: URL.createObjectURL(picture)});
      this.trouble = picture ? '' : experimentsStrings.run.probeMissing(probe.file);
    } catch (error) {
      if (!signal.aborted) this.trouble = (error as Error).message;
    }
  }

  private show(picture: RedoProbeImages['shown']): void {
    if (this.shown) URL.revokeObjectURL(this.shown.url);
    this.shown = picture;
  }

  private go(stop: number): void {
    const isNewest = stop === this.probes.length - 1;
    this.chosen = isNewest ? undefined : this.probes[stop]?.file;
  }

  protected override render() {
    const {run} = experimentsStrings;
    const {probes, present, shown, trouble} = this;
    if (!present) return nothing;
    const at = run.probeAt(present.iteration, probes.at(-1)!.iteration);
    return html`<label for="slider">${run.probes}</label>
      <input
        id="slider"
        type="range"
        min="0"
        max=${Math.max(1, probes.length - 1)}
        step="1"
        aria-valuetext=${at}
        .value=${live(String(probes.indexOf(present)))}
        ?disabled=${probes.length < 2}
        @input=${(event: Event) => this.go(Number((event.target as HTMLInputElement).value))}
      />
      <output for="slider">${at}</output>
      ${shown ? html`<img src=${shown.url} alt=${run.probe(shown.probe.iteration)} />` : nothing}
      <p class="soft">${trouble || run.probesNote}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-probe-images': RedoProbeImages;
  }
}
