import type {DatasetName} from './catalog.js';

/**
 * The data set for a model of which nothing says what it was trained on: the digits where it has
 * regions for them and they have a canvas of its size, else the blobs.
 *
 * @param size Height and width of the images, in pixels.
 */
export async function suitableDataset(regions: number, size: number): Promise<DatasetName> {
  if (regions < 3) return 'blobs';
  // Their code is loaded only for who may need them.
  const {hasColored2MnistSize} = await import('./colored-2-mnist.js');
  return hasColored2MnistSize(size) ? 'colored-2-mnist' : 'blobs';
}
