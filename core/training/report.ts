/** What training tells: plain numbers. */

import type {NetworkName} from '../model/config.js';

/** The two updates of an iteration: f, G and δ on one side, D on the other. */
export type Side = 'generator' | 'discriminator';

/** The steps of one side's update, in the order in which they run. */
export type Phase =
  | 'sample'
  | 'masks'
  | 'redraw'
  | 'compose'
  | 'score'
  | 'recover'
  | 'losses'
  | 'gradients'
  | 'update';

/** Phases of the two updates; the discriminator's has no masks to learn and no codes to recover. */
export const PHASES: Readonly<Record<Side, readonly Phase[]>> = {
  generator: [
    'sample',
    'masks',
    'redraw',
    'compose',
    'score',
    'recover',
    'losses',
    'gradients',
    'update',
  ],
  discriminator: ['sample', 'redraw', 'compose', 'score', 'losses', 'gradients', 'update'],
};

/** Region `from` was split; `to` has half of it, and what it was before is lost. */
export interface Split {
  from: number;
  to: number;
}

/** Numbers of an iteration; those of a side that was not run are absent. */
export interface IterationValues {
  /** −E[D(Î)], the adversarial loss of f and G. */
  generatorLoss?: number;
  /** E[(δ(Î) − z)²], before its weight λ_z. */
  recoveryLoss?: number;
  /** E[−log M_t] over labelled images, before its weight; absent where f is taught by none. */
  supervisedLoss?: number;
  /** E[max(0, 1 − D(I))] + E[max(0, 1 + D(Î))]. */
  discriminatorLoss?: number;
  /** Mean D(I) over real images. */
  scoreReal?: number;
  /** Mean D(Î) over redrawn images, as the discriminator's update saw them. */
  scoreRedrawn?: number;
  /** Mean of each mask M_k over the generator's batch `[regions]`, each in [0, 1], summing to 1. */
  areas?: number[];
  /**
   * Euclidean norm of the gradient of each network's parameters, before Adam and weight decay.
   * Known where the phase `gradients` ran by itself.
   */
  gradientNorms?: Partial<Record<NetworkName, number>>;
  /** The split of a region that the iteration began with. */
  split?: Split;
}

export interface IterationReport extends IterationValues {
  /** Iterations completed, this one included. */
  iteration: number;
  /** Time of the whole iteration, in milliseconds. */
  stepMs: number;
}

export interface PhaseReport {
  side: Side;
  phase: Phase;
  /** Iterations completed so far; grows with the last phase of the discriminator's side. */
  iteration: number;
  /** Whether this phase ended the iteration. */
  ended: boolean;
  /** What is known so far of the iteration under way. */
  values: IterationValues;
  /** Time of this phase, in milliseconds. */
  stepMs: number;
}
