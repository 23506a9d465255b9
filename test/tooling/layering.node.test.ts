import assert from 'node:assert/strict';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {ESLint} from 'eslint';
import tseslint from 'typescript-eslint';

const ROOT = join(import.meta.dirname, '../..');

const eslint = new ESLint({
  cwd: ROOT,
  // A planted file is in no project of the compiler's; the rules on imports don't ask for types.
  overrideConfig: [tseslint.configs.disableTypeChecked],
});

/** Rules that a file would break if it held nothing but this import. */
async function brokenRules(file: string, specifier: string): Promise<string[]> {
  const text = `import * as planted from '${specifier}';\nexport const use = planted;\n`;
  const [result] = await eslint.lintText(text, {filePath: join(ROOT, file)});
  assert.ok(result, `${file} is not linted`);
  // An import can break the rule of its floor and that of its layer.
  return [...new Set(result.messages.map(({ruleId, message}) => ruleId ?? message))];
}

const LAYERING = 'import-x/no-restricted-paths';
const PACKAGES = 'no-restricted-imports';

describe('lint of an import against the layering', () => {
  const WRONG: [file: string, specifier: string, rule: string][] = [
    ['datasets/planted.ts', '../core/model/config.js', LAYERING],
    ['datasets/planted.ts', '../components/redo-viewer.js', LAYERING],
    ['datasets/planted.ts', '@tensorflow/tfjs-core', PACKAGES],
    ['core/planted.ts', '../components/redo-viewer.js', LAYERING],
    ['core/engine/planted.ts', '../../components/redo-viewer.js', LAYERING],
    ['core/kernels/planted.ts', '../nn/layers.js', LAYERING],
    ['core/nn/planted.ts', '../model/config.js', LAYERING],
    ['core/model/planted.ts', '../training/report.js', LAYERING],
    ['core/training/planted.ts', '../engine/protocol.js', LAYERING],
    ['core/training/planted.ts', '../verify/verify.js', LAYERING],
    ['core/verify/planted.ts', '../engine/engine.js', LAYERING],
    ['core/engine/planted.ts', '../session/session.js', LAYERING],
    ['core/engine/planted.ts', '../graph/resource.js', LAYERING],
    ['core/graph/planted.ts', '../model/config.js', LAYERING],
    ['core/session/planted.ts', '../training/losses.js', LAYERING],
    ['core/session/planted.ts', '../engine/engine.js', LAYERING],
    ['core/session/planted.ts', '../nn/layers.js', LAYERING],
    ['core/session/planted.ts', '@tensorflow/tfjs', PACKAGES],
    ['core/engine/planted.ts', 'lit', PACKAGES],
    ['core/training/planted.ts', 'd3', PACKAGES],
    ['components/planted.ts', '../core/kernels/reflect-pad.js', LAYERING],
    ['components/planted.ts', '../core/model/mask-network.js', LAYERING],
    ['components/planted.ts', '../core/training/losses.js', LAYERING],
    ['components/planted.ts', '../core/engine/engine.js', LAYERING],
    ['components/charts/planted.ts', '../../core/nn/layers.js', LAYERING],
    ['components/planted.ts', '@tensorflow/tfjs-core', PACKAGES],
    ['cli/planted.ts', '../components/redo-viewer.js', LAYERING],
  ];
  for (const [file, specifier, rule] of WRONG) {
    it(`refuses ${specifier} in ${file}`, async () => {
      assert.deepEqual(await brokenRules(file, specifier), [rule]);
    });
  }

  const RIGHT: [file: string, specifier: string][] = [
    ['datasets/planted.ts', './dataset.js'],
    ['core/kernels/planted.ts', '@tensorflow/tfjs-core'],
    ['core/nn/planted.ts', '../kernels/reflect-pad.js'],
    ['core/model/planted.ts', '../nn/layers.js'],
    ['core/training/planted.ts', '../model/config.js'],
    ['core/verify/planted.ts', '../training/updates.js'],
    ['core/engine/planted.ts', '../training/losses.js'],
    ['core/engine/planted.ts', '../../datasets/catalog.js'],
    ['core/session/planted.ts', '../graph/resource.js'],
    ['core/session/planted.ts', '../engine/protocol.js'],
    ['components/planted.ts', '../core/model/config.js'],
    ['components/planted.ts', '../core/training/evaluation.js'],
    ['components/planted.ts', '../core/training/report.js'],
    ['components/planted.ts', '../core/engine/protocol.js'],
    ['components/planted.ts', '../core/engine/client.js'],
    ['components/planted.ts', 'lit'],
    ['components/charts/planted.ts', 'd3'],
    ['cli/planted.ts', '../core/engine/protocol.js'],
    ['bench/planted.ts', '../core/kernels/reflect-pad.js'],
  ];
  for (const [file, specifier] of RIGHT) {
    it(`allows ${specifier} in ${file}`, async () => {
      assert.deepEqual(await brokenRules(file, specifier), []);
    });
  }

  it('refuses a file that does not exist, which no layer could be told of', async () => {
    const rules = await brokenRules('core/nn/planted.ts', './no-such-file.js');
    assert.deepEqual(rules, ['import-x/no-unresolved']);
  });

  it('refuses a cycle', async () => {
    const rules = await brokenRules('test/tooling/cycle/first.ts', './second.js');
    assert.deepEqual(rules, ['import-x/no-cycle']);
  });
});

describe('lint of a test', () => {
  it('refuses one that keeps the others from running', async () => {
    const filePath = join(ROOT, 'test/planted.test.ts');
    const [result] = await eslint.lintText("it.only('runs alone', () => {});\n", {filePath});
    assert.deepEqual(
      result?.messages.map(message => message.ruleId),
      ['no-restricted-properties']
    );
  });
});
