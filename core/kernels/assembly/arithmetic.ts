/**
 * What several programs compute with; not for those outside. `@inline` on a function is
 * AssemblyScript's, and an error to TypeScript alone: hence the `@ts-ignore`.
 */

/** `a b + c`, rounded once where the module is built for «relaxed» vectors: twice as fast. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? v128.relaxed_madd<f32>(a, b, c)
    : f32x4.add(f32x4.mul(a, b), c);
}
