import {expect} from '@open-wc/testing';
import {formatCount, formatMs, formatShare, formatValue} from '../../components/format.js';

describe('format', () => {
  it('formatValue(value) has two decimals, a true minus, an exponent where it is large', () => {
    expect(formatValue(0.456)).to.equal('0.46');
    expect(formatValue(-1234.5)).to.equal('−1,234.50');
    expect(formatValue(12_345)).to.equal('1.2e4');
    expect(formatValue(-1.2e14)).to.equal('−1.2e14');
    expect(formatValue(Infinity)).to.equal('∞');
  });

  it('formatValue(undefined or NaN) is a dash', () => {
    expect(formatValue(undefined)).to.equal('–');
    expect(formatValue(NaN)).to.equal('–');
  });

  it('formatCount(value) parts thousands', () => {
    expect(formatCount(12_345)).to.equal('12,345');
  });

  it('formatShare(value) is a percentage', () => {
    expect(formatShare(0.256)).to.equal('26%');
    expect(formatShare(undefined)).to.equal('–');
  });

  it('formatMs(ms) keeps three digits', () => {
    expect(formatMs(4.26)).to.equal('4.3 ms');
    expect(formatMs(412.6)).to.equal('413 ms');
    expect(formatMs(12_340)).to.equal('12.3 s');
  });
});
