/** The verification program, run as a person runs it. */

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {build} from 'vite';

import {
  type NamedArray,
  readSafetensors,
  writeSafetensors,
} from '../../core/weights/safetensors.js';
import {Program} from '../support/program.js';

const ROOT = resolve(import.meta.dirname, '../..');
const SMALL = ['small-2-regions', 'small-4-regions'].map(
  name => `test/reference/${name}.safetensors`
);
const SHARED = resolve(ROOT, '../shared/reference');
const skip = !existsSync(SHARED) && 'there is no shared/reference beside the checkout';

interface Result {
  status: number | null;
  out: string;
  err: string;
  last: string;
}

function node(...args: string[]): Result {
  const {status, stdout, stderr} = spawnSync(process.execPath, args, {cwd: ROOT, encoding: 'utf8'});
  return {status, out: stdout, err: stderr, last: stdout.trimEnd().split('\n').at(-1)!};
}

let program: Program;
const verify = (...args: string[]): Result => {
  const ended = program.run(...args);
  return {...ended, last: ended.out.trimEnd().split('\n').at(-1)!};
};

function passed({status, last, out, err}: Result): void {
  assert.equal(last, 'pass', out + err);
  assert.equal(status, 0);
}

let folder: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redo-verify-'));
  program = await Program.of('cli/verify.ts');
});
after(() => {
  rmSync(folder, {recursive: true});
  program.dispose();
});

/** The first small reference with some of its arrays or options changed. */
function changed(
  name: string,
  change: (tensors: Map<string, NamedArray>, options: Record<string, unknown>) => void
): string {
  const {tensors, metadata} = readSafetensors(
    new Uint8Array(readFileSync(join(ROOT, SMALL[0]!))).buffer
  );
  const options = JSON.parse(metadata.options!) as Record<string, unknown>;
  change(tensors, options);
  const path = join(folder, `${name}.safetensors`);
  const file = writeSafetensors(tensors, {...metadata, options: JSON.stringify(options)});
  writeFileSync(path, new Uint8Array(file));
  return path;
}

