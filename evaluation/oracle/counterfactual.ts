import { GymError } from '../../core/data/errors.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import type { Json, Move } from '../../core/data/types.ts'
import { expectDeterministic, playArms } from './arms.ts'
import type { Estimate } from './estimate.ts'
import { differenceOf, meanOf } from './estimator.ts'
import { expectFutures, expectStep, type Point, placeOf, type StepPoint } from './point.ts'
import { fullSettings, type OracleSettings } from './settings.ts'

/** What another action would have been worth. */
export interface Alternative {
  readonly action: Json
  /** Q of it: it is taken, then the agent acts. */
  readonly actionValue: Estimate
  /** Its Q minus that of the action that was taken: below 0 where it is worse. */
  readonly difference: Estimate
}

/** Values of the actions that could replace the one taken at a step. */
export interface Counterfactual {
  /** Zero-based step index. */
  readonly index: number
  readonly taken: { readonly action: Json; readonly actionValue: Estimate }
  readonly alternatives: readonly Alternative[]
  /** True where the budget or a signal ended it early; the intervals are still valid. */
  readonly isCut: boolean
}

/**
 * Replaces the action of one step, plays on, and compares with the action that was taken, future by future.
 * @param actions In place of the one taken; what the environment cannot read counts as the bad action it is.
 * @throws GymError as `stepValues`; CONFIG_INVALID where there is no other action to compare with
 */
export async function counterfactual(
  point: Point,
  actions: readonly Json[],
  given: OracleSettings,
): Promise<Counterfactual> {
  const settings = fullSettings(given)
  expectFutures(point)
  const step = expectStep(point)
  if (actions.length === 0)
    throw new GymError('CONFIG_INVALID', `${placeOf(point)}: there is no other action to compare with`)
  await expectDeterministic(step)
  const { outcomes, isCut } = await playArms(step, [step.move, ...actions.map(moveOf)], settings)
  const [taken = [], ...others] = outcomes
  const alternatives = actions.map((action, at) => ({
    action,
    actionValue: meanOf(others[at] ?? [], settings),
    difference: differenceOf(others[at] ?? [], taken, settings),
  }))
  const { action } = step.move
  return { index: step.episode.index, taken: { action, actionValue: meanOf(taken, settings) }, alternatives, isCut }
}

/**
 * Compares every admissible action with the one taken, as `counterfactual` does with one.
 * @throws GymError as `counterfactual`; CONFIG_INVALID where the environment lists no actions
 */
export const allCounterfactuals = (point: Point, given: OracleSettings): Promise<Counterfactual> =>
  counterfactual(point, otherActions(expectStep(point)), given)

function otherActions(point: StepPoint): readonly Json[] {
  const { episode, move } = point
  const listed = episode.actions()
  if (listed === null)
    throw new GymError('CONFIG_INVALID', `${placeOf(point)}: its actions are not listed; name those to compare with`)
  const byText = new Map(listed.map((action) => [canonicalJson(action), action]))
  byText.delete(canonicalJson(move.action))
  return [...byText.values()]
}

const moveOf = (action: Json): Move => ({ action, forkPath: '', effects: [] })
