import { GymError } from './errors.ts'

/**
 * Value, or a promise of it: synchronous environments make no promises. Functions of our own return native promises,
 * which `instanceof Promise` detects without a call; what user code returns is read by `isPromise`.
 */
export type MaybePromise<T> = T | Promise<T>

export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

/** A promise of our own for what user code returned, whose `then` may call back twice, or return anything that is not a promise. */
export const adopted = <T>(late: PromiseLike<T>): Promise<T> => new Promise((resolve) => resolve(late))

/** Continues at once on a plain value, later on a promise: one style for both, and no promise on the hot path. */
export function chain<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** `try` for values and promises: `done` gets the result of `act`, `failed` what either throws; at once for a value. */
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
 * `failed`, so that nothing is left running.
 */
export function together<T>(
  values: readonly MaybePromise<T>[],
  failed: (others: readonly T[]) => void = () => {},
): MaybePromise<readonly T[]> {
  const plain = values.filter((value): value is T => !isPromise(value))
  return plain.length === values.length ? plain : allOf(values, failed)
}

/**
 * Starts `count` things, at once where none is asynchronous. Where one fails, those that started are undone, and what
 * it threw is thrown once none is in progress.
 */
export function startAll<T>(
  count: number,
  start: (index: number) => MaybePromise<T>,
  undo: (started: T) => void,
): MaybePromise<readonly T[]> {
  const started: MaybePromise<T>[] = []
  const undoAll = (all: readonly T[]): void => {
    for (const each of all) undo(each)
  }
  try {
    for (let index = 0; index < count; index++) started.push(start(index))
  } catch (thrown) {
    return chain(settled(started), (all) => {
      undoAll(all)
      throw thrown
    })
  }
  return together(started, undoAll)
}

/** What came of these values; what failed is left out. */
function settled<T>(values: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  const plain = values.filter((value): value is T => !isPromise(value))
  return plain.length === values.length ? plain : Promise.allSettled(values).then(fulfilled)
}

const fulfilled = <T>(settled: readonly PromiseSettledResult<T>[]): readonly T[] =>
  settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))

async function allOf<T>(
  values: readonly MaybePromise<T>[],
  failed: (others: readonly T[]) => void,
): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(values)
  const broken = outcomes.find((each) => each.status === 'rejected')
  if (broken === undefined) return fulfilled(outcomes)
  failed(fulfilled(outcomes))
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
