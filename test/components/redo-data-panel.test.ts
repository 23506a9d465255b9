import {aTimeout, expect, fixture, html, waitUntil} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoDataPanel} from '../../components/redo-data-panel.js';
import '../../components/redo-data-panel.js';
import type {DatasetSource} from '../../datasets/source.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll, record} from '../fixtures/elements.js';

const INFO = {
  name: 'holiday',
  regionNames: ['background', 'object'],
  counts: {train: 20, val: 2, test: 2},
  wholeSplit: 'train',
  notes: ['Left out: a.heic', 'Left out: b.heic'],
} as const;

async function dataPanel() {
  const target = await fixture<HTMLElement>(html`<div></div>`);
  const el = await fixture<RedoDataPanel>(
    html`<redo-data-panel .target=${target} .info=${INFO}></redo-data-panel>`
  );
  const button = (text: string) =>
    findAll<HTMLButtonElement>(el, 'button').find(each => each.textContent.trim() === text)!;
  const events = record('images-pick', 'images-reset');
  const picked = async (): Promise<DatasetSource> => {
    await waitUntil(() => events.length > 0, 'images must be picked');
    return (events[0]!.detail as {source: DatasetSource}).source;
  };
  const status = () => find(el, '[role="status"]').textContent.trim();
  return {el, target, button, events, picked, status};
}

function transfer(...files: File[]): DataTransfer {
  const data = new DataTransfer();
  files.forEach(file => data.items.add(file));
  return data;
}

function drop(target: HTMLElement, data: DataTransfer): DragEvent {
  const event = new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
  target.dispatchEvent(event);
  return event;
}

const PNG = new File(['png'], 'a.png', {type: 'image/png'});

