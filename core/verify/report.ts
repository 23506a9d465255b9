/** A verification as text. */

import {depth} from '../model/config.js';
import {type Comparison, isBeyond, ratio, summarize} from './comparison.js';
import type {Reference} from './reference.js';
import type {Settled, Turned} from './trial.js';
import type {Verification} from './verify.js';

/** `128 px, 2 regions, widths 8 2 4 4, …`. */
export function describeReference({config, training, steps}: Reference): string {
  const {size, regions, widths, attention, temperature, maskResidualBlocks, codeSize} = config;
  const attends = [attention.generator && 'G', attention.discriminator && 'D'].filter(Boolean);
  return [
    `${size} px (${depth(size)} blocks)`,
    `${regions} regions`,
    `codes of ${codeSize}`,
    `widths f ${widths.mask}, G ${widths.generator}, D ${widths.discriminator}, δ ${widths.encoder}`,
    `${maskResidualBlocks} residual blocks`,
    attends.length > 0 ? `attention in ${attends.join(' and ')}` : 'no attention',
    `T ${temperature}`,
    `λ ${training.lambdaZ}`,
    `batch ${training.batchSize}`,
    `${steps} iterations`,
  ].join(', ');
}

/** The table: a line a quantity with its worst tensor, then what rounding decides. */
export function formatVerification({comparisons, turned, settled}: Verification): string {
  const rows = summarize(comparisons).map(line => [
    line.quantity,
    String(line.count),
    scientific(line.error),
    scientific(line.bound),
    line.tensor + (line.beyond.length > 0 ? `  ✗ ${line.beyond.length} beyond` : ''),
  ]);
  const head = ['quantity', 'tensors', 'largest', 'bound', 'worst tensor'];
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map(row => row[column]!.length)));
  const lines = table.map(row =>
    row
      .map((cell, column) =>
        column === 0 || column === 4 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
      )
      .join('  ')
      .trimEnd()
  );
  return [...lines, ...turned.flatMap(formatTurned), ...formatSettled(settled)].join('\n');
}

/** `pass`, or `fail: ` with the worst tensors. */
export function verdict(verifications: readonly Pick<Verification, 'comparisons'>[]): string {
  const beyond = verifications
    .flatMap(({comparisons}) => comparisons.filter(isBeyond))
    .toSorted((a, b) => ratio(b) - ratio(a));
  if (beyond.length === 0) return 'pass';
  const rest = beyond.length > 5 ? ` and ${beyond.length - 5} more` : '';
  return `fail: ${beyond.slice(0, 5).map(describe).join('; ')}${rest}`;
}

export function passes(verifications: readonly Pick<Verification, 'comparisons'>[]): boolean {
  return !verifications.some(({comparisons}) => comparisons.some(isBeyond));
}

function describe({tensor, error, bound}: Comparison): string {
  return `${tensor} ${scientific(error)} > ${scientific(bound)}`;
}

function formatTurned({side, kinks, without}: Turned): string[] {
  const what = kinks.length === 1 ? 'one ReLU is' : `${kinks.length} ReLUs are`;
  return [
    `In the first ${side} update ${what} on the other side, which rounding decides`,
    `(as computed: ${describe(without)}):`,
    ...kinks.map(
      ({index, shape, input, noise}) =>
        `  input ${scientific(input)}, rounding ${scientific(noise)}, at [${coordinates(index, shape)}] of [${shape}]`
    ),
  ];
}

function formatSettled(settled: Settled | undefined): string[] {
  if (!settled) return [];
  const {count, without} = settled;
  return [
    `The first step of ${count} elements, which rounding decides, is the reference's. As computed:`,
    ...without.toSorted((a, b) => ratio(b) - ratio(a)).map(each => `  ${describe(each)}`),
  ];
}

function coordinates(index: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  for (const length of shape.toReversed()) {
    at.unshift(index % length);
    index = Math.floor(index / length);
  }
  return at;
}

function scientific(x: number): string {
  return x.toExponential(1);
}
