/** Numbers as people read them. */

const decimal = new Intl.NumberFormat('en', {minimumFractionDigits: 2, maximumFractionDigits: 2});
const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const percent = new Intl.NumberFormat('en', {style: 'percent', maximumFractionDigits: 0});

/** From here on a number is written with an exponent. */
const LARGE = 10_000;

/** Two decimals and a true minus; a dash for a number that is missing. */
export function formatValue(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  const large = Number.isFinite(value) && Math.abs(value) >= LARGE;
  return minus(large ? value.toExponential(1).replace('+', '') : decimal.format(value));
}

/** A whole number with its thousands apart. */
export function formatCount(value: number): string {
  return minus(whole.format(value));
}

/** A share in [0, 1]. */
export function formatShare(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : percent.format(value);
}

/** Two digits that matter, for what may be small or large. */
export function formatDigits(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return minus(String(value));
  const size = Math.abs(value);
  const text = size < 1e-3 || size >= LARGE ? value.toExponential(1) : value.toPrecision(2);
  return minus(size >= 100 && size < LARGE ? whole.format(value) : text.replace('+', ''));
}

/** A time, with three digits that matter. */
export function formatMs(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 100 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}

function minus(text: string): string {
  return text.replace('-', '−');
}
