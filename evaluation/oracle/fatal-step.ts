import { GymError } from '../../core/data/errors.ts'
import { expectDeterministic } from './arms.ts'
import { DEFAULT_RANGE } from './interval.ts'
import { expectFutures, type Point, placeOf } from './point.ts'
import { type FullSettings, fullSettings, isOver, type OracleSettings } from './settings.ts'
import { type Judged, judge } from './verdict.ts'

/** Settings of the search for the first fatal step. */
export interface FatalSettings extends OracleSettings {
  /** A state is lost where its value is not above it. Inside the range. @default a twentieth of the way up the range */
  readonly threshold?: number
}

/**
 * `found`; `lost-from-the-start`: the first state was lost already; `undecided`: some states are too near the threshold
 * for the forks there are; `budget`: it was spent; `interrupted`.
 */
export type FatalReason = 'found' | 'lost-from-the-start' | 'undecided' | 'budget' | 'interrupted'

/** Result of the search for the first fatal step of an episode. */
export interface FatalStep {
  /** The step that lost the episode; null where it is unknown, for `reason`. */
  readonly index: number | null
  readonly reason: FatalReason
  /** The last state known to be alive; null where none is, so that the start itself may have been lost. */
  readonly lastAlive: number | null
  /** The first state known to be lost: the fatal step is one of those from `lastAlive` to before it. */
  readonly firstLost: number
  /** Every state that was judged, in the order of judging, with the futures that were played. */
  readonly judged: readonly Judged[]
}

/**
 * Finds the first step after which a failed episode was lost, by binary search over its states (the search of OmegaPRM,
 * Luo et al. 2024, arXiv:2406.06592, with tests in place of a fixed number of rollouts). It holds where what is lost
 * stays lost: a value that comes back up is passed over. The i-th state that is judged is judged wrongly with
 * probability (1 - confidence) / (i (i + 1)) at most, so all verdicts are right at once with the stated confidence.
 * Values are of the return from a state on: the search is for environments that pay at the end.
 * @param points All of an episode that has ended, see `pointsOfRecord`.
 * @throws GymError CONFIG_INVALID (a threshold outside the range; an episode that did not fail, or has not ended),
 *   and as `stepValues`
 */
export async function fatalStep(points: readonly Point[], given: FatalSettings): Promise<FatalStep> {
  const settings = fullSettings(given, { forks: 256 })
  const threshold = thresholdOf(given)
  const why = notFailed(points, threshold)
  if (why !== null) throw new GymError('CONFIG_INVALID', why.reason)
  const search = new Search(points.length - 1)
  for (let middle = search.next(); middle !== null && !isOver(settings); middle = search.next()) {
    const point = await sound(points[middle], middle)
    const error = (1 - settings.confidence) / ((search.judged.length + 1) * (search.judged.length + 2))
    search.learn(middle, await judge(point, threshold, error, settings))
  }
  return search.result(settings)
}

/** @throws GymError CONFIG_INVALID for a threshold that is not inside the range */
export function thresholdOf({ threshold, range: { low, high } = DEFAULT_RANGE }: FatalSettings): number {
  const chosen = threshold ?? low + (high - low) / 20
  if (chosen > low && chosen < high) return chosen
  const why = 'play-outs can show that a value is above or below a number, never that it is the lowest'
  throw new GymError('CONFIG_INVALID', `a threshold lies between ${low} and ${high}, not at ${chosen}: ${why}`)
}

/** Why an episode is not searched for a fatal step: the kind, and in words. */
export interface Unsearched {
  readonly why: 'not-failed' | 'not-ended' | 'without-steps' | 'budget' | 'interrupted'
  readonly reason: string
}

/** Why an episode has no fatal step; null where it failed. */
export function notFailed(points: readonly Point[], threshold: number): Unsearched | null {
  const last = points.at(-1)
  if (last === undefined || points.length < 2)
    return { why: 'without-steps', reason: 'an episode without a step has no fatal one' }
  const { ending } = last.episode
  if (ending === null || ending === 'aborted')
    return { why: 'not-ended', reason: `${placeOf(last)}: the episode has not ended, so it did not fail` }
  const earned = points.reduce((sum, { reward }) => sum + (reward ?? 0), 0)
  if (earned <= threshold) return null
  return { why: 'not-failed', reason: `${placeOf(last)}: the episode earned ${earned}: it did not fail` }
}

async function sound(point: Point | undefined, index: number): Promise<Point> {
  if (point === undefined) throw new RangeError(`there is no state ${index}`)
  expectFutures(point)
  if (point.move !== null) await expectDeterministic({ ...point, move: point.move })
  return point
}

/** Between the last state known to be alive, -1 for none, and the first known to be lost, which the end is. */
class Search {
  readonly judged: Judged[] = []
  #alive = -1
  #lost: number
  readonly #undecided = new Set<number>()

  constructor(end: number) {
    this.#lost = end
  }

  /** The open state nearest to the middle; null where none is left. */
  next(): number | null {
    const middle = Math.floor((this.#alive + this.#lost) / 2)
    for (let away = 0; away <= this.#lost - this.#alive; away++)
      for (const state of [middle - away, middle + away]) if (this.#isOpen(state)) return state
    return null
  }

  learn(state: number, judged: Judged): void {
    this.judged.push(judged)
    if (judged.verdict === 'alive') this.#alive = state
    else if (judged.verdict === 'lost') this.#lost = state
    else this.#undecided.add(state)
  }

  result(settings: FullSettings): FatalStep {
    const bracket = { lastAlive: this.#alive < 0 ? null : this.#alive, firstLost: this.#lost, judged: this.judged }
    if (this.#lost === 0) return { index: null, reason: 'lost-from-the-start', ...bracket }
    if (this.#lost - this.#alive === 1) return { index: this.#alive, reason: 'found', ...bracket }
    return { index: null, reason: this.#why(settings), ...bracket }
  }

  #isOpen(state: number): boolean {
    return state > this.#alive && state < this.#lost && !this.#undecided.has(state)
  }

  #why({ signal, budget }: FullSettings): FatalReason {
    if (signal?.aborted) return 'interrupted'
    return budget.isSpent && (this.next() !== null || this.judged.some(({ isCut }) => isCut)) ? 'budget' : 'undecided'
  }
}