describe('redo-data-panel', () => {
  it('is accessible', async () => {
    const {el} = await dataPanel();
    await expectAccessible(el);
    el.usual = 'blobs';
    await el.updateComplete;
    await expectAccessible(el);
  });

  it('says that nothing leaves the machine', async () => {
    const {el} = await dataPanel();
    expect(el.shadowRoot!.textContent).to.include('Nothing leaves this machine');
  });

  it('info tells what was left out; with usual also the open images, and the way back', async () => {
    const {el, button, events} = await dataPanel();
    expect(findAll(el, 'li').map(each => each.textContent)).to.deep.equal([...INFO.notes]);
    expect(el.shadowRoot!.textContent).to.not.include('holiday');
    el.usual = 'blobs';
    await el.updateComplete;
    expect(el.shadowRoot!.textContent).to.include('holiday: 20 images');
    expect(findAll(el, 'li').map(each => each.textContent)).to.deep.equal([...INFO.notes]);
    button('Back to blobs').click();
    expect(events.map(({type}) => type)).to.deep.equal(['images-reset']);
  });

  it('its choices are behind a summary, what is open and said is not', async () => {
    const {el} = await dataPanel();
    el.usual = 'blobs';
    await el.updateComplete;
    const details = find<HTMLDetailsElement>(el, 'details');
    expect(details.open).to.equal(false);
    for (const selector of ['[role="status"]', 'ul']) {
      expect(details.contains(find(el, selector)), selector).to.equal(false);
    }
    details.querySelector('summary')!.focus();
    await sendKeys({press: 'Enter'});
    expect(details.open).to.equal(true);
    await expectAccessible(el);
  });

  it('working disables the buttons and says so', async () => {
    const {el, status} = await dataPanel();
    el.working = true;
    await el.updateComplete;
    const enabled = findAll<HTMLButtonElement>(el, 'button').filter(each => !each.disabled);
    expect(enabled.map(each => each.textContent.trim())).to.deep.equal(['Stop reading']);
    expect(status()).to.equal('Reading the images…');
  });

  it('progress says how much has been read; the button beside it fires images-stop', async () => {
    const {el, button, status} = await dataPanel();
    const stops = record('images-stop');
    Object.assign(el, {working: true, progress: 0.415});
    await el.updateComplete;
    expect(status()).to.equal('Reading the images… 42%');
    await expectAccessible(el);
    button('Stop reading').click();
    expect(stops).to.have.length(1);
  });

  it('fires images-pick with what is chosen, also twice', async () => {
    const {el, events, picked} = await dataPanel();
    const input = find<HTMLInputElement>(el, 'input:not([webkitdirectory])');
    const choose = () => {
      input.files = transfer(PNG, new File([], 'b.png')).files;
      input.dispatchEvent(new Event('change'));
    };
    choose();
    const {name, files} = await picked();
    expect(name).to.equal('your images');
    expect(files!.map(({path}) => path)).to.deep.equal(['a.png', 'b.png']);
    expect(files![0]!.blob).to.equal(PNG);
    choose();
    await waitUntil(() => events.length === 2, 'the same files must be picked again');
  });

  it('takes what is dropped on its target, and shows where', async () => {
    const {el, target, picked} = await dataPanel();
    const over = new DragEvent('dragover', {dataTransfer: transfer(PNG), cancelable: true});
    target.dispatchEvent(over);
    await el.updateComplete;
    expect(over.defaultPrevented).to.equal(true);
    expect(find(el, '.drop').textContent).to.equal('Drop the images here');
    expect(drop(target, transfer(PNG)).defaultPrevented).to.equal(true);
    expect((await picked()).name).to.equal('a.png');
    await el.updateComplete;
    expect(findAll(el, '.drop')).to.have.length(0);
  });

  it('says how far it is with a folder that is dropped, and stops where it is asked to', async () => {
    const {el, target, button, events, status} = await dataPanel();
    const release: (() => void)[] = [];
    const inside = [
      {isFile: true, fullPath: '/set/a.png', file: (give: (file: File) => void) => give(PNG)},
      {isFile: true, fullPath: '/set/b.png', file: (give: () => void) => release.push(give)},
    ];
    const createReader = () => ({
      readEntries: (give: (entries: unknown[]) => void) => give(inside.splice(0)),
    });
    const data = transfer(PNG);
    const entry = {isFile: false, fullPath: '/set', createReader};
    Object.defineProperty(data, 'items', {value: [{webkitGetAsEntry: () => entry}]});
    drop(target, data);
    await waitUntil(() => status() === 'Looking through the folder… one file', 'must be told');
    expect(button('Choose a folder…').disabled).to.equal(true);
    button('Stop reading').click();
    await el.updateComplete;
    expect(status()).to.equal('');
    release.forEach(give => give());
    await aTimeout(0);
    expect(events).to.deep.equal([]);
    expect(button('Choose a folder…').disabled).to.equal(false);
  });

  it('leaves a model file, and a drop without files, to others', async () => {
    const {target, events} = await dataPanel();
    const model = drop(target, transfer(new File([], 'model.safetensors')));
    const text = new DataTransfer();
    text.setData('text/plain', 'hello');
    expect([model, drop(target, text)].map(each => each.defaultPrevented)).to.deep.equal([
      false,
      false,
    ]);
    expect(events).to.have.length(0);
  });

  it('takes a picture that is pasted', async () => {
    const {target, picked} = await dataPanel();
    const clipboardData = transfer(new File(['png'], 'image.png', {type: 'image/png'}));
    target.dispatchEvent(new ClipboardEvent('paste', {clipboardData, cancelable: true}));
    expect((await picked()).name).to.equal('pasted image');
  });

  it('takes addresses that are pasted, unless a field takes them', async () => {
    const {target, events, picked} = await dataPanel();
    const data = new DataTransfer();
    const urls = ['https://a.org/1.jpg', 'https://a.org/2.jpg'];
    data.setData('text/plain', urls.join('\n'));
    const paste = (on: HTMLElement) => {
      const event = new ClipboardEvent('paste', {
        clipboardData: data,
        ...{bubbles: true, cancelable: true},
      });
      on.dispatchEvent(event);
      return event.defaultPrevented;
    };
    const field = target.appendChild(document.createElement('input'));
    expect(paste(field)).to.equal(false);
    expect(events).to.deep.equal([]);
    expect(paste(target)).to.equal(true);
    expect(await picked()).to.deep.equal({name: '2 addresses', urls});
  });

  it('takes a frame of the camera, which then is off', async () => {
    const {el, button, picked} = await dataPanel();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [40, 30];
    const context = canvas.getContext('2d')!;
    context.fillStyle = 'red';
    context.fillRect(0, 0, 40, 30);
    const stream = canvas.captureStream();
    const {mediaDevices} = navigator;
    const real = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async () => stream;
    try {
      find<HTMLDetailsElement>(el, 'details').open = true;
      button('Use the camera').click();
      await waitUntil(() => button('Take the picture') !== undefined, 'the camera must start');
      const video = find<HTMLVideoElement>(el, 'video');
      await waitUntil(() => video.videoWidth === 40, 'a frame must come');
      await expectAccessible(el);
      button('Take the picture').click();
      const {name, files} = await picked();
      expect(name).to.equal('camera picture');
      const bitmap = await createImageBitmap(files![0]!.blob);
      expect([bitmap.width, bitmap.height]).to.deep.equal([40, 30]);
      expect(stream.getTracks().every(track => track.readyState === 'ended')).to.equal(true);
      mediaDevices.getUserMedia = () => Promise.reject(new Error('not allowed'));
      button('Use the camera').click();
      const status = find(el, '[role="status"]');
      await waitUntil(() => status.textContent.includes('not allowed'), 'it must be said');
    } finally {
      mediaDevices.getUserMedia = real;
    }
  });

  it('listens no longer once it is removed', async () => {
    const {el, target, events} = await dataPanel();
    el.remove();
    expect(drop(target, transfer(PNG)).defaultPrevented).to.equal(false);
    expect(events).to.have.length(0);
  });
});
