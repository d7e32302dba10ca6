import { GymError } from './errors.ts'

export type MaybePromise<T> = T | Promise<T>

export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

/** Continues at once on a plain value, later on a promise: one style for both, and no promise on the hot path. */
export function chain<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** `try` for both: `done` with what `act` comes to, `failed` with what it or `done` throws. At once where it can be. */
export function attempt<T, U>(
  act: () => MaybePromise<T>,
  done: (value: T) => MaybePromise<U>,
  failed: (thrown: unknown) => MaybePromise<U>,
): MaybePromise<U> {
  try {
    const value = chain(act(), done)
    return isPromise(value) ? Promise.resolve(value).catch(failed) : value
  } catch (thrown) {
    return failed(thrown)
  }
}

/**
 * `Promise.all` that stays plain where every value is plain. Where one fails, the others are waited for and handed to
 * `failed`, so that nothing goes on unattended.
 */
export function together<T>(
  values: readonly MaybePromise<T>[],
  failed: (others: readonly T[]) => void = () => {},
): MaybePromise<readonly T[]> {
  const plain = values.filter((value): value is T => !isPromise(value))
  return plain.length === values.length ? plain : allOf(values, failed)
}

async function allOf<T>(
  values: readonly MaybePromise<T>[],
  failed: (others: readonly T[]) => void,
): Promise<readonly T[]> {
  const settled = await Promise.allSettled(values)
  const came = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const broken = settled.find((each) => each.status === 'rejected')
  if (broken === undefined) return came
  failed(came)
  throw broken.reason
}

/**
 * The value of something that is known to be synchronous.
 * @throws GymError ENV_ASYNC on a promise.
 */
export function expectSync<T>(value: MaybePromise<T>): T {
  if (!isPromise(value)) return value
  Promise.resolve(value).catch(() => {})
  throw new GymError('ENV_ASYNC', 'this needs a synchronous environment, and a promise came: use the awaiting form')
}