describe('npm run verify', () => {
  for (const backend of ['wasm', 'cpu']) {
    it(`passes on references of our own making, on ${backend}`, () => {
      const result = verify('--backend', backend, ...SMALL);
      passed(result);
      assert.match(result.out, /32 px .*, 2 regions, .*attention in G and D/);
      assert.match(result.out, /16 px .*, 4 regions, .*T 0\.7, λ 0\.5/);
      assert.match(result.out, new RegExp(`^${backend}: `, 'm'));
      for (const line of [
        /^forward masks +1 +[\d.]+e-\d+ +1\.0e-4 +eval\/masks$/m,
        /^gradient netGenX +100 +[\d.]+e-\d+ +1\.0e-3 +grad_g\/netGenX\.\S+$/m,
        /^gradient that is zero netGenX +4 +[\d.]+e-\d+ +1\.0e-5 /m,
        /^losses +2 +[\d.]+e-\d+ +1\.0e-4 +step\d\/losses$/m,
        /^parameter netDX +29 +[\d.]+e-\d+ +1\.0e-4 +after2\/netDX\.\S+$/m,
        /^spectral vector netRecZ +22 +[\d.]+e-\d+ +1\.0e-4 +after2\/netRecZ\.\S+weight_[uv]$/m,
      ]) {
        assert.match(result.out, line);
      }
    });
  }

  it("passes on the published code's, from its checkpoint in the old form", {skip}, () => {
    const weights = join(SHARED, 'tiny-2-regions.legacy.pth');
    passed(verify('--weights', weights, join(SHARED, 'tiny-2-regions.safetensors')));
  });

  it("passes on the published code's with 3 regions", {skip}, () => {
    const result = verify(join(SHARED, 'tiny-3-regions.safetensors'));
    passed(result);
    // No bound is wider than it was asked for.
    for (const [, bound] of result.out.matchAll(
      /^(?:parameter|spectral vector) net.* (\S+) {2}after/gm
    )) {
      assert.equal(bound, '1.0e-4');
    }
  });

  it(
    'fails if parameters are off after the last iteration, also with settled first steps',
    {skip},
    () => {
      const {tensors, metadata} = readSafetensors(
        new Uint8Array(readFileSync(join(SHARED, 'tiny-3-regions.safetensors'))).buffer
      );
      const name = 'after2/netGenX.net.0.convA.1.1.weight_orig';
      const {values} = tensors.get(name)!;
      values.forEach((value, i) => (values[i] = value * 1.001));
      const path = join(folder, 'settled.safetensors');
      writeFileSync(path, new Uint8Array(writeSafetensors(tensors, metadata)));
      const {status, last, out} = verify(path);
      assert.equal(status, 1);
      assert.ok(last.startsWith(`fail: ${name} 1.0e-3 > 1.0e-4`), out);
    }
  );

  it('leaves out what rounding decides, if it is strict', {skip}, () => {
    const {status, last, out} = verify('--strict', join(SHARED, 'tiny-3-regions.safetensors'));
    assert.doesNotMatch(out, /rounding decides|other side/);
    assert.match(last, status === 0 ? /^pass$/ : /^fail: \S+ [\d.]+e-\d > 1\.0e-[34]/, out);
  });

  it('fails and names the tensor if a number of the reference is off', () => {
    const path = changed('off', tensors => {
      const {values} = tensors.get('grad_d/netDX.blocs.1.1.weight_orig')!;
      values.forEach((value, i) => (values[i] = value * 1.01));
      tensors.get('after2/netRecZ.net.dense.bias')!.values[0]! += 0.01;
    });
    const {status, last, out} = verify(path);
    assert.equal(status, 1);
    assert.match(last, /^fail: .*after2\/netRecZ\.net\.dense\.bias [\d.]+e-\d > 1\.0e-4/);
    assert.match(last, /grad_d\/netDX\.blocs\.1\.1\.weight_orig 9\.9e-3 > 1\.0e-3/);
    assert.match(out, /^gradient netDX .*✗ 1 beyond$/m);
  });

  it('refuses files that are no reference, or lack something, by what they lack', () => {
    const refused = (file: string, message: RegExp): void => {
      const {status, err, out} = verify(file);
      assert.equal(status, 1);
      assert.match(err, message);
      assert.equal(out, '');
    };
    refused(
      changed('shape', tensors => {
        const {values} = tensors.get('eval/z')!;
        tensors.set('eval/z', {shape: [2, 1, 2], values});
      }),
      /eval\/z must be \[1,2,2\]; got \[2,1,2\]/
    );
    refused(
      changed('option', (_, options) => (options.n_regions = 'two')),
      /option n_regions must be a number; got "two"/
    );
    refused(
      changed('extra', tensors => tensors.set('grad_d/netDX.other', tensors.get('eval/z')!)),
      /grad_d\/netDX\.other must be a tensor of this model/
    );
  });

  it('says how it is to be called', () => {
    assert.match(verify().err, /^verify: FILE must be given\nusage: npm run verify -- /);
    const {status, err} = verify('--backend', 'abacus', SMALL[0]!);
    assert.match(err, /--backend must be one of cpu, wasm, webgl, webgpu; got abacus/);
    assert.equal(status, 1);
  });
});

describe('npm run verify of a program with an error', () => {
  /** Bundles the program with one of its sources replaced. */
  async function planted(source: string, replacement: string): Promise<string> {
    const outDir = join(ROOT, `node_modules/.cache/redo-viewer/planted-${process.pid}`);
    let used = false;
    await build({
      root: ROOT,
      configFile: false,
      logLevel: 'error',
      plugins: [
        {
          name: 'plant',
          enforce: 'pre',
          resolveId(id) {
            if (!id.endsWith(source)) return undefined;
            used = true;
            return join(import.meta.dirname, 'planted', replacement);
          },
        },
      ],
      build: {ssr: join(ROOT, 'cli/verify.ts'), outDir, emptyOutDir: true, target: 'node20'},
      ssr: {noExternal: true, external: ['vite', 'puppeteer-core', '@puppeteer/browsers']},
    });
    assert.ok(used, `${source} must be a part of the program`);
    return join(outDir, 'verify.js');
  }

  it("fails and names a tensor of f, if padding has tfjs's own gradient", async () => {
    const program = await planted('/reflect-pad.js', 'reflect-pad.ts');
    const {status, out, last, err} = node(program, '--backend', 'cpu', SMALL[0]!);
    assert.equal(status, 1, err);
    assert.match(last, /^fail: grad_g\/netEncM\.\S+ [\d.]+e[+-]\d > 1\.0e-3/);
    // What does not pass through it backwards is as it was.
    for (const line of ['forward masks', 'gradient netGenX', 'gradient netDX']) {
      assert.match(out, new RegExp(`^${line} (?!.*✗)`, 'm'));
    }
    rmSync(resolve(program, '..'), {recursive: true});
  });
});
