/**
 * Types of the optional package, from the small one that it exports again: the sources are compiled, and their types
 * checked, also where the package itself was left out.
 */
declare module 'onnxruntime-node' {
  export * from 'onnxruntime-common'
}
