import { GymError } from './errors.ts'

export type MaybePromise<T> = T | Promise<T>

export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

/** Continues at once on a plain value, later on a promise: one style for both, and no promise on the hot path. */
export function chain<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** `Promise.all` that stays plain where every value is plain. */
export function together<T>(values: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  const plain = values.filter((value): value is T => !isPromise(value))
  return plain.length === values.length ? plain : Promise.all(values)
}

/**
 * The value of something that is known to be synchronous.
 * @throws GymError ENV_ASYNC on a promise.
 */
export function now<T>(value: MaybePromise<T>): T {
  if (!isPromise(value)) return value
  value.catch(() => {})
  throw new GymError('ENV_ASYNC', 'this needs a synchronous environment, and a promise came: use the awaiting form')
}
