import {expect, fixture, html, waitUntil} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';

import type {RedoProbeImages} from '../../components/redo-probe-images.js';
import '../../components/redo-probe-images.js';
import type {Probe} from '../../core/session/run-log.js';
import {enter, find, findAll} from '../fixtures/elements.js';
import {itIsAccessible} from '../fixtures/schemes.js';

const probe = (iteration: number): Probe => ({iteration, file: `probe-0-${iteration}.png`});

/** A picture whose width tells it from the others. */
async function png(width: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, 2);
  canvas.getContext('2d')!.fillRect(0, 0, width, 2);
  return canvas.convertToBlob({type: 'image/png'});
}

const read = (each: Probe): Promise<Blob> => png(each.iteration);

async function element(probes = [10, 20, 30].map(probe), reader: RedoProbeImages['read'] = read) {
  const el = await fixture<RedoProbeImages>(
    html`<redo-probe-images .probes=${probes} .read=${reader}></redo-probe-images>`
  );
  const shows = (width: number) =>
    waitUntil(
      () => findAll<HTMLImageElement>(el, 'img')[0]?.naturalWidth === width,
      `a picture of ${width}`,
      {timeout: 20_000}
    );
  return {el, shows, slider: () => find<HTMLInputElement>(el, 'input')};
}

describe('redo-probe-images', () => {
  it('shows the newest, and the newer that come', async () => {
    const {el, shows} = await element();
    await shows(30);
    expect(find(el, 'output').textContent).to.equal('iteration 30 of 30');
    el.probes = [...el.probes, probe(40)];
    await shows(40);
    expect(find<HTMLImageElement>(el, 'img').alt).to.contain('at iteration 40');
  });

  it('stays with the one that the user went to, by hand or by keys, until the newest is chosen', async () => {
    const {el, shows, slider} = await element();
    await shows(30);
    enter(slider(), '0', 'input');
    await shows(10);
    el.probes = [...el.probes, probe(40)];
    await el.updateComplete;
    await shows(10);
    expect(find(el, 'output').textContent).to.equal('iteration 10 of 40');
    slider().focus();
    await sendKeys({press: 'ArrowRight'});
    await shows(20);
    await sendKeys({press: 'End'});
    await shows(40);
    el.probes = [...el.probes, probe(50)];
    await shows(50);
  });

  it('says what is not there any more, or can’t be read, and keeps what it shows', async () => {
    const {el, shows, slider} = await element(undefined, async each => {
      if (each.iteration === 10) throw new Error('run: the disk is away. Open the folder anew');
      return each.iteration === 20 ? undefined : png(each.iteration);
    });
    await shows(30);
    for (const [stop, said] of [
      ['0', 'the disk is away'],
      ['1', 'probe-0-20.png is not in the run’s folder any more'],
    ] as const) {
      enter(slider(), stop, 'input');
      await waitUntil(() => find(el, 'p').textContent.includes(said));
      await shows(30);
    }
  });

  it('reads another run’s pictures', async () => {
    const {el, shows} = await element();
    await shows(30);
    el.read = () => png(7);
    await shows(7);
  });

  it('lets go of its picture when it is taken out, and shows it again when put back', async () => {
    const {el, shows} = await element();
    await shows(30);
    const {src} = find<HTMLImageElement>(el, 'img');
    const parent = el.parentElement!;
    el.remove();
    expect(
      await fetch(src).then(
        () => 'kept',
        () => 'gone'
      )
    ).to.equal('gone');
    parent.append(el);
    await shows(30);
  });

  it('is empty without pictures', async () => {
    const {el} = await element([]);
    expect(el.shadowRoot!.textContent.trim()).to.equal('');
  });

  itIsAccessible(async () => {
    const {el, shows} = await element();
    await shows(30);
    return el;
  });
});
