import { isPromise, type MaybePromise } from '../../core/data/maybe-promise.ts'

/** `try`, for something that may come later: at once on a plain value, so that the hot path has no promise. */
export function attempt<T, U>(
  run: () => MaybePromise<T>,
  done: (value: T) => MaybePromise<U>,
  failed: (thrown: unknown) => never,
): MaybePromise<U> {
  let value: MaybePromise<T>
  try {
    value = run()
  } catch (thrown) {
    return failed(thrown)
  }
  return isPromise(value) ? value.then(done, failed) : done(value)
}
