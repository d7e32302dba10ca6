import type { MaybePromise } from '../data/maybe-promise.ts'
import type { Reward, Step } from '../data/types.ts'
import { type Branch, hasPlayedOut, isOpen } from './branch.ts'
import type { Player } from './player.ts'

/** How good a branch is, to be compared with others of one past. */
export interface ValueFunction {
  readonly name: string
  /**
   * @param player Plays other futures of the branch, within the budget.
   * @returns null where it cannot judge, which is not 0.
   */
  value(branch: Branch, player: Player): MaybePromise<number | null>
}

/** The signal that a value is recorded as, at the step that it is of. */
export const VALUE_SIGNAL = 'sampling-value'

/** Sum of the environment's rewards so far. */
export const returnValue: ValueFunction = { name: 'return', value: ({ path }) => returnOf(path) }

/** A measure that the environment has of the state. */
export const gradeValue = (grade: string): ValueFunction => ({
  name: `grade:${grade}`,
  value: (branch) => branch.grades()?.[grade] ?? null,
})

/** What a reward hook said of the last step. */
export const signalValue = (signal: string): ValueFunction => ({
  name: `signal:${signal}`,
  value: ({ path }) => path.at(-1)?.rewards.find(({ name }) => name === signal)?.value ?? null,
})

/**
 * Monte Carlo: the mean return of `count` futures that the agent plays to their end. They are branches like any other,
 * and cost budget; one that the budget cuts off says nothing. What has ended is worth its return.
 */
export const playOutValue = (count: number): ValueFunction => ({
  name: 'play-outs',
  async value(branch, player) {
    if (!isOpen(branch)) return returnOf(branch.path)
    const futures = await branch.fork(Math.min(count, player.budget.left), 'fresh')
    await player.playToEnd(futures)
    return meanOf(futures.filter(hasPlayedOut).map(({ path }) => returnOf(path)))
  },
})

/** Value of each branch, recorded at its last step. */
export async function valuesOf(
  branches: readonly Branch[],
  { value }: ValueFunction,
  player: Player,
): Promise<readonly (number | null)[]> {
  const values: (number | null)[] = []
  for (const branch of branches) {
    const began = performance.now()
    const judged = finite(await value(branch, player))
    branch.judge(signalOf(VALUE_SIGNAL, judged, performance.now() - began))
    values.push(judged)
  }
  return values
}

/** The first of those with the highest value; where nothing was judged, the first. Undefined for none at all. */
export function bestOf<T>(items: readonly T[], values: readonly (number | null)[]): T | undefined {
  const worth = items.map((_, i) => values[i] ?? Number.NEGATIVE_INFINITY)
  return items[worth.indexOf(worth.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY))]
}

/** Sum of what the environment judged; null where it judged nothing. */
export function returnOf(path: readonly Step[]): number | null {
  const values = path.flatMap(({ rewards }) => rewards.find(({ name }) => name === 'env')?.value ?? [])
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
}

function meanOf(values: readonly (number | null)[]): number | null {
  const judged = values.filter((value) => value !== null)
  return judged.length === 0 ? null : judged.reduce((sum, value) => sum + value, 0) / judged.length
}

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null)

/** What sampling says of a step, as a signal; null where it could not judge. */
export function signalOf(name: string, value: number | null, latencyMs = 0): Reward {
  const signal = { name, version: 1, latencyMs }
  return value === null ? { ...signal, value, reason: 'declined' } : { ...signal, value }
}
