import {FIRST} from './first.js';

/** One of two files between which `layering.node.test.ts` plants a cycle. */
export const SECOND = FIRST + 1;
