/**
 * Compares this project's numbers with reference files of the published code.
 *
 *     npm run verify -- test/reference/small-2-regions.safetensors
 *     npm run verify -- --backend webgl --weights model.pth reference.safetensors
 *
 * Ends with `pass`, or with `fail:` and the tensors that are beyond their bounds, and exit code 1.
 * Any file of the layout in `test/reference/README.md` will do. What is compared and how:
 * `docs/parity.md`.
 */

import {readFile} from 'node:fs/promises';

import {startBackend} from '../core/engine/backend.js';
import {passes, verdict} from '../core/verify/report.js';
import type {Verification} from '../core/verify/verify.js';
import {type Report, verifyFile, type VerifyFileOptions} from '../core/verify/verify-file.js';
import {main, nodeBackend, readArgs, UsageError} from './options.js';
import {VerifyInBrowser} from './verify-in-browser.js';

const BACKENDS = ['cpu', 'wasm', 'webgl', 'webgpu'] as const;
type Backend = (typeof BACKENDS)[number];

const USAGE = `usage: npm run verify -- [--backend ${BACKENDS.join('|')}] [--weights FILE.pth] [--strict] FILE…
  --backend   what computes: wasm (default) or plain JavaScript in Node, WebGL or WebGPU in a headless browser
  --weights   PyTorch checkpoint to start from in the place of the reference's own parameters
  --strict    hold all against their bounds, also what rounding decides (docs/parity.md)
  FILE        reference, see test/reference/README.md`;

/** Where files are verified: here in Node, or in a browser. */
interface Place {
  verify: (file: Uint8Array, options: Omit<VerifyFileOptions, 'device'>) => Promise<Report>;
  close: () => Promise<void>;
}

await main(async () => {
  const {backend, strict, weights, files} = readArguments();
  const weightBytes = weights === undefined ? undefined : await readFile(weights);
  const place =
    backend === 'webgl' || backend === 'webgpu'
      ? await VerifyInBrowser.start(backend)
      : await inNode(backend);
  try {
    const verdicts: Verification[] = [];
    for (const file of files) {
      const options = {weights: weightBytes, strict, progress: showProgress};
      const report = await place.verify(await readFile(file), options);
      showProgress('');
      process.stdout.write(`${file}\n${report.reference}\n${report.device}\n\n${report.table}\n\n`);
      verdicts.push(report.verification);
    }
    process.stdout.write(`${verdict(verdicts)}\n`);
    if (!passes(verdicts)) process.exitCode = 1;
  } finally {
    await place.close();
  }
});

interface Arguments {
  backend: Backend;
  strict: boolean;
  weights?: string;
  files: string[];
}

function readArguments(): Arguments {
  const given = readArgs(
    'verify',
    USAGE,
    {
      backend: {type: 'string', default: 'wasm'},
      strict: {type: 'boolean', default: false},
      weights: {type: 'string'},
    },
    true
  );
  const backend = BACKENDS.find(name => name === given.values.backend);
  if (!backend) {
    throw new UsageError(
      `verify: --backend must be one of ${BACKENDS.join(', ')}; got ${given.values.backend}\n${USAGE}`
    );
  }
  if (given.positionals.length === 0) throw new UsageError(`verify: FILE must be given\n${USAGE}`);
  const {strict, weights} = given.values;
  return {backend, strict, weights, files: given.positionals};
}

async function inNode(name: Backend): Promise<Place> {
  const {device} = await startBackend({...nodeBackend(), name});
  return {
    verify: (file, options) => verifyFile(file, {...options, device: `${name}: ${device}`}),
    close: async () => {},
  };
}

/** Shows what is under way on a terminal, in one line that is written over. */
function showProgress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
}
