import {expect, fixture, html} from '@open-wc/testing';
import {resetMouse, sendKeys, sendMouse} from '@web/test-runner-commands';
import type {RedoLatentMap} from '../../components/redo-latent-map.js';
import '../../components/redo-latent-map.js';
import {codeAt, dimensionAxis, planeThrough} from '../../core/session/code-plane.js';
import {surveyGrid, type Survey} from '../../core/session/latent.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll, pixelOf, record} from '../fixtures/elements.js';
import {until} from '../fixtures/idle.js';
import {sceneMasks, sceneRegion} from '../fixtures/scene.js';

const CODE = Float32Array.of(0.5, -1, 2);
const PLANE = planeThrough(CODE, dimensionAxis(0, 3), dimensionAxis(1, 3));
const MASKS = sceneMasks(0, 32, 2);
const SURVEY: Survey = {
  ...{region: 1, image: {split: 'test', index: 0}, plane: PLANE},
  pictures: surveyGrid().map(at => sceneRegion(MASKS, 1, codeAt(PLANE, at))),
};

async function map(properties: Partial<RedoLatentMap> = {}) {
  const el = await fixture<RedoLatentMap>(
    html`<redo-latent-map
      style="width: 352px"
      across="z₁"
      up="z₂"
      .code=${CODE}
      .plane=${PLANE}
      .survey=${SURVEY}
    ></redo-latent-map>`
  );
  Object.assign(el, properties);
  // It is drawn once its size is known.
  await until(() => el.shadowRoot!.querySelector('svg.clip') !== null);
  await el.updateComplete;
  const field = find(el, '.field');
  // As the page does with what is fired.
  const follow = (event: Event) =>
    (el.code = (event as CustomEvent<{code: Float32Array}>).detail.code);
  el.addEventListener('code-move', follow);
  const events = record('code-move');
  const buttons = findAll<HTMLButtonElement>(el, '.zoom button');
  return {
    el,
    field,
    events,
    zoomOut: buttons[0]!,
    zoomIn: buttons[1]!,
    whole: buttons[2]!,
    codes: () => events.map(each => [...(each.detail as {code: Float32Array}).code]),
    dot: () => find<SVGCircleElement>(el, 'circle.code'),
  };
}

/** Where a mark is, in CSS pixels of the field. */
const placeOf = (mark: Element) => ['cx', 'cy'].map(name => Number(mark.getAttribute(name)));

/** Where a point of the field is in the window, as shares of its sides. */
function pointOf(field: HTMLElement, x: number, y: number): [number, number] {
  const box = field.getBoundingClientRect();
  return [Math.round(box.left + x * box.width), Math.round(box.top + y * box.height)];
}

const ring = (el: RedoLatentMap) => Number(find(el, 'circle.ring.line').getAttribute('r'));

