/** How the opening of a data set is watched, and ended. */
export interface Reading {
  /** Ends it: then it throws the signal's reason. */
  signal?: AbortSignal;
  /** Told how many bytes of an archive have been gone through, of how many. */
  onProgress?: (done: number, total: number) => void;
}
