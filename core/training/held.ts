import * as tf from '@tensorflow/tfjs-core';
import type {TensorContainer} from '@tensorflow/tfjs-core';

/** Tensors that outlive the function that made them, freed together: a `tidy` that may wait in between. */
export class Held {
  private readonly containers: TensorContainer[] = [];

  /** Runs `compute` under `tidy` and holds the tensors of its result. */
  keep<T>(compute: () => T): T {
    const result = tf.tidy(() => compute() as TensorContainer);
    this.containers.push(result);
    return result as T;
  }

  /** Takes over the tensors of something made elsewhere. */
  take<T>(made: T): T {
    this.containers.push(made as TensorContainer);
    return made;
  }

  dispose(): void {
    tf.dispose(this.containers.splice(0));
  }
}

/** The values of a small tensor. */
export async function readNumbers(compute: () => tf.Tensor): Promise<number[]> {
  const tensor = tf.tidy(compute);
  const values = await tensor.data();
  tensor.dispose();
  return [...values];
}
