/** What the networks hold inside, as asynchronous nodes: feature maps of a layer, and its weights' spectrum. */

import {computed, signal, type ReadonlySignal} from '@preact/signals-core';
import {resource, type Resource} from '../graph/resource.js';
import type {
  Features,
  FeaturesRequest,
  ImageRef,
  InsideNetwork,
  LayerInfo,
  Requests,
  Spectrum,
} from '../engine/protocol.js';
import type {ExplorerSources} from './explorer.js';

/** What can be looked into, in the order in which an image passes. */
export const INSIDE_NETWORKS: readonly InsideNetwork[] = ['mask', 'generator', 'discriminator'];

/** The layer that an answer is of. */
export interface LayerPlace {
  model: number;
  network: InsideNetwork;
  layer: string;
  /** Of the generators: that of which region. */
  region?: number;
}

type SpectrumRequest = Requests['spectrum']['request'];

interface FeaturesQuestion {
  body: FeaturesRequest;
  place: LayerPlace;
}

/** The nodes. All finish what they are at while weights or codes change. */
export class Inside {
  /** The network that is looked into. */
  readonly network = signal<InsideNetwork>('mask');
  /** Whether D looks at the redraw in hand rather than at the image. */
  readonly redrawn = signal(false);
  readonly layers: Resource<Record<InsideNetwork, LayerInfo[]> & {model: number}>;
  /** The layer in hand; none while they are not known. */
  readonly layer: ReadonlySignal<LayerInfo | undefined>;
  readonly features: Resource<Features & {place: LayerPlace; image: ImageRef}>;
  /** Of the layer in hand; empty if it has no matrix of weights. */
  readonly spectrum: Resource<Spectrum & {place: LayerPlace}>;

  /** The layer that was picked last, of each network. */
  private readonly picked = signal<Partial<Record<InsideNetwork, string>>>({});

  constructor(sources: ExplorerSources) {
    const {background, model, config, image, region, code, editedMasks, weights} = sources;
    this.layers = resource<{model: number}, Record<InsideNetwork, LayerInfo[]> & {model: number}>({
      request: () => {
        // A checkpoint may bring networks of another shape.
        void config.value;
        return model.value === undefined ? undefined : {model: model.value};
      },
      load: async (body, signal) => ({
        ...(await background.request('layers', body, signal)),
        model: body.model,
      }),
    });
    this.layer = computed(() => {
      const {value} = this.layers.state.value;
      if (!value || value.model !== model.value) return undefined;
      const network = this.network.value;
      const name = this.picked.value[network];
      return value[network].find(layer => layer.name === name) ?? value[network][0];
    });
    const place = computed((): LayerPlace | undefined => {
      const [network, layer] = [this.network.value, this.layer.value];
      if (model.value === undefined || !layer) return undefined;
      const own = network === 'generator' ? {region: region.value} : {};
      return {model: model.value, network, layer: layer.name, ...own};
    });
    this.features = resource<FeaturesQuestion, Features & {place: LayerPlace; image: ImageRef}>({
      request: () => {
        // Not part of what is asked; only makes the request a new one.
        void weights.value;
        const at = place.value;
        if (!at) return undefined;
        const {model, network, layer} = at;
        const body: FeaturesRequest = {model, image: image.value, network, layer};
        if (network === 'generator' || (network === 'discriminator' && this.redrawn.value)) {
          if (!code.value) return undefined;
          const masks = editedMasks.value;
          body.redraw = {region: region.value, code: code.value, ...(masks && {masks})};
        }
        return {body, place: at};
      },
      load: async ({body, place}, signal) => ({
        ...(await background.request('features', body, signal)),
        ...{place, image: body.image},
      }),
      supersedes: (newer, older) =>
        newer.place !== older.place || newer.body.image !== older.body.image,
    });
    this.spectrum = resource<
      {body: SpectrumRequest; place: LayerPlace},
      Spectrum & {place: LayerPlace}
    >({
      request: () => {
        void weights.value;
        return this.layer.value?.weighted && place.value
          ? {body: {...place.value}, place: place.value}
          : undefined;
      },
      load: async ({body, place}, signal) => ({
        ...(await background.request('spectrum', body, signal)),
        place,
      }),
      supersedes: (newer, older) => newer.place !== older.place,
    });
  }

  /** Takes a layer of the network in hand in hand. */
  pick(layer: string): void {
    this.picked.value = {...this.picked.value, [this.network.value]: layer};
  }
}

/** Ways to order channels: as they are, or the largest first. */
export const CHANNEL_ORDERS = ['channel', 'mean', 'spread', 'dead'] as const;
export type ChannelOrder = (typeof CHANNEL_ORDERS)[number];

/** The channels of a layer, in an order; equal ones by their number. */
export function orderedChannels(
  features: Pick<Features, 'channels' | 'mean' | 'spread' | 'dead'>,
  order: ChannelOrder
): number[] {
  const channels = Array.from({length: features.channels}, (_, c) => c);
  if (order === 'channel') return channels;
  const values = features[order];
  return channels.sort((a, b) => values[b]! - values[a]!);
}
