import type { StepBatch, StepSignal } from '../../core/batch/index.ts'
import { trajectoryGroups } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { lessOthersReturns, minFormRewards, runningMinima } from '../estimator/min-form.ts'
import { COMMON, choice, configInvalid, name, number, type OptionsOf } from '../estimator/options.ts'
import { weightedSums } from '../estimator/rounding.ts'
import { type Need, scopeOf } from '../estimator/scope.ts'
import { reversedSums, type Sequences } from '../estimator/sequences.ts'
import { discountedReturns, episodeScores, spread, stepSignal, tokenRanges } from '../estimator/signals.ts'
import { lessOthers, lessSiblings } from '../estimator/step-baseline.ts'
import { type Chains, chained, chainsOf, tokensNeed, unchained, unitsOf } from '../estimator/units.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

const OPTIONS = {
  ...COMMON,
  process: name('process'),
  form: choice('softmin', ['softmin', 'uniform', 'strict-min', 'gamma-decay']),
  temperature: number(0.1, Number.MIN_VALUE),
  /** Discount of `gamma-decay`. */
  gamma: number(0.95, 0, 1),
  /** What comes off: the others' mean return (`returns`), or from each reward their mean reward per step or token. */
  baseline: choice('returns', ['returns', 'step', 'token']),
  /** Signal of trajectories. */
  outcome: name('success'),
  /** Weight of the outcome less the mean of the others', paid at the end; 0 for none. */
  outcomeCoef: number(0),
} as const

type PureOptions = OptionsOf<typeof OPTIONS>

/**
 * PURE (arXiv 2504.15275): a trajectory is worth its worst step. `softmin` pays score * softmax(-score / T) and sums
 * what is still to come; `uniform` pays score / n; `strict-min` is the least score still to come; `gamma-decay` the
 * discounted sum of scores. Off each return comes the mean return of the others of the group. Reference: branch verl,
 * `core_algos.py: compute_rloo_outcome_advantage`; its whitening over the batch is left to the trainer. The main branch
 * (`experience_maker.py: process_experiences_backup`) has `baseline=step` or `token`, and the outcome at the end.
 *
 * In reference mode that mean is over (n - 1) * the longest trajectory, as over the reference's padded rows; else over
 * the others' steps. The reference's strict minimum lets the zeros of padding and of tokens within steps take part,
 * which turns positive scores into 0; over steps there are none.
 */
export default defineEstimator({
  name: 'pure',
  summary: 'the minimum of the remaining process scores, soft or strict',
  consumes: ['process'],
  options: OPTIONS,
  estimate(batch, options) {
    if (options.form === 'strict-min' && options.baseline !== 'returns')
      throw configInvalid('the estimator pure: form strict-min has no rewards of steps, so its baseline is returns')
    const process = stepSignal(batch, options.process)
    const scope = scopeOf(batch, needsOf(batch, process, options), options)
    const units = unitsOf({ ...batch, tokens: null }, scope.mask)
    const chains = chainsOf(batch, units)
    const steps = { starts: chains.starts, mask: Uint8Array.from(chains.units, (row) => scope.mask[row] ?? 0) }
    const groups = trajectoryGroups(batch, scope).ids
    const rewards = rewardsOf(steps, chained(chains, process.values), options)
    const paid =
      options.baseline === 'returns'
        ? rewards
        : lessOthersRewards(batch, chains, steps, groups, rewards, { ...options, baseline: options.baseline })
    const returns = returnsOf(steps, paid, options)
    const centred = options.baseline === 'returns' ? lessMeans(steps, returns, groups, options) : returns
    const outcomes = options.outcomeCoef === 0 ? null : outcomesOf(batch, groups, options)
    const leads = outcomes ? Float64Array.from(chains.rows, (row) => outcomes[batch.trajectoryOf[row] ?? 0] ?? 0) : null
    const advantages = weightedSums([{ values: centred }, ...(leads ? [{ values: leads }] : [])], options.mode)
    return {
      advantages: unchained(batch, units, chains, advantages),
      parts: { returns: unchained(batch, units, chains, returns) },
      scope,
    }
  },
})

