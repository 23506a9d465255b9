import {expect, fixture, html} from '@open-wc/testing';
import {isModelFile} from '../../components/file-drop.js';
import type {RedoOpenModel} from '../../components/redo-open-model.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import '../../components/redo-open-model.js';
import '../../components/redo-viewer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll, record} from '../fixtures/elements.js';
import {FakeEngine} from '../fixtures/fake-engine.js';
import {until} from '../fixtures/idle.js';

const SNAPSHOT = JSON.stringify({iteration: 40});

/** A drag that holds files, as the browser tells of it. */
function drag(type: string, ...files: File[]): DragEvent {
  const dataTransfer = new DataTransfer();
  files.forEach(file => dataTransfer.items.add(file));
  return new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true, composed: true});
}

async function viewer() {
  const engine = new FakeEngine();
  const el = await fixture<RedoViewer>(
    html`<redo-viewer preset="discs-3" weights="none" .engine=${engine}></redo-viewer>`
  );
  await until(() => el.session?.status.value === 'ready');
  return {el, engine, session: el.session!};
}

describe('isModelFile(item)', () => {
  it('goes by the ending, in large or small letters', () => {
    const names = ['a.safetensors', 'A.PTH', 'b.pt', 'c.tar.gz', 'c.tgz', 'c.tar'];
    expect(names.map(name => isModelFile({name}))).to.deep.equal(names.map(() => true));
    const others = ['a.png', 'tar', 'a.gz', 'a.zip', 'pth', 'a.pth.txt'];
    expect(others.map(name => isModelFile({name}))).to.deep.equal(others.map(() => false));
  });
});

describe('redo-open-model', () => {
  it('is accessible, and fires model-pick for a file that is picked', async () => {
    const el = await fixture<RedoOpenModel>(html`<redo-open-model></redo-open-model>`);
    await expectAccessible(el);
    const events = record('model-pick');
    const input = find<HTMLInputElement>(el, 'input');
    const {files} = drag('drop', new File([SNAPSHOT], 'a.pth')).dataTransfer!;
    input.files = files;
    input.dispatchEvent(new Event('change'));
    expect(events.map(({detail}) => (detail as {file: File}).file.name)).to.deep.equal(['a.pth']);
    // The keyboard's way.
    let clicks = 0;
    input.addEventListener('click', event => {
      event.preventDefault();
      clicks++;
    });
    find(el, 'button').click();
    expect(clicks).to.equal(1);
  });

  it('says what was loaded, what is missing and what was assumed', async () => {
    const {session} = await viewer();
    const info = {
      ...session.model.value!,
      source: {
        ...({form: 'pytorch', members: ['out/a.pth'], resumed: false} as const),
        missing: ['discriminator', 'encoder'] as const,
        assumed: {temperature: 1},
      },
    };
    const el = await fixture<RedoOpenModel>(
      html`<redo-open-model file-name="a.tar.gz" .info=${info}></redo-open-model>`
    );
    expect(find(el, '[role="status"]').textContent.trim()).to.equal(
      'a.tar.gz: 3 regions, 32 × 32, discs; from out/a.pth; new random weights for D, δ. Not in the file, assumed: temperature 1.'
    );
  });
});

describe('redo-viewer: model files', () => {
  it('opens a model file that is dropped on it, after a hint while it is held over it', async () => {
    const {el, session} = await viewer();
    const file = new File([SNAPSHOT], 'mine.safetensors');
    el.dispatchEvent(drag('dragover', file));
    await el.updateComplete;
    expect(find(el, '.drop').textContent).to.include('Drop the model file');
    const drop = drag('drop', file);
    el.dispatchEvent(drop);
    expect(drop.defaultPrevented).to.equal(true);
    await until(() => session.iteration.value === 40);
    await el.updateComplete;
    expect(findAll(el, '.drop')).to.have.length(0);
    const status = find<RedoOpenModel>(el, 'redo-open-model');
    await status.updateComplete;
    expect(status.shadowRoot!.textContent).to.include('mine.safetensors: 3 regions, 32 × 32');
  });

  it('leaves images, several files and what is no model to others', async () => {
    const {el, engine} = await viewer();
    const image = new File([''], 'a.png', {type: 'image/png'});
    const over = drag('dragover', image);
    el.dispatchEvent(over);
    expect(over.defaultPrevented).to.equal(false);
    const model = new File([SNAPSHOT], 'a.pth');
    for (const files of [[image], [model, model], [new File([''], 'notes')]]) {
      const drop = drag('drop', ...files);
      el.dispatchEvent(drop);
      expect(drop.defaultPrevented).to.equal(false);
    }
    expect(engine.count('open')).to.equal(1);
  });

  it('keeps what is open and names the file where it is no good', async () => {
    const {el, session} = await viewer();
    el.dispatchEvent(drag('drop', new File(['no'], 'bad.pth')));
    await until(() => session.failure.value !== undefined);
    await el.updateComplete;
    const panel = find(el, 'redo-error-panel');
    expect(panel.shadowRoot!.textContent).to.include('bad.pth: model: the file must be');
    expect(panel.shadowRoot!.textContent).to.include('What was open is as it was');
    expect(session.status.value).to.equal('ready');
  });
});
