/** One of two files between which `layering.node.test.ts` plants a cycle. */
export const FIRST = 1;
