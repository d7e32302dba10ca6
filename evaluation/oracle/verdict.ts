import { playedArms } from './arms.ts'
import { isAbove } from './betting.ts'
import type { Estimate } from './estimate.ts'
import { meanOf } from './estimator.ts'
import { shareOf } from './interval.ts'
import type { PlayOut } from './play-out.ts'
import type { Point } from './point.ts'
import { type FullSettings, isOver } from './settings.ts'

/** `alive`: the value is above the threshold; `lost`: it is not; `undecided`: the forks do not decide. */
export type Verdict = 'alive' | 'lost' | 'undecided'

/** Verdict on one state, with the forks it took. */
export interface Judged {
  /** Number of steps from the reset to the state. */
  readonly index: number
  readonly verdict: Verdict
  /** Its futures 0 to `forks` - 1 were played. */
  readonly forks: number
  readonly value: Estimate
  /** True where the budget or a signal left no more forks. */
  readonly isCut: boolean
}

/**
 * Plays futures of a state until they show on which side of the threshold its value is. A verdict other than
 * `undecided` is wrong with at most the given probability, although it is asked after every play-out (`isAbove`).
 */
export async function judge(point: Point, threshold: number, error: number, settings: FullSettings): Promise<Judged> {
  const outcomes: PlayOut[] = []
  let verdict: Verdict = 'undecided'
  for await (const { outcome } of playedArms(point, [null], settings)) {
    outcomes.push(outcome)
    verdict = verdictOn(outcomes, threshold, error, settings)
    if (verdict !== 'undecided') break
  }
  const value = meanOf(outcomes, settings)
  const isCut = verdict === 'undecided' && outcomes.length < settings.forks && isOver(settings)
  return { index: point.episode.index, verdict, forks: outcomes.length, value, isCut }
}

/** What is missing speaks for neither side. */
function verdictOn(outcomes: readonly PlayOut[], threshold: number, error: number, settings: FullSettings): Verdict {
  const { range, forks } = settings
  const border = (threshold - range.low) / (range.high - range.low)
  const shares = outcomes.map(({ total }) => (total === null ? null : shareOf(total, range)))
  const shown = (values: readonly number[], mean: number): boolean => isAbove(values, mean, forks, error)
  if (
    shown(
      shares.map((share) => share ?? 0),
      border,
    )
  )
    return 'alive'
  return shown(
    shares.map((share) => (share === null ? 0 : 1 - share)),
    1 - border,
  )
    ? 'lost'
    : 'undecided'
}
