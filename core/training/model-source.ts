import type {NetworkName} from '../model/config.js';

/** Where a model's weights came from: a file, and what was to be made up beside it. Plain data. */
export interface ModelSource {
  /** `checkpoint` is one that redo-viewer saved, which states everything. */
  form: 'checkpoint' | 'safetensors' | 'pytorch';
  /** The files of an archive that hold the model; empty without an archive. */
  members: readonly string[];
  /** Whether training goes on to the same numbers: with the file's seed and optimisers. */
  resumed: boolean;
  /** Networks that the file lacks, which have new random weights. */
  missing: readonly NetworkName[];
  /** What the file can't tell, with what was taken for it: published values. */
  assumed: Readonly<Record<string, string | number | boolean>>;
}