describe('redo-latent-map', () => {
  afterEach(() => resetMouse());

  it('is accessible', async () => {
    const {el} = await map();
    await expectAccessible(el);
  });

  it('is accessible before anything is known', async () => {
    const el = await fixture<RedoLatentMap>(
      html`<redo-latent-map across="direction 1" up="direction 2" pending></redo-latent-map>`
    );
    await expectAccessible(el);
    expect(findAll(el, 'circle.code')).to.be.empty;
    expect(find(el, '.note').textContent).to.include('Finding the directions');
  });

  it('shows the code as a dot on its plane, and speaks it', async () => {
    const {el, field, dot} = await map();
    const side = field.clientWidth;
    const [x, y] = placeOf(dot());
    expect(x).to.be.closeTo((3.5 / 6) * side, 0.01);
    expect(y).to.be.closeTo((4 / 6) * side, 0.01);
    expect(field.getAttribute('aria-valuetext')).to.equal('z₁ 0.50, z₂ −1.00');
    expect(field.getAttribute('aria-label')).to.equal('Code over z₁ and z₂');
    el.code = codeAt(PLANE, [0, 0]);
    await el.updateComplete;
    expect(placeOf(dot())).to.deep.equal([side / 2, side / 2]);
  });

  it('survey is drawn under it, and not where it belongs to another plane', async () => {
    const {el} = await map();
    const canvas = find<HTMLCanvasElement>(el, 'canvas');
    const middle = () => pixelOf(canvas, canvas.width >> 1, canvas.height >> 1)[3];
    const corner = () => pixelOf(canvas, canvas.width / 12, canvas.height / 12)[3];
    expect(corner()).to.equal(255);
    el.plane = {...PLANE};
    await el.updateComplete;
    expect([corner(), middle()]).to.deep.equal([0, 0]);
    el.survey = {...SURVEY, plane: el.plane};
    await el.updateComplete;
    expect(corner()).to.equal(255);
    el.survey = undefined;
    await el.updateComplete;
    expect(corner()).to.equal(0);
  });

  it('pending dims the last survey and says so', async () => {
    const {el} = await map();
    expect(findAll(el, '.note, canvas.stale')).to.be.empty;
    el.pending = true;
    el.plane = {...PLANE};
    await el.updateComplete;
    expect(find(el, '.note').textContent).to.include('Drawing the map');
    const canvas = find<HTMLCanvasElement>(el, 'canvas.stale');
    expect(pixelOf(canvas, canvas.width / 12, canvas.height / 12)[3]).to.equal(255);
    expect(find(el, '.plot').getAttribute('aria-busy')).to.equal('true');
  });

  it('outdated dims the survey and says what it waits for', async () => {
    const {el} = await map({outdated: true});
    expect(find(el, '.note').textContent).to.include('when training rests');
    expect(findAll(el, 'canvas.stale')).to.have.length(1);
    el.outdated = false;
    await el.updateComplete;
    expect(findAll(el, '.note, canvas.stale')).to.be.empty;
  });

  it('recovered is a second mark, joined to the code', async () => {
    const {el} = await map();
    expect(findAll(el, 'circle.recovered, line.between')).to.be.empty;
    el.recovered = Float32Array.of(0, 0, 9);
    await el.updateComplete;
    const {clientWidth} = find(el, '.field');
    expect(placeOf(find(el, 'circle.recovered'))).to.deep.equal([clientWidth / 2, clientWidth / 2]);
    expect(findAll(el, 'line.between')).to.have.length(2);
  });

  it('region gives the colour', async () => {
    const {el, dot} = await map();
    const before = dot().style.getPropertyValue('--hue');
    el.region = 1;
    await el.updateComplete;
    expect(dot().style.getPropertyValue('--hue')).to.not.equal(before);
  });

  it('slot takes what chooses the plane', async () => {
    const {el} = await map();
    el.innerHTML = '<button>Plane</button>';
    expect(find<HTMLSlotElement>(el, 'slot').assignedElements()).to.have.length(1);
  });

  it('fires code-move where it is pressed and dragged, with the mouse, and the dot follows', async () => {
    const {el, field, codes, dot} = await map();
    await sendMouse({type: 'move', position: pointOf(field, 0.5, 0.5)});
    await sendMouse({type: 'down'});
    await sendMouse({type: 'move', position: pointOf(field, 0.75, 0.25)});
    await sendMouse({type: 'up'});
    await sendMouse({type: 'move', position: pointOf(field, 0.1, 0.1)});
    await el.updateComplete;
    const [first, last] = [codes()[0]!, codes().at(-1)!];
    [0, 0, 2].forEach((value, d) => expect(first[d]).to.be.closeTo(value, 0.02));
    [1.5, 1.5, 2].forEach((value, d) => expect(last[d]).to.be.closeTo(value, 0.02));
    const side = field.clientWidth;
    placeOf(dot()).forEach((pixel, i) => expect(pixel).to.be.closeTo([0.75, 0.25][i]! * side, 1));
  });

  it('a drag that leaves the map stays at its edge', async () => {
    const {field, codes} = await map();
    await sendMouse({type: 'move', position: pointOf(field, 0.5, 0.5)});
    await sendMouse({type: 'down'});
    await sendMouse({type: 'move', position: pointOf(field, 1.4, 1.2)});
    await sendMouse({type: 'up'});
    expect(codes().at(-1)).to.deep.equal([3, -3, 2]);
  });

  it('fires code-move as a finger moves', async () => {
    const {field, codes} = await map();
    const touch = (type: string, ...points: [number, number][]) => {
      const touches = points.map(
        ([clientX, clientY], identifier) => new Touch({identifier, target: field, clientX, clientY})
      );
      const event = new TouchEvent(type, {
        ...{touches, changedTouches: touches, targetTouches: touches},
        ...{bubbles: true, cancelable: true},
      });
      field.dispatchEvent(event);
    };
    touch('touchstart', pointOf(field, 0.5, 0.5));
    touch('touchmove', pointOf(field, 0.25, 0.5));
    touch('touchend', pointOf(field, 0.25, 0.5));
    [-1.5, 0, 2].forEach((value, d) => expect(codes().at(-1)![d]).to.be.closeTo(value, 0.02));
  });

  it('two fingers zoom, and leave the code where it is', async () => {
    const {el, field, events} = await map();
    const before = ring(el);
    const pinch = (type: string, spread: number) => {
      const touches = [0.5 - spread, 0.5 + spread].map((x, identifier) => {
        const [clientX, clientY] = pointOf(field, x, 0.5);
        return new Touch({identifier, target: field, clientX, clientY});
      });
      const all = {touches, changedTouches: touches, targetTouches: touches};
      field.dispatchEvent(new TouchEvent(type, {...all, bubbles: true, cancelable: true}));
    };
    pinch('touchstart', 0.1);
    pinch('touchmove', 0.2);
    pinch('touchend', 0.2);
    await el.updateComplete;
    expect(ring(el) / before).to.be.closeTo(2, 0.1);
    expect(events).to.be.empty;
  });

  it('fires code-move on arrow keys, with Shift in larger steps, and Home to the middle', async () => {
    const {field, codes} = await map();
    field.focus();
    for (const key of ['ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowDown']) {
      await sendKeys({press: key});
    }
    await sendKeys({down: 'Shift'});
    await sendKeys({press: 'ArrowLeft'});
    await sendKeys({up: 'Shift'});
    await sendKeys({press: 'Home'});
    const expected = [
      [0.6, -1],
      [0.6, -0.9],
      [0.5, -0.9],
      [0.5, -1],
      [0, -1],
      [0, 0],
    ];
    expect(codes()).to.have.length(expected.length);
    expected.forEach(([x, y], i) => {
      [x!, y!, 2].forEach((value, d) => expect(codes()[i]![d]).to.be.closeTo(value, 1e-5));
    });
  });

  it('keys stop at the edge', async () => {
    const {el, field, codes} = await map();
    el.code = Float32Array.of(2.95, 0, 2);
    field.focus();
    await sendKeys({press: 'ArrowRight'});
    expect(codes()).to.deep.equal([[3, 0, 2]]);
  });

  it('buttons zoom about the code, and back to the whole map', async () => {
    const {el, zoomIn, zoomOut, whole, dot, events} = await map();
    const [radius, place] = [ring(el), placeOf(dot())];
    expect([zoomIn.disabled, zoomOut.disabled, whole.disabled]).to.deep.equal([false, true, true]);
    zoomIn.click();
    await el.updateComplete;
    expect(ring(el)).to.be.closeTo(1.5 * radius, 1e-6);
    placeOf(dot()).forEach((pixel, i) => expect(pixel).to.be.closeTo(place[i]!, 1e-6));
    zoomIn.click();
    await el.updateComplete;
    zoomOut.click();
    await el.updateComplete;
    expect(ring(el)).to.be.closeTo(1.5 * radius, 1e-6);
    whole.click();
    await el.updateComplete;
    expect(ring(el)).to.equal(radius);
    for (let press = 0; press < 8; press++) {
      zoomIn.click();
      await el.updateComplete;
    }
    expect(ring(el)).to.be.closeTo(8 * radius, 1e-6);
    expect(zoomIn.disabled).to.equal(true);
    expect(events).to.be.empty;
  });

  it('+ and − zoom', async () => {
    const {el, field} = await map();
    const radius = ring(el);
    field.focus();
    await sendKeys({press: '+'});
    await el.updateComplete;
    expect(ring(el)).to.be.closeTo(1.5 * radius, 1e-6);
    await sendKeys({press: '-'});
    await el.updateComplete;
    expect(ring(el)).to.be.closeTo(radius, 1e-6);
  });

  it('the wheel zooms with Ctrl or the focus, and otherwise is the page’s', async () => {
    const {el, field} = await map();
    const radius = ring(el);
    const wheel = async (init: WheelEventInit = {}) => {
      const [clientX, clientY] = pointOf(field, 0.5, 0.5);
      const at = {clientX, clientY, bubbles: true, cancelable: true};
      const event = new WheelEvent('wheel', {deltaY: -100, ...at, ...init});
      field.dispatchEvent(event);
      await el.updateComplete;
      return event.defaultPrevented;
    };
    expect(await wheel()).to.equal(false);
    expect(ring(el)).to.equal(radius);
    expect(await wheel({ctrlKey: true})).to.equal(true);
    const zoomed = ring(el);
    expect(zoomed).to.be.above(radius);
    field.focus();
    expect(await wheel()).to.equal(true);
    expect(ring(el)).to.be.above(zoomed);
  });

  it('Shift and the mouse pan a zoomed map, and leave the code', async () => {
    const {el, field, zoomIn, dot, events} = await map();
    zoomIn.click();
    await el.updateComplete;
    const [x] = placeOf(dot());
    await sendKeys({down: 'Shift'});
    await sendMouse({type: 'move', position: pointOf(field, 0.5, 0.5)});
    await sendMouse({type: 'down'});
    await sendMouse({type: 'move', position: pointOf(field, 0.4, 0.5)});
    await sendMouse({type: 'up'});
    await sendKeys({up: 'Shift'});
    await el.updateComplete;
    expect(placeOf(dot())[0]! - x!).to.be.closeTo(-0.1 * field.clientWidth, 2);
    expect(events).to.be.empty;
  });

  it('a key brings the code back into view', async () => {
    const {el, field, zoomIn, dot} = await map();
    for (let press = 0; press < 4; press++) {
      zoomIn.click();
      await el.updateComplete;
    }
    el.code = codeAt(PLANE, [-2, 2]);
    await el.updateComplete;
    expect(placeOf(dot())[0]).to.be.below(0);
    field.focus();
    await sendKeys({press: 'ArrowRight'});
    await el.updateComplete;
    placeOf(dot()).forEach(pixel => expect(pixel).to.be.within(0, field.clientWidth));
  });

  it('follows its width, and keeps what is looked at', async () => {
    const {el, field, zoomIn, dot} = await map();
    zoomIn.click();
    await el.updateComplete;
    const side = field.clientWidth;
    const shares = placeOf(dot()).map(pixel => pixel / side);
    el.style.width = '252px';
    await until(() => find(el, '.field > svg').getAttribute('width') === String(side - 100));
    placeOf(dot()).forEach((pixel, i) =>
      expect(pixel / (side - 100)).to.be.closeTo(shares[i]!, 0.01)
    );
  });

  it('updates in place', async () => {
    const {el} = await map();
    const nodes = findAll(el, 'circle, g.x, g.y, .tick');
    el.code = codeAt(PLANE, [1, 1]);
    await el.updateComplete;
    expect(findAll(el, 'circle, g.x, g.y, .tick')).to.have.members(nodes);
  });

  it('fires nothing when its code is set, nor without a plane', async () => {
    const {el, field, events} = await map();
    el.code = codeAt(PLANE, [1, 1]);
    await el.updateComplete;
    el.plane = undefined;
    await el.updateComplete;
    field.focus();
    await sendKeys({press: 'ArrowRight'});
    await sendMouse({type: 'click', position: pointOf(field, 0.5, 0.5)});
    expect(events).to.be.empty;
    expect(findAll(el, 'circle.code')).to.be.empty;
  });

  it('disabled takes no input', async () => {
    const {el, field, events} = await map({disabled: true});
    await el.updateComplete;
    await sendMouse({type: 'click', position: pointOf(field, 0.2, 0.2)});
    field.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}));
    expect(events).to.be.empty;
    expect(field.getAttribute('aria-disabled')).to.equal('true');
    await expectAccessible(el);
  });
});
