import {expect, fixture, html} from '@open-wc/testing';
import {emulateMedia, sendKeys} from '@web/test-runner-commands';

describe('commands of the test runner', () => {
  it('press real keys in the page', async () => {
    const input = await fixture<HTMLInputElement>(html`<input aria-label="text" />`);
    input.focus();
    await sendKeys({type: 'redo'});
    expect(input.value).to.equal('redo');
  });

  it('emulate a preference for dark colours', async () => {
    await emulateMedia({colorScheme: 'dark'});
    expect(matchMedia('(prefers-color-scheme: dark)').matches).to.equal(true);
    await emulateMedia({colorScheme: 'light'});
    expect(matchMedia('(prefers-color-scheme: dark)').matches).to.equal(false);
  });
});
