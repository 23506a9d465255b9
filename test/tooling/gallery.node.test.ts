import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import {describe, it} from 'node:test';

const ROOT = new URL('../../', import.meta.url);

const read = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8');

describe('demo/gallery.html', () => {
  it('has each element', () => {
    const shown = readdirSync(new URL('demo/', ROOT))
      .filter(file => file.startsWith('gallery'))
      .map(file => read(`demo/${file}`))
      .join('\n');
    const elements = readdirSync(new URL('components/', ROOT))
      .map(file => /^(redo-.*)\.ts$/.exec(file)?.[1])
      .filter(name => name !== undefined);
    assert.ok(elements.length > 40);
    assert.deepEqual(
      elements.filter(name => !new RegExp(`<${name}[\\s>]`).test(shown)),
      []
    );
  });
});
