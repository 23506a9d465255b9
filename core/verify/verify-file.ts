/** Verifying a reference file's bytes: in Node, and in a page that is told what to do over messages. */

import {readPytorch} from '../weights/pytorch.js';
import {readReference} from './reference.js';
import {describeReference, formatVerification} from './report.js';
import {type Verification, verify, type VerifyOptions} from './verify.js';

/** Plain data, so that it can cross from a page. */
export interface Report {
  /** The options of the reference. */
  reference: string;
  /** What computed. */
  device: string;
  /** Milliseconds. */
  tookMs: number;
  verification: Verification;
  table: string;
}

export interface VerifyFileOptions extends Pick<VerifyOptions, 'strict' | 'progress'> {
  /** A PyTorch checkpoint to start from in the place of the reference's `init/`. */
  weights?: Uint8Array;
  /** What computes, for the report. */
  device: string;
}

/** Verifies a reference of which these are the bytes. */
export async function verifyFile(
  file: Uint8Array,
  {weights, device, strict, progress}: VerifyFileOptions
): Promise<Report> {
  const startMs = performance.now();
  const reference = readReference(bufferOf(file));
  const arrays = weights && readPytorch(weights);
  const verification = await verify(reference, {weights: arrays, strict, progress});
  return {
    reference: describeReference(reference),
    device,
    tookMs: performance.now() - startMs,
    verification,
    table: formatVerification(verification),
  };
}

/** The bytes as a buffer of their own. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
