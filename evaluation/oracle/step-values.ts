import type { Json } from '../../core/data/types.ts'
import { expectDeterministic, playArms } from './arms.ts'
import type { Estimate } from './estimate.ts'
import { differenceOf, meanOf } from './estimator.ts'
import { expectFutures, expectStep, type Point } from './point.ts'
import { fullSettings, type OracleSettings } from './settings.ts'

/** Values of a step, as returns from its state on. */
export interface StepValues {
  /** Zero-based step index. */
  readonly index: number
  readonly action: Json
  /** V(s): the agent acts from here on. */
  readonly value: Estimate
  /** Q(s, a): the step's action is taken again, then the agent acts. */
  readonly actionValue: Estimate
  /** A(s, a) = Q(s, a) - V(s). */
  readonly advantage: Estimate
  /** True where the budget or a signal ended it early; the intervals are still valid. */
  readonly isCut: boolean
}

/**
 * Monte Carlo values of the step that was taken at a point, by forks of episode and agent: as many futures in which the
 * agent chooses as futures in which the recorded action is taken. The action's own outcome is drawn again, too. Each
 * interval holds its true value at the stated rate, in any environment and for any agent whose returns keep the range.
 * @throws GymError CONFIG_INVALID (settings; a return outside the range; a point without a step), EPISODE_ENDED,
 *   FORK_UNSUPPORTED, NOT_DETERMINISTIC, REPLAY_DIVERGED
 */
export async function stepValues(point: Point, given: OracleSettings): Promise<StepValues> {
  const settings = fullSettings(given)
  expectFutures(point)
  const step = expectStep(point)
  await expectDeterministic(step)
  const { outcomes, isCut } = await playArms(step, [null, step.move], settings)
  const [own = [], taken = []] = outcomes
  return {
    index: step.episode.index,
    action: step.move.action,
    value: meanOf(own, settings),
    actionValue: meanOf(taken, settings),
    advantage: differenceOf(taken, own, settings),
    isCut,
  }
}