function needsOf(
  batch: StepBatch,
  process: StepSignal,
  { process: signal, outcome, outcomeCoef, baseline }: PureOptions,
) {
  const { known } = discountedReturns(batch, process, 1)
  const needs: Need[] = [{ signal, column: { values: process.values, known } }]
  if (outcomeCoef !== 0) needs.push({ signal: outcome, column: spread(batch, episodeScores(batch, outcome)) })
  if (baseline === 'token') needs.push(tokensNeed(batch))
  return needs
}

/** What each step is paid; in the form `strict-min` its score. */
function rewardsOf(steps: Sequences, scores: Float64Array, { form, temperature }: PureOptions): Float64Array {
  return form === 'softmin' || form === 'uniform'
    ? minFormRewards(steps, scores, { weights: form, temperature })
    : scores
}

const returnsOf = ({ starts }: Sequences, rewards: Float64Array, { form, gamma, mode }: PureOptions): Float64Array =>
  form === 'strict-min'
    ? runningMinima(starts, rewards)
    : reversedSums(starts, rewards, form === 'gamma-decay' ? gamma : 1, mode)

function lessMeans(steps: Sequences, returns: Float64Array, groups: Int32Array, { mode }: PureOptions): Float64Array {
  const longest = steps.starts.reduce((most, start, s) => Math.max(most, start - (steps.starts[s - 1] ?? 0)), 0)
  return lessOthersReturns(steps, returns, groups, mode === 'reference' ? longest : null, mode)
}

/** Positions of the trajectories of each group. */
function membersOf(groups: Int32Array): readonly (readonly number[])[] {
  const members = new Map<number, number[]>()
  groups.forEach((group, t) => {
    if (group !== NO_GROUP) members.set(group, [...(members.get(group) ?? []), t])
  })
  return [...members.values()]
}

function lessOthersRewards(
  batch: StepBatch,
  { starts, rows }: Chains,
  { mask }: Sequences,
  groups: Int32Array,
  rewards: Float64Array,
  { baseline, mode }: PureOptions & { readonly baseline: 'step' | 'token' },
): Float64Array {
  const lengths = baseline === 'token' ? startLengths(tokenRanges(batch).starts) : new Float64Array(batch.rowCount)
  const centred = rewards.slice()
  for (const members of membersOf(groups)) {
    const items = members.map((t) => itemsOf(mask, starts[t] ?? 0, starts[t + 1] ?? 0))
    const group = items.map((own) => ({
      rewards: own.map((at) => rewards[at] ?? 0),
      lengths: own.map((at) => lengths[rows[at] ?? 0] ?? 0),
    }))
    lessSiblings(group, baseline, mode).forEach((own, member) => {
      own.forEach((value, at) => {
        centred[items[member]?.[at] ?? 0] = value
      })
    })
  }
  return centred
}

const startLengths = (starts: Int32Array): Float64Array =>
  Float64Array.from({ length: starts.length - 1 }, (_, row) => (starts[row + 1] ?? 0) - (starts[row] ?? 0))

const itemsOf = (mask: Uint8Array, start: number, end: number): readonly number[] =>
  Array.from({ length: end - start }, (_, at) => start + at).filter((at) => mask[at])

/** The outcome of each trajectory less the mean of the others', weighted. */
function outcomesOf(batch: StepBatch, groups: Int32Array, { outcome, outcomeCoef, mode }: PureOptions): Float64Array {
  const { values } = episodeScores(batch, outcome, mode)
  const leads = new Float64Array(values.length)
  for (const members of membersOf(groups))
    lessOthers(
      members.map((t) => values[t] ?? 0),
      mode,
    ).forEach((lead, at) => {
      leads[members[at] ?? 0] = outcomeCoef * lead
    })
  return leads
}
