/** Which programs a computation runs on WebGL, how often, and how long they take. */

import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';

import type {Contender} from './contenders.js';

/** One program; those that differ in source only by shape count as one. */
export interface ProgramShare {
  program: string;
  /** Different shaders under this name. */
  shaders: number;
  launches: number;
  /** Until the result was there. */
  tookMs: number;
}

/**
 * Runs a contender once to compile, and once with a wait after every program. What is waited for
 * adds up to more than a run takes, for programs no longer overlap with the code that launches them.
 */
export async function profile({run}: Contender): Promise<ProgramShare[]> {
  tf.dispose(await run());
  const {gpgpu} = tf.backend() as MathBackendWebGL;
  const {gl} = gpgpu;
  const shares = new Map<string, Omit<ProgramShare, 'shaders'> & {seen: Set<WebGLProgram>}>();
  const execute = gpgpu.executeProgram.bind(gpgpu);
  gpgpu.executeProgram = () => {
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, pixel);
    const startMs = performance.now();
    execute();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, pixel);
    const tookMs = performance.now() - startMs;
    const program = gpgpu.program!;
    const name = nameOf(gl, program);
    const share = shares.get(name) ?? {program: name, launches: 0, tookMs: 0, seen: new Set()};
    shares.set(name, share);
    share.launches++;
    share.tookMs += tookMs;
    share.seen.add(program);
  };
  const pixel = new Float32Array(4);
  try {
    const result = await run();
    await result.data();
    result.dispose();
  } finally {
    gpgpu.executeProgram = execute;
  }
  return [...shares.values()]
    .map(({seen, ...share}) => ({...share, shaders: seen.size}))
    .sort((a, b) => b.tookMs - a.tookMs);
}

/** tfjs's programs have no names in their sources: the names of their inputs and a line say enough. */
function nameOf(gl: WebGLRenderingContext, program: WebGLProgram): string {
  const [, shader] = gl.getAttachedShaders(program)!;
  const source = gl.getShaderSource(shader!)!;
  const own = /^\s*\/\/ program (\w+)/m.exec(source)?.[1];
  if (own) return own;
  const inputs = [...source.matchAll(/uniform sampler2D (\w+);/g)].map(match => match[1]);
  const main = source.slice(source.lastIndexOf('void main()'));
  return `tfjs(${inputs.join(', ')}) ${main
    .replace(/\d+(\.\d+)?/g, '#')
    .replace(/\s+/g, ' ')
    .slice(0, 90)}`;
}
