import type {NetworkName} from '../model/config.js';

/** The published names of the four networks. */
export const PUBLISHED_NETWORKS: Readonly<Record<NetworkName, string>> = {
  mask: 'netEncM',
  generator: 'netGenX',
  discriminator: 'netDX',
  encoder: 'netRecZ',
};
