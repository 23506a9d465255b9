import {expect, fixture, html} from '@open-wc/testing';
import {barOf, codeDistance, renderComparison} from '../../components/code-comparison.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import {scene} from '../fixtures/scene.js';

const a = Float32Array.of(3, 0, -1.5);
const b = Float32Array.of(0, 4, -1.5);

describe('barOf(value)', () => {
  it('lies between 0 and the value, on an axis from −3 to 3', () => {
    expect(barOf(3)).to.deep.equal({from: 0.5, length: 0.5});
    expect(barOf(-1.5)).to.deep.equal({from: 0.25, length: 0.25});
    expect(barOf(0)).to.deep.equal({from: 0.5, length: 0});
    expect(barOf(-9)).to.deep.equal({from: 0, length: 0.5});
  });
});

describe('codeDistance(a, b)', () => {
  it('is Euclidean, with the cosine where there is one', () => {
    const {distance, cosine} = codeDistance(a, b);
    expect(distance).to.equal(5);
    expect(cosine).to.be.closeTo(2.25 / (Math.hypot(3, 1.5) * Math.hypot(4, 1.5)), 1e-6);
    expect(codeDistance(a, new Float32Array(3)).cosine).to.equal(undefined);
  });
});

describe('renderComparison(a, b)', () => {
  it('shows both pictures, and two bars a component', async () => {
    const pictures = [0, 1].map(i => scene(i, 16, 3).picture);
    const el = await fixture(
      html`<div>
        ${renderComparison(
          {name: 'one', code: a, picture: pictures[0]},
          {name: 'other', code: b, picture: pictures[1]}
        )}
      </div>`
    );
    const shown = [...el.querySelectorAll<RedoPicture>('redo-picture')];
    expect(shown.map(({picture}) => picture)).to.deep.equal(pictures);
    const captions = [...el.querySelectorAll('figcaption')].map(each => each.textContent);
    expect(captions).to.deep.equal(['one', 'other']);
    const rows = [...el.querySelectorAll('li')];
    expect(rows.map(row => row.querySelector('.values')!.textContent)).to.deep.equal([
      '3.00 and 0.00',
      '0.00 and 4.00',
      '−1.50 and −1.50',
    ]);
    const bars = [...rows[1]!.querySelectorAll<HTMLElement>('.bars span')];
    expect(bars.map(bar => bar.style.getPropertyValue('--length'))).to.deep.equal([
      '0.0000',
      '0.5000',
    ]);
  });
});
