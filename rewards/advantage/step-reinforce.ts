import { NO_ANCHOR, type StepBatch } from '../../core/batch/index.ts'
import { clipped, rowsWithUnits, whitenedUnits, wholeBatch } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { COMMON, choice, EPSILON, flag, GAMMA, name, number, type OptionsOf, WHITEN } from '../estimator/options.ts'
import { largestOf, settled } from '../estimator/rounding.ts'
import { type Need, type Scope, scopeOf } from '../estimator/scope.ts'
import { masked, reversedSums } from '../estimator/sequences.ts'
import { anchorColumn, discountedReturns, stepSignal } from '../estimator/signals.ts'
import { momentsOf } from '../estimator/statistics.ts'
import { rowMeans, unitRewards, unitsOf } from '../estimator/units.ts'
import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'

const PER = ['batch', 'group', 'none'] as const

const OPTIONS = {
  ...COMMON,
  reward: name('env'),
  gamma: GAMMA,
  /** `group`: of trajectories; `batch`; or the name of an anchor, whose equal values are one group across the batch. */
  grouping: name('group'),
  /** Where the mean and the deviation are taken. */
  meanOver: choice('group', PER),
  stdOver: choice('group', PER),
  epsilon: EPSILON,
  /** A deviation up to it makes every standing 0. */
  leastDeviation: number(1e-6, 0),
  /** Bound of the standing of a step; 0 for none. */
  rewardClip: number(0, 0),
  /** A token: of returns from the step's standing on its last token. */
  tokenGamma: number(1, 0, 1),
  whiten: flag(false),
  whitenEpsilon: WHITEN,
  /** Bound of advantages; 0 for none. */
  advantageClip: number(0, 0),
} as const

type StepReinforceOptions = OptionsOf<typeof OPTIONS>

/**
 * ROLL's `step_reinforce`: R_t = r_t + gamma R_(t+1) of steps, then (R - mean) / (std + epsilon), each over the group
 * or the batch, std with Bessel's correction; exactly 0 where the deviation is at most `leastDeviation`, and for a step
 * alone in its group. Every step counts, so that long trajectories weigh more. That z-score, clipped, is assigned to the
 * last token of the step; returns to go, whitening over all tokens, and a clip follow. Reference: ROLL,
 * `roll/pipeline/agentic/utils.py: compute_response_level_rewards, agentic_reward_norm, agentic_compute_advantage`.
 *
 * A step without tokens has its z-score as its advantage. A trajectory with a null reward, or with a step without the
 * anchor of `grouping`, takes no part; under `drop-row` it is the steps before the null, and the step without an anchor.
 */
export default defineEstimator({
  name: 'step-reinforce',
  summary: "the step's discounted return compared with all steps of its group or of the batch",
  consumes: ['env'],
  options: OPTIONS,
  estimate(batch, options) {
    const returns = discountedReturns(batch, stepSignal(batch, options.reward), options.gamma)
    const needs = [{ signal: options.reward, column: returns }, ...anchorNeeds(batch, options)]
    const scope = scopeOf(batch, needs, sized(options))
    const grouping = groupingOf(batch, scope, options)
    const standings = clipped(standingsOf(scope, grouping, returns.values, options), options.rewardClip)
    const units = unitsOf(batch, scope.mask)
    const raw = reversedSums(
      units.starts,
      unitRewards(units, { values: standings, known: scope.mask }),
      options.tokenGamma,
      options.mode,
    )
    const isWhitened = options.whiten && units.mask.indexOf(1) !== units.mask.lastIndexOf(1)
    const whole = isWhitened ? whitenedUnits(units, raw, standings, options) : null
    const perToken = masked(clipped(whole?.perToken ?? raw, options.advantageClip), units.mask)
    const hasUnits = rowsWithUnits(units)
    const alone = clipped(whole?.rows ?? standings, options.advantageClip)
    const advantages = rowMeans(units, perToken).map((mean, row) => (hasUnits[row] ? mean : (alone[row] ?? 0)))
    return { advantages, perToken, scope, parts: { returns: returns.values, standing: standings } }
  },
})

/** Groups of trajectories matter only where steps are compared within them. */
const sized = (options: StepReinforceOptions): StepReinforceOptions =>
  options.grouping === 'group' && [options.meanOver, options.stdOver].includes('group')
    ? options
    : { ...options, minGroupSize: 1 }

function anchorNeeds(batch: StepBatch, { grouping }: StepReinforceOptions): readonly Need[] {
  if (grouping === 'group' || grouping === 'batch') return []
  const { ids } = anchorColumn(batch, grouping)
  const known = Uint8Array.from(ids, (id) => (id === NO_ANCHOR ? 0 : 1))
  return [{ signal: grouping, column: { values: new Float64Array(ids.length), known } }]
}

function groupingOf(batch: StepBatch, { mask, episodes }: Scope, { grouping }: StepReinforceOptions): Grouping {
  if (grouping === 'group') return episodes
  if (grouping === 'batch') return wholeBatch(mask)
  const { ids, texts } = anchorColumn(batch, grouping)
  return { ids: ids.map((id, row) => (mask[row] ? id : NO_GROUP)), count: texts.length }
}

function standingsOf(
  scope: Scope,
  grouping: Grouping,
  returns: Float64Array,
  { meanOver, stdOver, epsilon, leastDeviation, mode }: StepReinforceOptions,
): Float64Array {
  const own = momentsOf(grouping, returns, { mode })
  const all = wholeBatch(scope.mask)
  const whole = momentsOf(all, returns, { mode })
  const [largestOfOwn, largestOfAll] = [largestOf(grouping, returns), largestOf(all, returns)]
  const at = (
    values: { readonly group: Float64Array; readonly batch: Float64Array },
    over: (typeof PER)[number],
    group: number,
  ) => (over === 'group' ? (values.group[group] ?? 0) : (values.batch[0] ?? 0))
  return returns.map((value, row) => {
    const group = grouping.ids[row] ?? NO_GROUP
    if (group === NO_GROUP) return 0
    const mean = meanOver === 'none' ? 0 : at({ group: own.means, batch: whole.means }, meanOver, group)
    const largest = (meanOver === 'batch' ? largestOfAll[0] : largestOfOwn[group]) ?? 0
    const lead = meanOver === 'none' ? value : settled(value - mean, largest, mode)
    if (stdOver === 'none') return lead
    const deviation = at({ group: own.deviations, batch: whole.deviations }, stdOver, group)
    if (own.sizes[group] === 1 || !(deviation > leastDeviation)) return 0
    return lead / (deviation + epsilon)
  })
}
